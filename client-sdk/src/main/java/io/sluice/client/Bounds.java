package io.sluice.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** The bounds of the interface, refused here with the name, the bound and the value. */
final class Bounds {
  static final int MAX_DEMANDS = 16;
  static final long MAX_PERMITS = 1L << 40;
  static final Duration MAX_WAIT = Duration.ofHours(24);
  static final Duration MIN_TTL = Duration.ofSeconds(1);
  static final Duration MAX_TTL = Duration.ofHours(24);

  private Bounds() {}

  static long inRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw outside(name, min + ", " + max, value);
    }
    return value;
  }

  static int inRange(String name, int value, int min, int max) {
    return Math.toIntExact(inRange(name, (long) value, min, max));
  }

  static Duration inRange(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw outside(name, min + ", " + max, value);
    }
    return value;
  }

  /** Checks the length in bytes of UTF-8, and that no character is a control character. */
  static String text(String name, String value, int minBytes, int maxBytes) {
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < minBytes || bytes > maxBytes) {
      throw outside("bytes of " + name, minBytes + ", " + maxBytes, bytes);
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(name + " must not hold control characters");
    }
    return value;
  }

  /** Checks a small map of text: keys of 1..64 bytes, values of 0..256 bytes. Returns a copy. */
  static Map<String, String> texts(String name, Map<String, String> values, int maxEntries) {
    inRange("entries of " + name, values.size(), 0, maxEntries);
    values.forEach(
        (key, value) -> {
          text("key of " + name, key, 1, 64);
          text(name + "[" + key + "]", value, 0, 256);
        });
    return Map.copyOf(values);
  }

  private static IllegalArgumentException outside(String name, String range, Object value) {
    return new IllegalArgumentException(name + " must be in [" + range + "] but was " + value);
  }
}
