package io.sluice.engine.model;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The bounds of every value that a caller may send, and the checks that enforce them. */
public final class Bounds {
  /** Most demands in one acquire. */
  public static final int MAX_DEMANDS = 16;

  /** Longest resource name, in bytes of UTF-8. */
  public static final int MAX_RESOURCE_BYTES = 256;

  /** Most attributes of one demand. */
  public static final int MAX_ATTRIBUTES = 32;

  /** Most labels of one acquire. */
  public static final int MAX_LABELS = 16;

  /** Longest name of an attribute or label, in bytes of UTF-8. */
  public static final int MAX_NAME_BYTES = 64;

  /** Longest value of an attribute or label, in bytes of UTF-8. */
  public static final int MAX_VALUE_BYTES = 256;

  /** Longest client id and request id, in bytes of UTF-8. */
  public static final int MAX_ID_BYTES = 128;

  /** Longest message of a release or a revocation, in bytes of UTF-8. */
  public static final int MAX_MESSAGE_BYTES = 1024;

  /** Most permits in one demand, and the largest burst, maximum or slot count of a limit. */
  public static final long MAX_PERMITS = 1L << 40;

  /** Shortest time to live of a lease. */
  public static final long MIN_TTL_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Longest time to live of a lease, and the longest wait. */
  public static final long MAX_TTL_NANOS = TimeUnit.HOURS.toNanos(24);

  /** Longest latency that may be told. */
  public static final long MAX_LATENCY_NANOS = TimeUnit.DAYS.toNanos(366);

  /** How deep leases may be nested: the most leases above one. */
  public static final int MAX_NESTING = 8;

  /** Most live leases nested directly on one. */
  public static final int MAX_NESTED = 1000;

  /** Highest priority band; 0 is served first. */
  public static final int MAX_PRIORITY = 9;

  private Bounds() {}

  /**
   * Requires a number inside a closed range.
   *
   * @throws InvalidArgumentException naming the field, the range and the value
   */
  public static long requireRange(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidArgumentException(
          field, "must be in [" + min + ", " + max + "] but was " + value);
    }
    return value;
  }

  /**
   * Requires a text of at most {@code maxBytes} bytes of UTF-8 without control characters or
   * unpaired surrogates.
   *
   * @throws InvalidArgumentException naming the field, the bound and the place
   */
  public static String requireText(String field, String text, int minBytes, int maxBytes) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes++;
        if (c < 0x20 || c == 0x7f) {
          throw new InvalidArgumentException(field, controlCharacter(c, i));
        }
      } else if (c < 0x800) {
        bytes += 2;
        if (c < 0xa0) {
          throw new InvalidArgumentException(field, controlCharacter(c, i));
        }
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else {
        requirePair(field, text, i);
        bytes += 4;
        i++;
      }
    }
    if (bytes < minBytes || bytes > maxBytes) {
      throw new InvalidArgumentException(
          field, "must be " + minBytes + ".." + maxBytes + " bytes of UTF-8 but was " + bytes);
    }
    return text;
  }

  /**
   * Requires at most {@code maxEntries} entries with names of 1..64 and values of 0..256 bytes.
   * Returns an immutable copy.
   *
   * @throws InvalidArgumentException naming the field, the bound and the value
   */
  public static Map<String, String> requireMap(
      String field, Map<String, String> map, int maxEntries) {
    if (map.isEmpty()) {
      return Map.of();
    }
    if (map.size() > maxEntries) {
      throw new InvalidArgumentException(
          field, "must have at most " + maxEntries + " entries but had " + map.size());
    }
    for (Map.Entry<String, String> entry : map.entrySet()) {
      requireText(field + " name", entry.getKey(), 1, MAX_NAME_BYTES);
      requireText(field + "[" + entry.getKey() + "]", entry.getValue(), 0, MAX_VALUE_BYTES);
    }
    return Map.copyOf(map);
  }

  private static void requirePair(String field, String text, int index) {
    boolean paired =
        Character.isHighSurrogate(text.charAt(index))
            && index + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(index + 1));
    if (!paired) {
      throw new InvalidArgumentException(
          field, "must be valid Unicode but has an unpaired surrogate at index " + index);
    }
  }

  private static String controlCharacter(char c, int index) {
    return String.format(
        "must not contain control characters but has U+%04X at index %d", (int) c, index);
  }
}
