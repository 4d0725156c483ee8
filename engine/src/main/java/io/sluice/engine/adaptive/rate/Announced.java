package io.sluice.engine.adaptive.rate;

/** The most that a provider has announced to let through until its window begins anew. */
final class Announced {
  private static final double MARGIN = 0.95;

  /** Longest window that is believed in, so that a time far away does not overflow. */
  private static final long MAX_RESET_NANOS = Long.MAX_VALUE / 4;

  private double permitsPerSecond = Double.POSITIVE_INFINITY;
  private long untilNanos;

  /** Tells what remains, above 0, and until when, above 0. */
  void tell(long remaining, long resetNanos, long nowNanos) {
    permitsPerSecond = MARGIN * remaining / (resetNanos / 1e9);
    untilNanos = nowNanos + Math.min(resetNanos, MAX_RESET_NANOS);
  }

  /** Returns the most permits per second; infinite = nothing is announced. */
  double permitsPerSecond(long nowNanos) {
    if (permitsPerSecond != Double.POSITIVE_INFINITY && nowNanos - untilNanos >= 0) {
      permitsPerSecond = Double.POSITIVE_INFINITY;
    }
    return permitsPerSecond;
  }
}
