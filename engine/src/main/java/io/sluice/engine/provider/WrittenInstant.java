package io.sluice.engine.provider;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Instants as text: the three forms of a date in RFC 9110 section 5.6.7, of which the day of the
 * week is not looked at, and RFC 3339. In milliseconds since 1970; NaN if a text is none.
 */
final class WrittenInstant {
  private static final String TIME = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";
  private static final String MONTH = "(?<month>[a-z]{3})";
  private static final Pattern FIXDATE =
      form("[a-z]{3}, (?<day>\\d\\d) " + MONTH + " (?<year>\\d{4}) " + TIME + " (?:GMT|UTC)");
  private static final Pattern RFC_850 =
      form("[a-z]{6,9}, (?<day>\\d\\d)-" + MONTH + "-(?<year>\\d\\d) " + TIME + " GMT");
  private static final Pattern ASCTIME =
      form("[a-z]{3} " + MONTH + " (?<day>[ \\d]\\d) " + TIME + " (?<year>\\d{4})");
  private static final Pattern RFC_3339 =
      form(
          "(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)[t ]"
              + TIME
              + "(?<fraction>\\.\\d{1,9})?(?:z|(?<sign>[+-])(?<hours>\\d\\d):(?<minutes>\\d\\d))");
  private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

  /** How far behind now a number may be and still be taken for a time since 1970. */
  private static final double SKEW_MILLIS = TimeUnit.DAYS.toMillis(1);

  /** Numbers from here on are no spans: 31 years in seconds, the year 2001 since 1970. */
  private static final double LEAST_EPOCH_SECONDS = 1e9;

  private static final double LEAST_EPOCH_MILLIS = 1e12;
  private static final double MOST_EPOCH_MILLIS = 1e14; // the year 5138

  private WrittenInstant() {}

  /** Returns the milliseconds since 1970 of a text, NaN if it is none. */
  static double parse(String text, long epochMillisNow) {
    Matcher matcher = RFC_3339.matcher(text);
    if (matcher.matches()) {
      return rfc3339(matcher);
    }
    for (Pattern form : new Pattern[] {FIXDATE, ASCTIME}) {
      matcher = form.matcher(text);
      if (matcher.matches()) {
        return millis(number(matcher, "year"), month(matcher), matcher);
      }
    }
    matcher = RFC_850.matcher(text);
    return matcher.matches() ? rfc850(matcher, epochMillisNow) : Double.NaN;
  }

  /**
   * Returns the milliseconds until what a number means: a span, or, if it is too large for one and
   * not long past, a time since 1970. Negative = past.
   */
  static double millisUntil(double number, double millisPerUnit, long epochMillisNow) {
    double least = millisPerUnit == 1 ? LEAST_EPOCH_MILLIS : LEAST_EPOCH_SECONDS;
    double epochMillis = number < LEAST_EPOCH_MILLIS ? number * 1e3 : number;
    boolean isEpoch =
        number >= least
            && epochMillis < MOST_EPOCH_MILLIS
            && epochMillis >= epochMillisNow - SKEW_MILLIS;
    return isEpoch ? epochMillis - epochMillisNow : number * millisPerUnit;
  }

  private static double rfc3339(Matcher matcher) {
    double local = millis(number(matcher, "year"), number(matcher, "month"), matcher);
    String fraction = matcher.group("fraction");
    double millis = local + (fraction == null ? 0 : Double.parseDouble("0" + fraction) * 1e3);
    if (matcher.group("sign") == null) {
      return millis;
    }
    int minutes = number(matcher, "hours") * 60 + number(matcher, "minutes");
    double offset = TimeUnit.MINUTES.toMillis(minutes);
    return matcher.group("sign").equals("+") ? millis - offset : millis + offset;
  }

  /** Two digits of a year are the nearest such year that is not over 50 years ahead. */
  private static double rfc850(Matcher matcher, long epochMillisNow) {
    double yearsNow = 1970 + epochMillisNow / (365.2425 * TimeUnit.DAYS.toMillis(1));
    int thisYear = (int) Math.max(1970, Math.min(9000, yearsNow));
    int year = thisYear - thisYear % 100 + number(matcher, "year");
    return millis(year > thisYear + 50 ? year - 100 : year, month(matcher), matcher);
  }

  private static double millis(int year, int month, Matcher matcher) {
    int day = number(matcher, "day");
    int hour = number(matcher, "hour");
    int minute = number(matcher, "minute");
    int second = number(matcher, "second"); // 60 is a leap second
    boolean isTime = hour < 24 && minute < 60 && second <= 60;
    boolean isMonth = month >= 1 && month <= 12;
    if (!isTime || !isMonth || day < 1 || day > YearMonth.of(year, month).lengthOfMonth()) {
      return Double.NaN;
    }
    long days = LocalDate.of(year, month, day).toEpochDay();
    long seconds = TimeUnit.DAYS.toSeconds(days) + hour * 3600L + minute * 60L + second;
    return seconds * 1e3;
  }

  private static int month(Matcher matcher) {
    int at = MONTHS.indexOf(matcher.group("month").toLowerCase(Locale.ROOT));
    return at >= 0 && at % 3 == 0 ? at / 3 + 1 : 0;
  }

  private static int number(Matcher matcher, String group) {
    return Integer.parseInt(matcher.group(group).strip());
  }

  private static Pattern form(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }
}
