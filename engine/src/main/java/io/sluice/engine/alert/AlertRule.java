package io.sluice.engine.alert;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;

/**
 * When an alert fires and clears.
 *
 * @param metric the figure
 * @param above it fires when the figure has been above this, 0..
 * @param clear and clears when the figure is at this or below, 0..{@code above}
 * @param forNanos for so long without a break, 0..24 h; 0 = at once
 */
public record AlertRule(AlertMetric metric, double above, double clear, long forNanos) {
  /** Checks the bounds. */
  public AlertRule {
    if (!(above >= 0 && above < Double.POSITIVE_INFINITY)) {
      throw new InvalidArgumentException(
          "above", "must be a number in [0, infinity) but was " + above);
    }
    if (!(clear >= 0 && clear <= above)) {
      throw new InvalidArgumentException(
          "clear", "must be in [0, " + above + "], which is above, but was " + clear);
    }
    Bounds.requireRange("for nanoseconds", forNanos, 0, Bounds.MAX_TTL_NANOS);
  }
}
