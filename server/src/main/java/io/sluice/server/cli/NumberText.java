package io.sluice.server.cli;

import java.math.BigDecimal;
import java.math.MathContext;

/** Writes numbers for people: whole ones in full, others with four figures. */
final class NumberText {
  private static final MathContext SHOWN = new MathContext(4);

  private NumberText() {}

  static String of(double number) {
    BigDecimal shown =
        number == Math.rint(number)
            ? BigDecimal.valueOf((long) number)
            : new BigDecimal(number).round(SHOWN).stripTrailingZeros();
    return shown.toPlainString();
  }
}
