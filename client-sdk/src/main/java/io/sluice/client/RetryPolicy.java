package io.sluice.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and how fast a call is tried again: delays 50, 100, 200 … 1000 ms, each shortened by
 * chance to 50..100 %.
 *
 * @param maxAttempts attempts of one call, the first included
 * @param random thread-safe
 */
record RetryPolicy(int maxAttempts, RandomGenerator random) {
  private static final long FIRST_NANOS = Duration.ofMillis(50).toNanos();
  private static final long LARGEST_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int DOUBLINGS = 5;

  /** The delay after so many failures in a row, from 1. */
  long delayNanos(int failures) {
    long full = Math.min(LARGEST_NANOS, FIRST_NANOS << Math.min(failures - 1, DOUBLINGS));
    return full / 2 + (long) (random.nextDouble() * (full / 2.0));
  }

  /** The value, changed by chance to 90..110 %. */
  long jittered(long nanos) {
    return (long) (nanos * (0.9 + 0.2 * random.nextDouble()));
  }
}
