package io.sluice.server.config;

import java.util.List;

/**
 * The Redis in which limits are shared.
 *
 * @param urls where it is; several are seeds of one cluster. They may hold a password
 * @param cluster whether a single one is of a cluster too
 * @param group who shares
 * @param prefix what all keys begin with
 * @param timeoutNanos the longest wait for an answer
 */
public record RedisStateSettings(
    List<String> urls, boolean cluster, String group, String prefix, long timeoutNanos) {
  /** Copies what could change. */
  public RedisStateSettings {
    urls = List.copyOf(urls);
  }

  /** Without the urls. */
  @Override
  public String toString() {
    return "Redis[group=" + group + ", prefix=" + prefix + "]";
  }
}
