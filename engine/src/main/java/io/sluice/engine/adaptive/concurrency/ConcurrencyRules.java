package io.sluice.engine.adaptive.concurrency;

import io.sluice.engine.model.Bounds;
import java.util.random.RandomGenerator;

/** Which controller finds a limit, and within which bounds. */
public sealed interface ConcurrencyRules permits GradientProbeRules, AimdRules, VegasRules {
  /** The highest limit that any rules may allow. */
  long MAX_LIMIT = 1_000_000;

  /** Returns the limit to begin with, min..max. */
  long initial();

  /** Returns the lowest limit, 1..max. */
  long min();

  /** Returns the highest limit, min..{@value #MAX_LIMIT}. */
  long max();

  /**
   * Makes a controller that begins now.
   *
   * @param random spreads in time what many controllers would do at once
   */
  ConcurrencyController controller(RandomGenerator random, long nowNanos);

  /**
   * Requires bounds that hold each other.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException naming the field, the range and the
   *     value
   */
  static void requireBounds(long initial, long min, long max) {
    Bounds.requireRange("max", max, 1, MAX_LIMIT);
    Bounds.requireRange("min", min, 1, max);
    Bounds.requireRange("initial", initial, min, max);
  }
}
