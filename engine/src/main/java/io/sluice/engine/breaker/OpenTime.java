package io.sluice.engine.breaker;

import java.util.random.RandomGenerator;

/**
 * How long a breaker stays open: as its rules say at first, twice as long each time that it did not
 * help, up to a bound. Jitter lets those that opened together come back apart. Not thread-safe.
 */
final class OpenTime {
  private static final double JITTER = 0.1;

  private final RandomGenerator random;
  private long lastNanos; // without the jitter; 0 = there was none

  OpenTime(RandomGenerator random) {
    this.random = random;
  }

  /** Returns the next time, which begins with the first again. */
  long first(BreakerRules rules) {
    return next(rules, 0);
  }

  /** Returns the next time, as long as the last. */
  long again(BreakerRules rules) {
    return next(rules, lastNanos);
  }

  /** Returns the next time, twice as long as the last. */
  long longer(BreakerRules rules) {
    return next(rules, lastNanos * 2);
  }

  /** Returns the last time without its jitter; 0 = there was none. */
  long lastNanos() {
    return lastNanos;
  }

  void restore(long savedNanos) {
    lastNanos = savedNanos;
  }

  private long next(BreakerRules rules, long atLeastNanos) {
    lastNanos = Math.max(rules.openNanos(), Math.min(atLeastNanos, rules.maxOpenNanos()));
    long jitterNanos = (long) (lastNanos * JITTER * random.nextDouble());
    return Math.min(lastNanos + jitterNanos, rules.maxOpenNanos());
  }
}
