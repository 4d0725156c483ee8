package io.sluice.engine.admission;

import java.util.TreeSet;

/** Those of one band that share a turn, in the order of their arrival. */
final class Flow implements Comparable<Flow> {
  /**
   * How far one permit moves a flow of weight 1. The largest ask moves it by 2^60, and no two flows
   * of a band are further apart than two such steps, so turns may wrap around: only differences
   * count.
   */
  private static final long PERMIT = 1L << 20;

  /** What the band knows it by. */
  final Object key;

  final int weight;
  private final TreeSet<Place> places = new TreeSet<>();

  private long permits;

  /** The earliest goes. The band changes it, and only while the flow is not among the turns. */
  long turn;

  /** Of those with one turn, the one that came to have it first goes. */
  long position;

  Flow(Object key, int weight) {
    this.key = key;
    this.weight = weight;
  }

  void add(Place place) {
    places.add(place);
    permits += place.permits;
  }

  void remove(Place place) {
    places.remove(place);
    permits -= place.permits;
  }

  boolean isEmpty() {
    return places.isEmpty();
  }

  int size() {
    return places.size();
  }

  /** Returns the sum of what is asked for. */
  long permits() {
    return permits;
  }

  /**
   * Returns how many of it go before its turn is so far from its present one.
   *
   * @param there also the one whose turn is exactly so far
   */
  long goWithin(double distance, boolean there) {
    double steps = distance * weight * size() / ((double) permits * PERMIT); // usual ones
    return (long) Math.min(size(), there ? Math.floor(steps) + 1 : Math.ceil(steps));
  }

  Place next(boolean lastFirst) {
    return lastFirst ? places.last() : places.first();
  }

  Iterable<Place> places() {
    return places;
  }

  /** Returns how far so many permits move it. */
  long step(long permits) {
    return permits * PERMIT / weight;
  }

  static long later(long turn, long other) {
    return turn - other >= 0 ? turn : other;
  }

  static long earlier(long turn, long other) {
    return turn - other <= 0 ? turn : other;
  }

  /** Orders by turn. */
  @Override
  public int compareTo(Flow other) {
    int byTurn = Long.signum(turn - other.turn);
    return byTurn != 0 ? byTurn : Long.compare(position, other.position);
  }
}
