package io.sluice.benchmarks.lab.rates;

import java.util.random.RandomGenerator;

/**
 * Asks that arrive at random, and wait until they are sent; above {@value #MOST} or a second's
 * worth, whichever is more, those that come are turned away.
 */
final class Demand {
  private static final int MOST = 10;

  private final RandomGenerator random;
  private final double perSecond;
  private final double onSeconds;
  private final double offSeconds;
  private double nextAt;
  private double waiting;

  /**
   * Asks at random.
   *
   * @param perSecond asks per second while they come
   * @param offSeconds how long none come, after each time of {@code onSeconds} in which they do; 0
   *     = they always come
   */
  Demand(double perSecond, double onSeconds, double offSeconds, RandomGenerator random) {
    this.perSecond = perSecond;
    this.onSeconds = onSeconds;
    this.offSeconds = offSeconds;
    this.random = random;
    arrive();
  }

  /** Returns when the next ask comes, in seconds; in the past, if one waits. */
  double nextAt(double now) {
    while (nextAt <= now) {
      waiting = Math.min(waiting + 1, Math.max(MOST, perSecond));
      arrive();
    }
    return waiting > 0 ? now : nextAt;
  }

  void sent() {
    waiting--;
  }

  private void arrive() {
    nextAt -= Math.log(1 - random.nextDouble()) / perSecond;
    double phase = nextAt % (onSeconds + offSeconds);
    if (offSeconds > 0 && phase > onSeconds) {
      nextAt += onSeconds + offSeconds - phase;
    }
  }
}
