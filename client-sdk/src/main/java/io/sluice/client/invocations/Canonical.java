package io.sluice.client.invocations;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes arguments so that equal ones are equal texts, and others are not: each value has a tag of
 * its type ({@code i} whole number, {@code f} floating, {@code d} decimal, {@code s} text, {@code
 * b}, {@code n}, {@code e} enum) and an end or a length, so that 1, 1.0 and "1" differ; maps and
 * sets are in the order of what is written, not of what was told. Pure.
 */
final class Canonical {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_PLAIN = 128;

  private final StringBuilder text = new StringBuilder();
  private final String name;

  private Canonical(String name) {
    this.name = name;
  }

  /**
   * Writes one argument.
   *
   * @throws IllegalArgumentException if it is, or holds, something else than null, a Boolean, a
   *     number, a text, an enum, a list, a set, or a map of texts
   */
  static String of(String name, @Nullable Object value) {
    Canonical canonical = new Canonical(name);
    canonical.value(value, 0);
    return canonical.text.toString();
  }

  /** The text itself if it is short and plain, else its digest. */
  static String shortened(String canonical) {
    boolean plain =
        canonical.length() <= MAX_PLAIN && canonical.chars().allMatch(c -> c >= ' ' && c < 127);
    return plain ? canonical : "sha256:" + digest(canonical);
  }

  /** 64 hexadecimal digits. */
  static String digest(String canonical) {
    try {
      byte[] bytes = canonical.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  private void value(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "argument " + name + " must be at most " + MAX_DEPTH + " deep");
    }
    if (value == null) {
      text.append("n;");
    } else if (value instanceof Boolean) {
      text.append("b:").append(value).append(';');
    } else if (value instanceof Number number) {
      number(number);
    } else if (value instanceof CharSequence || value instanceof Character) {
      text('s', value.toString());
    } else if (value instanceof Enum<?> constant) {
      text('e', constant.getDeclaringClass().getName() + "." + constant.name());
    } else {
      many(value, depth);
    }
  }

  private void number(Number value) {
    if (value instanceof Double || value instanceof Float) {
      text.append("f:").append(value.doubleValue()).append(';');
    } else if (value instanceof BigDecimal decimal) {
      text.append("d:").append(decimal.stripTrailingZeros()).append(';');
    } else if (value instanceof BigInteger
        || value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      text.append("i:").append(value).append(';');
    } else {
      throw unknown(value);
    }
  }

  private void text(char tag, String value) {
    text.append(tag).append(value.length()).append(':').append(value);
  }

  private void many(Object value, int depth) {
    if (value instanceof List<?> list) {
      text.append('[');
      list.forEach(item -> value(item, depth + 1));
      text.append(']');
    } else if (value instanceof Set<?> set) {
      text.append('<');
      sorted(set, depth).forEach(text::append);
      text.append('>');
    } else if (value instanceof Map<?, ?> map) {
      map(map, depth);
    } else {
      throw unknown(value);
    }
  }

  private List<String> sorted(Collection<?> items, int depth) {
    return items.stream()
        .map(
            item -> {
              Canonical written = new Canonical(name);
              written.value(item, depth + 1);
              return written.text.toString();
            })
        .sorted()
        .toList();
  }

  private void map(Map<?, ?> map, int depth) {
    TreeMap<String, @Nullable Object> sorted = new TreeMap<>();
    map.forEach(
        (key, value) -> {
          if (!(key instanceof String text)) {
            throw new IllegalArgumentException(
                "argument " + name + " must have texts as keys of its maps but had " + key);
          }
          sorted.put(text, value);
        });
    text.append('{');
    sorted.forEach(
        (key, value) -> {
          text('s', key);
          value(value, depth + 1);
        });
    text.append('}');
  }

  private IllegalArgumentException unknown(Object value) {
    return new IllegalArgumentException(
        "argument "
            + name
            + " must be made of null, Boolean, numbers, texts, enums, lists, sets and maps but had "
            + value.getClass().getName());
  }
}
