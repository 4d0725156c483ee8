package io.sluice.server.config;

/** How a rate counts, as the configuration names it. */
enum RateWindow {
  /** A token bucket. */
  NONE,
  /** Any stretch of a length. */
  SLIDING,
  /** A length that begins with the first permit. */
  FIXED,
  /** Minutes to months of a time zone. */
  CALENDAR
}
