package io.sluice.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shares of one with at most three decimals, above 0: {@code 0.8}. Read as thousandths. */
final class Thousandths {
  private static final Pattern FORM = Pattern.compile("([01])(?:\\.([0-9]{1,3}))?");
  private static final String WHAT = "a share of one such as 0.8";

  private Thousandths() {}

  /** Shares from 0.001 to 1. */
  static Type<Integer> share() {
    return Type.scalar("share", "0.001..1", WHAT, Thousandths::parse);
  }

  private static Integer parse(String text) throws InvalidValue {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw InvalidValue.butWas(WHAT + ", with at most three decimals,", text);
    }
    String decimals = matcher.group(2) == null ? "" : matcher.group(2);
    int thousandths =
        Integer.parseInt(matcher.group(1)) * 1000
            + Integer.parseInt((decimals + "000").substring(0, 3));
    if (thousandths < 1 || thousandths > 1000) {
      throw InvalidValue.butWas("in [0.001, 1]", text);
    }
    return thousandths;
  }
}
