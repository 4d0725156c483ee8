package io.sluice.engine.adaptive.rate;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Rules of the share of work that succeeds.
 *
 * @param initial permits per second to begin with
 * @param floor fewest permits per second
 * @param ceiling most permits per second
 * @param windowNanos how long outcomes are counted for each decision; 1 s to 24 h
 * @param raiseAbove the rate is raised if more than this share succeeded, in [0, 1]
 * @param raiseFactor by which it is raised, in [1, 10]
 * @param lowerBelow the rate is lowered if less than this share succeeded, in [0, raiseAbove]
 * @param lowerFactor by which it is lowered, in [0.01, 1]
 */
public record SuccessRatioRules(
    double initial,
    double floor,
    double ceiling,
    long windowNanos,
    double raiseAbove,
    double raiseFactor,
    double lowerBelow,
    double lowerFactor)
    implements RateRules {
  /** {@link #floor} unless told. */
  public static final double FLOOR = 10;

  /** {@link #ceiling} unless told. */
  public static final double CEILING = 1000;

  /** {@link #windowNanos} unless told. */
  public static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** {@link #raiseAbove} unless told. */
  public static final double RAISE_ABOVE = 0.95;

  /** {@link #raiseFactor} unless told. */
  public static final double RAISE_FACTOR = 1.1;

  /** {@link #lowerBelow} unless told. */
  public static final double LOWER_BELOW = 0.8;

  /** {@link #lowerFactor} unless told. */
  public static final double LOWER_FACTOR = 0.9;

  private static final double MAX_FACTOR = 10;
  private static final double MIN_FACTOR = 0.01;
  private static final long MIN_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MAX_WINDOW_NANOS = TimeUnit.HOURS.toNanos(24);

  /** Creates them, checked. */
  public SuccessRatioRules {
    Checks.rates(initial, floor, ceiling);
    Bounds.requireRange("windowNanos", windowNanos, MIN_WINDOW_NANOS, MAX_WINDOW_NANOS);
    Checks.range("raiseAbove", raiseAbove, 0, 1);
    Checks.range("raiseFactor", raiseFactor, 1, MAX_FACTOR);
    Checks.range("lowerBelow", lowerBelow, 0, raiseAbove);
    Checks.range("lowerFactor", lowerFactor, MIN_FACTOR, 1);
  }

  /**
   * Returns the defaults with an initial rate.
   *
   * @throws InvalidArgumentException if it is not in [{@link #FLOOR}, {@link #CEILING}]
   */
  public static SuccessRatioRules from(double initial) {
    return of(initial, FLOOR, CEILING);
  }

  /** Returns the defaults within a range. */
  public static SuccessRatioRules of(double initial, double floor, double ceiling) {
    return new SuccessRatioRules(
        initial,
        floor,
        ceiling,
        WINDOW_NANOS,
        RAISE_ABOVE,
        RAISE_FACTOR,
        LOWER_BELOW,
        LOWER_FACTOR);
  }

  @Override
  public RateController controller(RandomGenerator random, long nowNanos) {
    return new SuccessRatio(this, random, nowNanos);
  }
}
