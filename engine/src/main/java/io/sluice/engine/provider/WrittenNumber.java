package io.sluice.engine.provider;

/** Numbers as text: digits with an optional sign and decimals. No exponents, no other scripts. */
final class WrittenNumber {
  private WrittenNumber() {}

  /** Returns the number, NaN if the text is none. */
  static double parse(String text) {
    int start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    int point = text.indexOf('.');
    boolean written =
        point < 0
            ? isDigits(text, start, text.length())
            : isDigits(text, start, point) && isDigits(text, point + 1, text.length());
    return written ? Double.parseDouble(text) : Double.NaN;
  }

  /** Returns whether there are digits, and nothing else. */
  static boolean isDigits(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return to > from;
  }
}
