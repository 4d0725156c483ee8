package io.sluice.server.config;

/** A text as it is shown inside a message: short, on one line. */
final class Quoted {
  private static final int MAX_SHOWN = 60;

  private Quoted() {}

  /** Returns the text; empty as "", long cut short, control characters as U+XXXX. */
  static String of(String text) {
    if (text.isEmpty()) {
      return "\"\"";
    }
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length() && i < MAX_SHOWN; i++) {
      char c = text.charAt(i);
      boolean visible = !Character.isISOControl(c) && c != '\u2028' && c != '\u2029';
      shown.append(visible ? String.valueOf(c) : String.format("<U+%04X>", (int) c));
    }
    return text.length() > MAX_SHOWN ? shown + "…" : shown.toString();
  }
}
