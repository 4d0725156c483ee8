package io.sluice.engine.rate;

import org.jspecify.annotations.Nullable;

/** What may be said of a rate that goes with some windows only, and would else change nothing. */
public enum RateField {
  /** The most that may accrue. */
  BURST,
  /** Whether an ask above the burst may leave a debt. */
  ALLOW_DEBT,
  /** What becomes of the tokens when the limit changes. */
  CARRY_OVER,
  /** The time zone. */
  ZONE;

  /** Returns why it must not be said of a rate with a window; null if it may. */
  public @Nullable String refusal(RateWindow window) {
    if (this == ZONE) {
      return window == RateWindow.CALENDAR ? null : "must not be there without window: calendar";
    }
    return window == RateWindow.NONE
        ? null
        : "must not be there with a window, only with a token bucket";
  }
}
