package io.sluice.engine.adaptive.rate;

import io.sluice.engine.model.Bounds;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Rules of additive increase and multiplicative decrease.
 *
 * @param initial permits per second to begin with
 * @param floor fewest permits per second
 * @param ceiling most permits per second
 * @param throttledFactor what is left of the rate after the provider refused something, in [0.01,
 *     1]; 1 = it changes nothing
 * @param errorFactor what is left of the rate after work failed or ran out of time, in [0.01, 1]
 * @param increasePerSecond how many permits per second the rate gains in a second in which it is
 *     used; 0 = it never grows
 * @param cooldownNanos how long after a cut no other is made and the rate does not grow; 0 to 1 h
 */
public record AimdRules(
    double initial,
    double floor,
    double ceiling,
    double throttledFactor,
    double errorFactor,
    double increasePerSecond,
    long cooldownNanos)
    implements RateRules {
  /** {@link #throttledFactor} unless told. */
  public static final double THROTTLED_FACTOR = 0.5;

  /** {@link #errorFactor} unless told. */
  public static final double ERROR_FACTOR = 0.8;

  /** {@link #increasePerSecond} unless told, as a share of the ceiling. */
  public static final double INCREASE_SHARE = 0.01;

  /** {@link #cooldownNanos} unless told. */
  public static final long COOLDOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final double MIN_FACTOR = 0.01;
  private static final long MAX_COOLDOWN_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Creates them, checked. */
  public AimdRules {
    Checks.rates(initial, floor, ceiling);
    Checks.range("throttledFactor", throttledFactor, MIN_FACTOR, 1);
    Checks.range("errorFactor", errorFactor, MIN_FACTOR, 1);
    Checks.range("increasePerSecond", increasePerSecond, 0, MAX_RATE);
    Bounds.requireRange("cooldownNanos", cooldownNanos, 0, MAX_COOLDOWN_NANOS);
  }

  /** Returns the defaults within a range. */
  public static AimdRules of(double initial, double floor, double ceiling) {
    return new AimdRules(
        initial,
        floor,
        ceiling,
        THROTTLED_FACTOR,
        ERROR_FACTOR,
        ceiling * INCREASE_SHARE,
        COOLDOWN_NANOS);
  }

  @Override
  public RateController controller(RandomGenerator random, long nowNanos) {
    return new Aimd(this, random, nowNanos);
  }
}
