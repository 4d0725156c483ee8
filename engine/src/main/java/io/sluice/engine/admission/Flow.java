package io.sluice.engine.admission;

import java.util.TreeSet;

/** Those of one band that share a turn, in the order of their arrival. */
final class Flow {
  /** What the band knows it by. */
  final Object key;

  final int weight;
  private final TreeSet<Place> places = new TreeSet<>();

  /** Permits it may still have in this turn; negative after it got some out of turn. */
  long deficit;

  Flow(Object key, int weight) {
    this.key = key;
    this.weight = weight;
  }

  void add(Place place) {
    places.add(place);
  }

  void remove(Place place) {
    places.remove(place);
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  int size() {
    return places.size();
  }

  Place next(boolean lastFirst) {
    return lastFirst ? places.last() : places.first();
  }

  Iterable<Place> places() {
    return places;
  }
}
