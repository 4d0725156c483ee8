package io.sluice.engine.adaptive.rate;

import java.util.random.RandomGenerator;

/**
 * Rules of the adaptive retry mode of the AWS SDKs.
 *
 * @param initial permits per second until the provider refuses something; the SDKs send without a
 *     limit until then, which is the ceiling
 * @param floor fewest permits per second
 * @param ceiling most permits per second
 */
public record AwsCubicRules(double initial, double floor, double ceiling) implements RateRules {
  /** {@link #floor} of the SDKs. */
  public static final double FLOOR = 0.5;

  /** Creates them, checked. */
  public AwsCubicRules {
    Checks.rates(initial, floor, ceiling);
  }

  /** Returns what the SDKs do, below a ceiling. */
  public static AwsCubicRules upTo(double ceiling) {
    return new AwsCubicRules(ceiling, Math.min(FLOOR, ceiling), ceiling);
  }

  @Override
  public RateController controller(RandomGenerator random, long nowNanos) {
    return new AwsCubic(this, random, nowNanos);
  }
}
