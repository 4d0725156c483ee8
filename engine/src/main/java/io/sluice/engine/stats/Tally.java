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

  /** Returns the counters that are not 0. */
  @SuppressWarnings("EnumOrdinal")
  Map<E, Long> snapshot() {
    EnumMap<E, Long> map = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      if (counts[constant.ordinal()] != 0) {
        map.put(constant, counts[constant.ordinal()]);
      }
    }
    return Collections.unmodifiableMap(map);
  }
}
