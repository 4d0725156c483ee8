package io.sluice.server.config;

import java.math.BigDecimal;

/** The order that the three numbers of what adapts must have. */
final class AdaptiveRange {
  private AdaptiveRange() {}

  /** Adds a problem unless the least is at most the most, and the first is between them. */
  static void requireOrder(Section adaptive, BigDecimal min, BigDecimal initial, BigDecimal max) {
    if (min.compareTo(max) > 0) {
      refuse(adaptive, Keys.ADAPTIVE_MIN, "at most max, which is " + max.toPlainString(), min);
    } else if (initial.compareTo(min) < 0 || initial.compareTo(max) > 0) {
      String range =
          "in [" + min.toPlainString() + ", " + max.toPlainString() + "], from min to max";
      refuse(adaptive, Keys.ADAPTIVE_INITIAL, range, initial);
    }
  }

  private static void refuse(Section adaptive, Key<?> key, String must, BigDecimal was) {
    adaptive.problem(key.name(), "must be " + must + ", but was " + was.toPlainString());
  }
}
