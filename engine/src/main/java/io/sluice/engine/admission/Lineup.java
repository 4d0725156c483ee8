package io.sluice.engine.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;

/** One band of a queue, as those who stand in it go one after the other. */
final class Lineup {
  private final Deque<Place> byArrival = new ArrayDeque<>();
  private final Deque<Place> byTurn;
  private final Set<Place> gone = Collections.newSetFromMap(new IdentityHashMap<>());

  private Lineup(Band band, boolean lastFirst) {
    band.byArrival().forEach(byArrival::add);
    byTurn = new ArrayDeque<>(band.inOrder(lastFirst));
  }

  /**
   * Returns everybody in the order in which they go if nobody comes and each fits in its turn: the
   * best band, unless the one who counts as having come first is of another.
   *
   * @param bands the best first
   * @param rank when a waiter counts as having come
   */
  static List<Place> of(Collection<Band> bands, ToLongFunction<Waiter> rank, boolean lastFirst) {
    List<Lineup> left = new ArrayList<>();
    bands.forEach(band -> left.add(new Lineup(band, lastFirst)));
    List<Place> order = new ArrayList<>();
    while (!left.isEmpty()) {
      Lineup best = left.get(0);
      Lineup eldest = best;
      for (Lineup lineup : left) {
        if (rank.applyAsLong(lineup.oldest().waiter) < rank.applyAsLong(eldest.oldest().waiter)) {
          eldest = lineup;
        }
      }
      order.add(eldest == best ? best.goInTurn() : eldest.goFirst());
      left.removeIf(Lineup::isEmpty);
    }
    return order;
  }

  private Place oldest() {
    return Objects.requireNonNull(byArrival.peek());
  }

  private Place goInTurn() {
    return go(byTurn.remove());
  }

  private Place goFirst() {
    return go(byArrival.remove());
  }

  private Place go(Place place) {
    gone.add(place);
    skip(byArrival);
    skip(byTurn);
    return place;
  }

  private void skip(Deque<Place> places) {
    while (!places.isEmpty() && gone.contains(places.peek())) {
      places.remove();
    }
  }

  private boolean isEmpty() {
    return byArrival.isEmpty();
  }
}
