package io.sluice.engine.admission;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Those of one priority who wait for one bucket. Flows are served in turn, by permits, not by
 * waiters.
 *
 * <p>Source: M. Shreedhar and G. Varghese, "Efficient Fair Queuing Using Deficit Round Robin",
 * SIGCOMM 1995. A flow whose turn begins gets a quantum times its weight, and is served as long as
 * that lasts. <em>Our differences:</em> the quantum is the largest ask that waits, so one turn is
 * always enough for one waiter; a flow that was served out of turn pays for it in later turns; the
 * choice is made before it is known whether it fits, and stands until the chosen one has gone.
 *
 * <p>Between two flows of one weight that always have somebody waiting, what they got differs by at
 * most two largest asks. A flow that empties keeps nothing.
 */
final class Band {
  /** Flows that have a turn of their own; more share {@link #SHARED_FLOWS}. */
  private static final int MAX_FLOWS = 1024;

  private static final int SHARED_FLOWS = 128;
  private static final Dealer DEALER = new Dealer(SHARED_FLOWS, 8);

  private final TreeSet<Place> byArrival = new TreeSet<>();
  private final Map<Object, Flow> flows = new HashMap<>(); // never iterated
  private final LinkedHashSet<Flow> turns = new LinkedHashSet<>();
  private final TreeMap<Long, Integer> asks = new TreeMap<>();
  private long permits;

  boolean isEmpty() {
    return byArrival.isEmpty();
  }

  int size() {
    return byArrival.size();
  }

  /** Returns the sum of what is asked for. */
  long permits() {
    return permits;
  }

  /** Returns the one who came first. */
  Place oldest() {
    return byArrival.first();
  }

  /** Returns the places in the order of arrival. */
  Iterable<Place> byArrival() {
    return byArrival;
  }

  /** Returns the flow of these values, made if nobody of it waits. */
  Flow flow(List<String> values, int weight) {
    Flow own = flows.get(values);
    if (own != null) {
      return own;
    }
    return flows.size() < MAX_FLOWS ? new Flow(values, weight) : shared(values);
  }

  void add(Place place) {
    Flow flow = place.flow;
    if (flow.isEmpty()) {
      flows.put(flow.key, flow);
      turns.add(flow);
    }
    flow.add(place);
    byArrival.add(place);
    asks.merge(place.permits, 1, Integer::sum);
    permits += place.permits;
    if (turns.size() == 1 && flow.size() == 1) {
      flow.deficit = quantum() * flow.weight;
    }
  }

  void remove(Place place) {
    Flow flow = place.flow;
    flow.remove(place);
    byArrival.remove(place);
    asks.computeIfPresent(place.permits, (ask, count) -> count == 1 ? null : count - 1);
    permits -= place.permits;
    if (flow.isEmpty()) {
      boolean hadItsTurn = turns.iterator().next() == flow;
      flows.remove(flow.key);
      turns.remove(flow);
      if (hadItsTurn) {
        beginTurn();
      }
    }
  }

  /** Returns whose turn it is. Stays the same until somebody comes or goes. */
  Place next(boolean lastFirst) {
    while (true) {
      Flow flow = turns.iterator().next();
      Place place = flow.next(lastFirst);
      if (place.permits <= flow.deficit) {
        return place;
      }
      turns.remove(flow);
      turns.add(flow);
      beginTurn();
    }
  }

  /** Notes that somebody who still stands here got what it asked for. */
  void served(Place place) {
    place.flow.deficit -= place.permits;
  }

  /** Returns everybody in the order in which they will be served if nobody comes. */
  List<Place> inOrder(boolean lastFirst) {
    Band copy = new Band();
    Map<Flow, Flow> twins = new HashMap<>();
    Map<Place, Place> originals = new HashMap<>();
    for (Flow flow : turns) {
      Flow twin = new Flow(flow.key, flow.weight);
      twins.put(flow, twin);
      for (Place place : flow.places()) {
        Place standIn = new Place(place.waiter, place.queue, place.permits, twin);
        originals.put(standIn, place);
        copy.add(standIn);
      }
    }
    twins.forEach((flow, twin) -> twin.deficit = flow.deficit);
    List<Place> order = new ArrayList<>(byArrival.size());
    while (!copy.isEmpty()) {
      Place next = copy.next(lastFirst);
      copy.served(next);
      copy.remove(next);
      order.add(originals.getOrDefault(next, next));
    }
    return order;
  }

  private void beginTurn() {
    if (!turns.isEmpty()) {
      Flow flow = turns.iterator().next();
      flow.deficit += quantum() * flow.weight;
    }
  }

  private long quantum() {
    return asks.lastKey();
  }

  private Flow shared(List<String> values) {
    Flow shortest = null;
    for (int card : DEALER.deal(Dealer.hash(values))) {
      Flow flow = flows.get(card);
      if (flow == null) {
        return new Flow(card, 1);
      }
      if (shortest == null || flow.size() < shortest.size()) {
        shortest = flow;
      }
    }
    return Objects.requireNonNull(shortest);
  }
}
