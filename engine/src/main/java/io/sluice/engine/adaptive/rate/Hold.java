package io.sluice.engine.adaptive.rate;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Until when nothing may start, because the provider said so. What it asks for counts up to {@value
 * #MAX_MINUTES} minutes, and up to a tenth longer by chance, so that several who were told the same
 * do not come back at once. A later, shorter one changes nothing.
 */
final class Hold {
  private static final int MAX_MINUTES = 10;
  private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(MAX_MINUTES);
  private static final double JITTER = 0.1;

  private final RandomGenerator random;
  private boolean set;
  private long untilNanos;

  Hold(RandomGenerator random) {
    this.random = random;
  }

  /** Holds for as long as the provider asks; 0 or less = not at all. */
  void retryAfter(long askedNanos, long nowNanos) {
    if (askedNanos > 0) {
      double spread = 1 + JITTER * random.nextDouble();
      until(nowNanos + (long) (Math.min(askedNanos, MAX_NANOS) * spread));
    }
  }

  /** Holds for the rest of an earlier hold. */
  void restore(long remainingNanos, long nowNanos) {
    if (remainingNanos > 0) {
      until(nowNanos + Math.min(remainingNanos, (long) (MAX_NANOS * (1 + JITTER))));
    }
  }

  boolean holds(long nowNanos) {
    return remainingNanos(nowNanos) > 0;
  }

  long remainingNanos(long nowNanos) {
    return set ? Math.max(0, untilNanos - nowNanos) : 0;
  }

  /** Returns how many seconds between two times nothing was held. */
  double freeSeconds(long fromNanos, long nowNanos) {
    long from = set && untilNanos - fromNanos > 0 ? untilNanos : fromNanos;
    return Math.max(0, nowNanos - from) / 1e9;
  }

  /** Returns until when, maybe in the past; Long.MIN_VALUE = nothing held yet. */
  long untilNanos() {
    return set ? untilNanos : Long.MIN_VALUE;
  }

  private void until(long nanos) {
    if (!set || nanos - untilNanos > 0) {
      untilNanos = nanos;
      set = true;
    }
  }
}
