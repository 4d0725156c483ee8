package io.sluice.engine.advice;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How figures are said. */
final class Said {
  private Said() {}

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", share * 100);
  }

  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f s", inSeconds(nanos));
  }

  static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.2f", value);
  }

  static double inSeconds(long nanos) {
    return nanos / 1e9;
  }

  static Map<String, Double> evidence(String name, Number value) {
    Map<String, Double> evidence = new LinkedHashMap<>();
    evidence.put(name, value.doubleValue());
    return evidence;
  }

  static Map<String, Double> evidence(String name, Number value, String other, Number otherValue) {
    Map<String, Double> evidence = evidence(name, value);
    evidence.put(other, otherValue.doubleValue());
    return evidence;
  }
}
