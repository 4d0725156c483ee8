package io.sluice.client.batch;

import io.sluice.client.ConcurrencyException;
import io.sluice.client.ThrottledException;
import java.time.Duration;

/** How often a batch is tried, and how long it rests in between: twice as long each time. */
record Backoff(int maxAttempts, Duration first) {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** Whether trying again may help, after so many attempts. */
  boolean retries(int attempts, Throwable error) {
    boolean hopeless =
        error instanceof ConcurrencyException denied && !denied.reason().isCuredByTime();
    return attempts < maxAttempts && !hopeless;
  }

  /** The rest after so many attempts, from 1; longer where the error says so. */
  Duration rest(int attempts, Throwable error) {
    Duration rest = first.multipliedBy(1L << Math.min(attempts - 1, 16));
    Duration bounded = rest.compareTo(LONGEST) > 0 ? LONGEST : rest;
    Duration asked = Duration.ZERO;
    if (error instanceof ConcurrencyException denied) {
      asked = denied.retryAfter().orElse(asked);
    } else if (error instanceof ThrottledException throttled) {
      asked = throttled.retryAfter().orElse(asked);
    }
    return asked.compareTo(bounded) > 0 ? asked : bounded;
  }
}
