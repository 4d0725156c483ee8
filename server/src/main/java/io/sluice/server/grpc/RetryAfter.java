package io.sluice.server.grpc;

/**
 * The time to come back that a denial tells: never less than the engine's exact one, so that coming
 * back then is never too early; spread upwards, so that those denied together do not return
 * together; from 50 ms to 60 s, so that nobody spins and nobody sleeps through a change of the
 * limit.
 */
final class RetryAfter {
  private static final long MIN_NANOS = 50_000_000L;
  private static final long MAX_NANOS = 60_000_000_000L;
  private static final double SPREAD = 0.1;

  private RetryAfter() {}

  /**
   * Returns the time to tell.
   *
   * @param exactNanos the exact time, at least 0
   * @param jitter from 0 to 1
   */
  static long nanos(long exactNanos, double jitter) {
    long atLeast = Math.max(MIN_NANOS, Math.min(exactNanos, MAX_NANOS));
    return Math.min(MAX_NANOS, atLeast + (long) (atLeast * SPREAD * jitter));
  }
}
