package io.sluice.engine.rate;

/** How a rate counts, as the configuration and the interface name it. */
public enum RateWindow {
  /** A token bucket. */
  NONE,
  /** Any stretch of a length. */
  SLIDING,
  /** A length that begins with the first permit. */
  FIXED,
  /** Minutes to months of a time zone. */
  CALENDAR
}
