package io.sluice.engine.stats;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** A counter for each constant of an enum. Not thread-safe. */
final class Tally<E extends Enum<E>> {
  private final Class<E> type;
  private final long[] counts;

  Tally(Class<E> type) {
    this.type = type;
    this.counts = new long[type.getEnumConstants().length];
  }

  @SuppressWarnings("EnumOrdinal") // an index into an array that lives no longer than the enum
  void count(E constant) {
    counts[constant.ordinal()]++;
  }

  /** Returns how many counters there are. */
  int size() {
    return counts.length;
  }

  /** Returns the sum of all counters. */
  long total() {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  /** Copies the counters, in the order of the constants. */
  void copyTo(long[] values, int from) {
    System.arraycopy(counts, 0, values, from, counts.length);
  }

  /** Returns one of the values, which are in the order of the constants. */
  @SuppressWarnings("EnumOrdinal")
  long of(long[] values, int from, E constant) {
    return values[from + constant.ordinal()];
  }

  /** Returns the counters that are not 0. */
  Map<E, Long> snapshot() {
    return named(counts, 0);
  }

  /** Returns those of the values, which are in the order of the constants, that are not 0. */
  @SuppressWarnings("EnumOrdinal")
  Map<E, Long> named(long[] values, int from) {
    EnumMap<E, Long> map = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      long value = values[from + constant.ordinal()];
      if (value != 0) {
        map.put(constant, value);
      }
    }
    return Collections.unmodifiableMap(map);
  }
}
