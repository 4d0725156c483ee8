package io.sluice.engine.provider;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as Go writes them: {@code 6m0s}, {@code 120ms}, {@code 1h2m3.5s}. */
final class WrittenSpan {
  private static final Pattern PART =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{1,18})?)(ns|us|µs|μs|ms|s|m|h|d)");
  private static final int MAX_PARTS = 8;

  private WrittenSpan() {}

  /** Returns the milliseconds, NaN if the text is no span. */
  static double parse(String text) {
    Matcher matcher = PART.matcher(text);
    double millis = 0;
    int at = 0;
    for (int part = 0; part < MAX_PARTS && at < text.length(); part++) {
      if (!matcher.find(at) || matcher.start() != at) {
        return Double.NaN;
      }
      millis += Double.parseDouble(matcher.group(1)) * millisPer(matcher.group(2));
      at = matcher.end();
    }
    return at == text.length() && at > 0 ? millis : Double.NaN;
  }

  private static double millisPer(String unit) {
    return switch (unit) {
      case "d" -> 86_400_000;
      case "h" -> 3_600_000;
      case "m" -> 60_000;
      case "s" -> 1_000;
      case "ms" -> 1;
      case "ns" -> 1e-6;
      default -> 1e-3;
    };
  }
}
