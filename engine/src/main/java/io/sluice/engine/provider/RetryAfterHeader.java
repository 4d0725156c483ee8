package io.sluice.engine.provider;

import io.sluice.engine.provider.RetryAfter.Reading;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Retry-After}: seconds, with decimals too, or a date in any form of RFC 9110 or RFC
 * 3339. <em>Our differences</em> from RFC 9110: what is negative or past is 0; what is more than
 * ten minutes is ten minutes; a number that makes sense only as a time since 1970, in seconds or
 * milliseconds, is read as that.
 */
public final class RetryAfterHeader {
  private static final double MILLIS_PER_SECOND = 1e3;

  private RetryAfterHeader() {}

  /**
   * Reads the value of {@code Retry-After}.
   *
   * @param raw the value; null = the header is not there
   * @param epochMillisNow the time of day
   */
  public static RetryAfter parse(@Nullable String raw, long epochMillisNow) {
    return parse(raw, MILLIS_PER_SECOND, epochMillisNow);
  }

  /** Reads the value of {@code retry-after-ms}, whose numbers are milliseconds. */
  public static RetryAfter parseMillis(@Nullable String raw, long epochMillisNow) {
    return parse(raw, 1, epochMillisNow);
  }

  private static RetryAfter parse(@Nullable String raw, double millisPerUnit, long epochMillisNow) {
    if (raw == null || raw.isBlank()) {
      return RetryAfter.ABSENT;
    }
    if (raw.length() > RetryAfter.MAX_CHARS) {
      return unusable(Reading.TOO_LONG, raw.substring(0, RetryAfter.MAX_CHARS));
    }
    String text = raw.strip();
    double number = WrittenNumber.parse(text);
    double millis =
        Double.isNaN(number)
            ? WrittenInstant.parse(text, epochMillisNow) - epochMillisNow
            : WrittenInstant.millisUntil(number, millisPerUnit, epochMillisNow);
    if (Double.isNaN(millis)) {
      return unusable(Reading.UNREADABLE, raw);
    }
    double nanos = millis * 1e6;
    if (nanos < 0) {
      return new RetryAfter(Reading.PAST, 0, raw);
    }
    return nanos > RetryAfter.MAX_NANOS
        ? new RetryAfter(Reading.OVER_CAP, RetryAfter.MAX_NANOS, raw)
        : new RetryAfter(Reading.TAKEN, Math.round(nanos), raw);
  }

  private static RetryAfter unusable(Reading reading, String raw) {
    return new RetryAfter(reading, RetryAfter.NONE, raw);
  }
}
