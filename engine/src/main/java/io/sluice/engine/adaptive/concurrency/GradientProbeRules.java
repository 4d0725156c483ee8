package io.sluice.engine.adaptive.concurrency;

import java.util.random.RandomGenerator;

/**
 * Rules of {@link GradientJudge}.
 *
 * @param initial the limit to begin with, min..max
 * @param min the lowest limit, 1..max
 * @param max the highest limit, min..1000000
 */
public record GradientProbeRules(long initial, long min, long max) implements ConcurrencyRules {
  /** What holds where nothing else is said: 20 to begin with, 1..1000. */
  public static final GradientProbeRules DEFAULT = new GradientProbeRules(20, 1, 1000);

  /** Checks the bounds. */
  public GradientProbeRules {
    ConcurrencyRules.requireBounds(initial, min, max);
  }

  @Override
  public ConcurrencyController controller(RandomGenerator random, long nowNanos) {
    Dial dial = new Dial(this);
    return new ProbingController(this, dial, new GradientJudge(dial, random, nowNanos), nowNanos);
  }
}
