package io.sluice.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with at most three decimals: {@code 0.5}, {@code 60}. Read as thousandths. */
final class Decimal {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,13})(?:\\.([0-9]{1,3}))?");
  private static final String WHAT = "a number such as 0.5, with at most three decimals,";

  private Decimal() {}

  /** Numbers in a closed range of thousandths. */
  static Type<Long> in(long minThousandths, long maxThousandths) {
    String min = format(minThousandths);
    String max = format(maxThousandths);
    return Type.scalar(
        "decimal",
        min + ".." + max,
        WHAT,
        text -> {
          long thousandths = parse(text);
          if (thousandths < minThousandths || thousandths > maxThousandths) {
            throw InvalidValue.butWas("in [" + min + ", " + max + "]", text);
          }
          return thousandths;
        });
  }

  /** Returns the text of a number of thousandths. */
  static String format(long thousandths) {
    String text = String.format("%d.%03d", thousandths / 1000, thousandths % 1000);
    return text.replaceFirst("\\.?0+$", "");
  }

  private static long parse(String text) throws InvalidValue {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw InvalidValue.butWas(WHAT, text);
    }
    String decimals = matcher.group(2) == null ? "" : matcher.group(2);
    return Long.parseLong(matcher.group(1)) * 1000
        + Long.parseLong((decimals + "000").substring(0, 3));
  }
}
