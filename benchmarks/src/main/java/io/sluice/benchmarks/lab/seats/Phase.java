package io.sluice.benchmarks.lab.seats;

import java.util.List;

/**
 * A stretch of a run.
 *
 * @param name a letter
 * @param seconds how long
 * @param load what arrives, as a share of what the service can do in this phase
 * @param slower by how much longer each piece takes than the service's mean
 * @param wider by how much more workers there are
 */
record Phase(String name, double seconds, double load, double slower, double wider) {
  /** Half load, overload, half load; then twice as slow and twice as wide, at half and overload. */
  static final List<Phase> USUAL =
      List.of(
          new Phase("A", 120, 0.5, 1, 1),
          new Phase("B", 600, 2, 1, 1),
          new Phase("C", 120, 0.5, 1, 1),
          new Phase("D", 180, 0.5, 2, 2),
          new Phase("E", 180, 2, 2, 2));

  /** The same with other lengths. */
  Phase times(double factor) {
    return new Phase(name, seconds * factor, load, slower, wider);
  }
}
