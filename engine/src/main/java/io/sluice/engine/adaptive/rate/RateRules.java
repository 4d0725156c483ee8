package io.sluice.engine.adaptive.rate;

import java.util.random.RandomGenerator;

/** How a controller finds its rate: which controller it is, and its numbers. */
public sealed interface RateRules
    permits GovernorRules, AimdRules, SuccessRatioRules, AwsCubicRules {
  /** Lowest rate that can be set, in permits per second. */
  double MIN_RATE = 0.001;

  /** Highest rate that can be set, in permits per second. */
  double MAX_RATE = 1e9;

  /** Returns the permits per second to begin with, in [floor, ceiling]. */
  double initial();

  /** Returns the fewest permits per second. */
  double floor();

  /** Returns the most permits per second. */
  double ceiling();

  /** Returns a controller under these rules. */
  RateController controller(RandomGenerator random, long nowNanos);
}
