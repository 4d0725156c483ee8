package io.sluice.engine.provider;

import static io.sluice.engine.provider.RetryAfter.Reading.ABSENT;
import static io.sluice.engine.provider.RetryAfter.Reading.OVER_CAP;
import static io.sluice.engine.provider.RetryAfter.Reading.PAST;
import static io.sluice.engine.provider.RetryAfter.Reading.TAKEN;
import static io.sluice.engine.provider.RetryAfter.Reading.TOO_LONG;
import static io.sluice.engine.provider.RetryAfter.Reading.UNREADABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.provider.RetryAfter.Reading;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which the value of {@code Retry-After} is known to come. */
class RetryAfterHeaderTest {
  private static final long NOW = Instant.parse("2026-11-06T08:49:00Z").toEpochMilli();
  private static final long NOW_SECONDS = NOW / 1000;
  private static final long CAP_MILLIS = 600_000;

  static Stream<Arguments> values() {
    return Stream.of(
        row("seconds", "30", TAKEN, 30_000),
        row("zero", "0", TAKEN, 0),
        row("decimals", "1.5", TAKEN, 1_500),
        row("a tenth", "0.1", TAKEN, 100),
        row("many decimals", "0.25000000000000000000000000000001", TAKEN, 250),
        row("a plus", "+7", TAKEN, 7_000),
        row("spaces around", " 30\t", TAKEN, 30_000),
        row("zeroes before", "0000000000000000000000000030", TAKEN, 30_000),
        row("the cap", "600", TAKEN, CAP_MILLIS),
        row("over the cap, which is a stop", "601", OVER_CAP, CAP_MILLIS),
        row("an hour", "3600", OVER_CAP, CAP_MILLIS),
        row("more than 2^31 ms", "2147484", OVER_CAP, CAP_MILLIS),
        row("2^31 s", "2147483648", OVER_CAP, CAP_MILLIS),
        row("2^63 s", "9223372036854775808", OVER_CAP, CAP_MILLIS),
        row("huge digits", "9".repeat(250), OVER_CAP, CAP_MILLIS),
        row("negative", "-5", PAST, 0),
        row("negative decimals", "-0.5", PAST, 0),
        row("negative huge", "-" + "9".repeat(250), PAST, 0),
        row("epoch seconds instead of a span", String.valueOf(NOW_SECONDS + 42), TAKEN, 42_000),
        row("epoch millis instead of a span", String.valueOf(NOW + 42_000), TAKEN, 42_000),
        row("epoch with decimals", NOW_SECONDS + 42 + ".5", TAKEN, 42_500),
        row("epoch seconds just past", String.valueOf(NOW_SECONDS - 42), PAST, 0),
        row("epoch seconds far ahead", String.valueOf(NOW_SECONDS + 7200), OVER_CAP, CAP_MILLIS),
        row("too large for a span, too long past for an epoch", "1000000000", OVER_CAP, CAP_MILLIS),
        row("IMF-fixdate", "Fri, 06 Nov 2026 08:49:37 GMT", TAKEN, 37_000),
        row("RFC 850", "Friday, 06-Nov-26 08:49:37 GMT", TAKEN, 37_000),
        row("asctime", "Fri Nov  6 08:49:37 2026", TAKEN, 37_000),
        row("RFC 3339", "2026-11-06T08:49:37Z", TAKEN, 37_000),
        row("RFC 3339 with offset", "2026-11-06T10:19:37.25+01:30", TAKEN, 37_250),
        row("RFC 3339 west", "2026-11-06t03:49:37-05:00", TAKEN, 37_000),
        row("any case", "fri, 06 NOV 2026 08:49:37 gmt", TAKEN, 37_000),
        row("another day of the week", "Mon, 06 Nov 2026 08:49:37 GMT", TAKEN, 37_000),
        row("a leap second", "Fri, 06 Nov 2026 08:49:60 GMT", TAKEN, 60_000),
        row("a past date", "Sun, 06 Nov 1994 08:49:37 GMT", PAST, 0),
        row("a past date of RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", PAST, 0),
        row("a past date of asctime", "Sun Nov  6 08:49:37 1994", PAST, 0),
        row("a date tomorrow", "Sat, 07 Nov 2026 08:49:37 GMT", OVER_CAP, CAP_MILLIS),
        row("the year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", OVER_CAP, CAP_MILLIS),
        row("two digits of 49 years ahead", "Friday, 06-Nov-75 08:49:37 GMT", OVER_CAP, CAP_MILLIS),
        row("two digits of 49 years ago", "Friday, 06-Nov-77 08:49:37 GMT", PAST, 0),
        row("no 31st of April", "Fri, 31 Apr 2026 08:49:37 GMT", UNREADABLE, -1),
        row("no 29th of February", "Sun, 29 Feb 2026 08:49:37 GMT", UNREADABLE, -1),
        row("no month", "Fri, 06 Foo 2026 08:49:37 GMT", UNREADABLE, -1),
        row("a month across two", "Fri, 06 anf 2026 08:49:37 GMT", UNREADABLE, -1),
        row("no hour", "Fri, 06 Nov 2026 24:49:37 GMT", UNREADABLE, -1),
        row("no minute", "Fri, 06 Nov 2026 08:60:37 GMT", UNREADABLE, -1),
        row("no second", "Fri, 06 Nov 2026 08:49:61 GMT", UNREADABLE, -1),
        row("no day", "Fri, 00 Nov 2026 08:49:37 GMT", UNREADABLE, -1),
        row("month 13", "2026-13-06T08:49:37Z", UNREADABLE, -1),
        row("another zone", "Fri, 06 Nov 2026 08:49:37 PST", UNREADABLE, -1),
        row("an exponent", "1e3", UNREADABLE, -1),
        row("hexadecimal", "0x1E", UNREADABLE, -1),
        row("not a number", "NaN", UNREADABLE, -1),
        row("infinity", "Infinity", UNREADABLE, -1),
        row("a suffix", "30f", UNREADABLE, -1),
        row("a point alone", ".", UNREADABLE, -1),
        row("no digit before the point", ".5", UNREADABLE, -1),
        row("no digit after the point", "5.", UNREADABLE, -1),
        row("two points", "1.2.3", UNREADABLE, -1),
        row("two signs", "--5", UNREADABLE, -1),
        row("a sign alone", "-", UNREADABLE, -1),
        row("a comma", "1,5", UNREADABLE, -1),
        row("a list", "30, 60", UNREADABLE, -1),
        row("Arabic digits", "\u0663\u0660", UNREADABLE, -1),
        row("garbage", "soon\u0000", UNREADABLE, -1),
        row("257 characters", "1".repeat(257), TOO_LONG, -1),
        row("a megabyte", " ".repeat(1 << 20) + "1", TOO_LONG, -1),
        row("empty", "", ABSENT, -1),
        row("blank", " \t ", ABSENT, -1),
        row("absent", null, ABSENT, -1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  void reads(String name, String raw, Reading reading, long millis) {
    RetryAfter read = RetryAfterHeader.parse(raw, NOW);
    assertThat(read.reading()).isEqualTo(reading);
    assertThat(read.nanos()).isEqualTo(millis < 0 ? millis : TimeUnit.MILLISECONDS.toNanos(millis));
    assertThat(read.isUsable()).isEqualTo(List.of(TAKEN, OVER_CAP, PAST).contains(reading));
    String told = raw == null || raw.isBlank() ? "" : raw;
    assertThat(read.raw()).isEqualTo(told.substring(0, Math.min(256, told.length())));
  }

  static Stream<Arguments> millis() {
    return Stream.of(
        row("milliseconds", "1500", TAKEN, 1_500),
        row("decimals", "0.5", TAKEN, 0),
        row("the cap", "600000", TAKEN, CAP_MILLIS),
        row("over the cap", "600001", OVER_CAP, CAP_MILLIS),
        row("epoch millis", String.valueOf(NOW + 5), TAKEN, 5),
        row("epoch seconds are 20 days", String.valueOf(NOW_SECONDS), OVER_CAP, CAP_MILLIS),
        row("negative", "-1", PAST, 0),
        row("absent", null, ABSENT, -1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("millis")
  void readsMilliseconds(String name, String raw, Reading reading, long millis) {
    RetryAfter read = RetryAfterHeader.parseMillis(raw, NOW);
    assertThat(read.reading()).isEqualTo(reading);
    assertThat(Math.floorDiv(read.nanos(), 1_000_000)).isEqualTo(millis);
  }

  @Test
  void bearsAnyTimeOfDay() {
    LongStream.of(Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE)
        .forEach(
            now -> {
              for (Object[] row : values().map(Arguments::get).toList()) {
                long nanos = RetryAfterHeader.parse((String) row[1], now).nanos();
                assertThat(nanos).isBetween(RetryAfter.NONE, RetryAfter.MAX_NANOS);
              }
            });
  }

  private static Arguments row(String name, String raw, Reading reading, long millis) {
    return Arguments.of(name, raw, reading, millis);
  }
}
