package io.sluice.server.config;

import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as text: whole numbers with units, the larger unit first: {@code 250ms}, {@code 30s},
 * {@code 1h30m}, {@code 1d}. A number without a unit is refused. Read as nanoseconds.
 */
final class DurationText {
  private static final Pattern FORM =
      Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?(?:(\\d+)ms)?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final TimeUnit[] UNITS = {
    TimeUnit.DAYS, TimeUnit.HOURS, TimeUnit.MINUTES, TimeUnit.SECONDS, TimeUnit.MILLISECONDS
  };
  private static final String[] SYMBOLS = {"d", "h", "m", "s", "ms"};
  static final String WHAT = "a duration such as 250ms, 30s or 1h30m";

  private DurationText() {}

  /** Durations in a closed range of nanoseconds. */
  static Type<Long> in(long minNanos, long maxNanos) {
    return Type.scalar(
        "duration",
        format(minNanos) + ".." + format(maxNanos),
        WHAT,
        text -> parse(text, WHAT, minNanos, maxNanos));
  }

  /** Durations in a closed range, or {@code none}, which is {@link Long#MAX_VALUE}. */
  static Type<Long> orNone(long minNanos, long maxNanos) {
    String what = WHAT + ", or none,";
    return Type.scalar(
        "duration or `none`",
        format(minNanos) + ".." + format(maxNanos),
        what,
        text ->
            text.equals("none")
                ? Long.valueOf(Long.MAX_VALUE)
                : parse(text, what, minNanos, maxNanos));
  }

  /** Returns the text of a duration in whole milliseconds; 24h rather than 1d. */
  static String format(long nanos) {
    StringBuilder text = new StringBuilder();
    long rest = nanos;
    for (int i = 0; i < UNITS.length; i++) {
      long unitNanos = UNITS[i].toNanos(1);
      boolean inHours = i == 0 && (nanos % unitNanos != 0 || nanos == unitNanos);
      long number = inHours ? 0 : rest / unitNanos;
      rest -= number * unitNanos;
      text.append(number > 0 ? number + SYMBOLS[i] : "");
    }
    return text.isEmpty() ? "0s" : text.toString();
  }

  /** Reads a duration in a closed range; {@code what} completes "must be …". */
  static Long parse(String text, String what, long minNanos, long maxNanos) throws InvalidValue {
    Matcher matcher = FORM.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      String hint = NUMBER.matcher(text).matches() ? "; did you mean " + text + "s?" : "";
      throw new InvalidValue("must be " + what + " but was " + Quoted.of(text) + hint);
    }
    long nanos = total(matcher);
    if (nanos < minNanos || nanos > maxNanos) {
      throw InvalidValue.butWas("in [" + format(minNanos) + ", " + format(maxNanos) + "]", text);
    }
    return nanos;
  }

  /** Adds the parts up; -1 if they are more than a long can hold. */
  private static long total(Matcher matcher) {
    try {
      long nanos = 0;
      for (int i = 0; i < UNITS.length; i++) {
        String digits = matcher.group(i + 1);
        if (digits != null) {
          long part = Math.multiplyExact(Long.parseLong(digits), UNITS[i].toNanos(1));
          nanos = Math.addExact(nanos, part);
        }
      }
      return nanos;
    } catch (ArithmeticException | NumberFormatException e) {
      return -1;
    }
  }
}
