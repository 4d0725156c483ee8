package io.sluice.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sizes as text: a whole number of the unit of the key, or one with a unit of its own: {@code
 * 64KiB}, {@code 24GiB}. Units of ten, such as GB, are refused.
 */
final class SizeText {
  private static final Pattern FORM = Pattern.compile("([0-9]+) ?(?:([KMGT])iB)?");
  private static final String POWERS = "KMGT";
  private static final int MIB_POWER = 2;

  private SizeText() {}

  /** Sizes in bytes. */
  static Type<Integer> bytes(int min, int max) {
    return Type.scalar(
        "bytes",
        min + ".." + max,
        "bytes, or a size such as 64KiB,",
        text -> Math.toIntExact(parse(text, 0, "bytes, or a size such as 64KiB,", min, max)));
  }

  /** Sizes in MiB. */
  static Type<Long> mib(long min, long max) {
    return Type.scalar(
        "MiB",
        min + ".." + max,
        "MiB, or a size such as 24GiB,",
        text -> parse(text, MIB_POWER, "MiB, or a size such as 24GiB,", min, max));
  }

  /** Reads a size that is written in units of {@code 1024^power} or its own. */
  private static Long parse(String text, int power, String what, long min, long max)
      throws InvalidValue {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw InvalidValue.butWas(what, text);
    }
    String symbol = matcher.group(2);
    int shift = 10 * (symbol == null ? 0 : POWERS.indexOf(symbol) + 1 - power);
    if (shift < 0) {
      throw InvalidValue.butWas(what, text);
    }
    Long number = WholeNumber.number(matcher.group(1), what);
    return WholeNumber.within(scaled(number, shift), text, min, max);
  }

  private static @Nullable Long scaled(@Nullable Long number, int shift) {
    boolean fits = number != null && number <= Long.MAX_VALUE >> shift;
    return fits && number != null ? Long.valueOf(number << shift) : null;
  }
}
