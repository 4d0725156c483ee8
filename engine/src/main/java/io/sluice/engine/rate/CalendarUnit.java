package io.sluice.engine.rate;

/** The length of a calendar window. */
public enum CalendarUnit {
  /** Begins with each minute of the zone. */
  MINUTE,
  /** Begins with each hour of the zone. */
  HOUR,
  /** Begins at midnight, or where there is none that day, with the first moment of the day. */
  DAY,
  /** Begins on Monday. */
  WEEK,
  /** Begins on the first. */
  MONTH
}
