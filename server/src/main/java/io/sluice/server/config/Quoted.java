package io.sluice.server.config;

/** A text as it is shown inside a message: short, on one line. */
final class Quoted {
  private static final int MAX_SHOWN = 60;

  private Quoted() {}

  /** Returns the text; empty as "", long cut short, control characters by number, as in U+0007. */
  static String of(String text) {
    if (text.length() > MAX_SHOWN) {
      return onOneLine(text.substring(0, MAX_SHOWN)) + "…";
    }
    return text.isEmpty() ? "\"\"" : onOneLine(text);
  }

  /** Returns the text with control characters and breaks of lines by number. */
  static String onOneLine(String text) {
    boolean clean = text.chars().allMatch(Quoted::isVisible);
    if (clean) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.chars()
        .forEach(
            c ->
                shown.append(
                    isVisible(c) ? String.valueOf((char) c) : String.format("<U+%04X>", c)));
    return shown.toString();
  }

  private static boolean isVisible(int c) {
    return !Character.isISOControl(c) && c != 0x2028 && c != 0x2029;
  }
}
