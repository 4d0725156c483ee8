package io.sluice.engine.adaptive.rate;

import io.sluice.engine.model.InvalidArgumentException;

/** The checks that rules of all controllers share. */
final class Checks {
  private Checks() {}

  /** Requires floor and ceiling in the range of rates, and the initial rate between them. */
  static void rates(double initial, double floor, double ceiling) {
    range("ceiling", ceiling, RateRules.MIN_RATE, RateRules.MAX_RATE);
    range("floor", floor, RateRules.MIN_RATE, ceiling);
    range("initial", initial, floor, ceiling);
  }

  /**
   * Requires a number inside a closed range.
   *
   * @throws InvalidArgumentException naming the field, the range and the value; also for NaN
   */
  static double range(String field, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentException(
          field, "must be in [" + text(min) + ", " + text(max) + "] but was " + text(value));
    }
    return value;
  }

  /** Requires a factor of an adjustment: finite and above 0. */
  static double factor(double factor) {
    if (!(factor > 0 && factor <= Double.MAX_VALUE)) {
      throw new InvalidArgumentException(
          "factor", "must be finite and above 0 but was " + text(factor));
    }
    return factor;
  }

  /** Requires rules of the controller that they are given to. */
  static <T extends RateRules> T same(Class<T> type, RateRules rules) {
    if (!type.isInstance(rules)) {
      throw new InvalidArgumentException(
          "rules",
          "must be " + type.getSimpleName() + " but was " + rules.getClass().getSimpleName());
    }
    return type.cast(rules);
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
