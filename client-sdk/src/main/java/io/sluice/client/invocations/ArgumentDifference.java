package io.sluice.client.invocations;

import java.util.Optional;

/**
 * An argument in which a call differs from the one whose invocation it reuses.
 *
 * @param argument its name
 * @param existing what the invocation has, in canonical form; empty = the argument was added
 * @param asked what the call has, in canonical form; empty = the argument was removed
 */
public record ArgumentDifference(
    String argument, Optional<String> existing, Optional<String> asked) {

  @Override
  public String toString() {
    if (existing.isEmpty()) {
      return argument + " added: " + asked.orElse("");
    }
    return asked
        .map(now -> argument + " changed: " + existing.get() + " -> " + now)
        .orElseGet(() -> argument + " removed: " + existing.get());
  }
}
