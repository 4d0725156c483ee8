package io.sluice.engine.sim;

import java.util.List;
import java.util.stream.Stream;

/** How often each fact was met. Safe for threads to add to. */
final class Coverage {
  private final long[] counts = new long[Fact.values().length];

  void met(Fact fact) {
    met(fact, 1);
  }

  void met(Fact fact, long times) {
    counts[fact.ordinal()] += times;
  }

  synchronized void add(Coverage other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  long count(Fact fact) {
    return counts[fact.ordinal()];
  }

  /** Returns the facts met less often than that. */
  List<Fact> rarerThan(long times) {
    return Stream.of(Fact.values()).filter(fact -> count(fact) < times).toList();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Fact fact : Fact.values()) {
      text.append(String.format("%,14d  %s%n", count(fact), fact));
    }
    return text.toString();
  }
}
