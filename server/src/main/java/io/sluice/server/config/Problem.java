package io.sluice.server.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param location where it is: {@code sluice.yaml:12:5}, a variable of the environment, or a flag
 * @param path the key, such as {@code limits.jobs.concurrency.max}; empty = the whole of it
 * @param text what is wrong: "must be in [1, 16] but was 0"
 */
public record Problem(String location, String path, String text) {
  @Override
  public String toString() {
    return location + ": " + (path.isEmpty() ? "" : path + ": ") + text;
  }
}
