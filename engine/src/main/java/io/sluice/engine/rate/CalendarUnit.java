package io.sluice.engine.rate;

import java.time.Duration;

/** The length of a calendar window. */
public enum CalendarUnit {
  /** Begins with each minute of the zone. */
  MINUTE(Duration.ofMinutes(1)),
  /** Begins with each hour of the zone. */
  HOUR(Duration.ofHours(1)),
  /** Begins at midnight, or where there is none that day, with the first moment of the day. */
  DAY(Duration.ofDays(1)),
  /** Begins on Monday. */
  WEEK(Duration.ofDays(7)),
  /** Begins on the first. */
  MONTH(Duration.ofDays(30));

  private final long usualNanos;

  CalendarUnit(Duration usual) {
    usualNanos = usual.toNanos();
  }

  /** Returns how long it is, more or less. */
  long usualNanos() {
    return usualNanos;
  }
}
