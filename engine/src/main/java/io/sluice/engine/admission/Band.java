package io.sluice.engine.admission;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Those of one priority who wait for one bucket. Flows are served in turn, by permits, not by
 * waiters.
 *
 * <p>Source: P. Goyal, H. Vin and H. Cheng, "Start-time Fair Queuing", SIGCOMM 1996. Each flow has
 * a turn, and the earliest goes; whoever is served moves on by what it got, divided by its weight.
 * Between two flows of one weight that always have somebody waiting, what they got differs by at
 * most two largest asks over any interval. Deficit round robin, the usual choice, differs by up to
 * three, since a flow can save nearly an ask from one round to the next.
 *
 * <p><em>Our differences:</em> the one whose turn it is counts as being served while it waits to
 * fit, so nobody who comes later goes before it. A flow that comes joins behind all whose turn is
 * set, so newcomers, however many, do not keep anybody back; one that empties keeps nothing. A flow
 * that is served out of turn pays for it, but for no more than two of its asks, or it could be kept
 * out for as long as others were before.
 */
final class Band {
  /** Flows that have a turn of their own; more share {@link #SHARED_FLOWS}. */
  private static final int MAX_FLOWS = 1024;

  private static final int SHARED_FLOWS = 128;

  /** Flows to look at to foresee what goes before a newcomer; the others are taken to be alike. */
  private static final int MAX_FORESEEN = 128;

  private static final Dealer DEALER = new Dealer(SHARED_FLOWS, 8);

  private final TreeSet<Place> byArrival = new TreeSet<>();
  private final Map<Object, Flow> flows = new HashMap<>(); // never iterated
  private final TreeSet<Flow> turns = new TreeSet<>();
  private long permits;

  /** The latest turn that was given to a newcomer, or to one that was served in its turn. */
  private long lastTurn;

  private long nextPosition;

  boolean isEmpty() {
    return byArrival.isEmpty();
  }

  /** Returns the one who came first. */
  Place oldest() {
    return byArrival.first();
  }

  /**
   * Returns what goes before a newcomer: those of its own flow, and of the others what comes to its
   * turn before. So one that asks for much does not keep back those who ask for little.
   *
   * @param flow the newcomer's flow
   */
  Ahead before(Flow flow, boolean lastFirst) {
    long first = turns.first().turn;
    boolean lined = !flow.isEmpty() && !lastFirst;
    long start = flow.isEmpty() ? Flow.later(lastTurn, first) : flow.turn;
    double reach = start - first + (lined ? (double) flow.step(1) * flow.permits() : 0);
    Ahead own = lined ? new Ahead(flow.size(), flow.permits()) : Ahead.NONE;
    Ahead others = Ahead.NONE;
    int looked = 0;
    for (Flow other : turns) {
      double distance = reach - (other.turn - first);
      if (distance < 0) {
        break;
      }
      if (other != flow && looked == MAX_FORESEEN) {
        int all = turns.size() - (flow.isEmpty() ? 0 : 1);
        return own.plus(others.times((double) all / looked));
      }
      if (other != flow) {
        looked++;
        long go = other.goWithin(distance, winsTie(other, flow, start));
        others = others.plus(new Ahead(go, (long) ((double) other.permits() / other.size() * go)));
      }
    }
    return own.plus(others);
  }

  /** Returns whether another flow goes before a newcomer when both come to have the same turn. */
  private static boolean winsTie(Flow other, Flow flow, long start) {
    if (flow.isEmpty()) {
      return other.turn == start; // what it is given from now on comes later
    }
    return other.turn == flow.turn ? other.position < flow.position : other.turn - flow.turn > 0;
  }

  /** Returns all who stand here. */
  Ahead all() {
    return new Ahead(byArrival.size(), permits);
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
      if (!turns.isEmpty()) {
        lastTurn = Flow.later(lastTurn, turns.first().turn);
      }
      putInTurn(flow, lastTurn);
    }
    flow.add(place);
    byArrival.add(place);
    permits += place.permits;
  }

  void remove(Place place) {
    Flow flow = place.flow;
    flow.remove(place);
    byArrival.remove(place);
    permits -= place.permits;
    if (flow.isEmpty()) {
      flows.remove(flow.key);
      turns.remove(flow);
    }
  }

  /** Returns whose turn it is. Stays the same until that one goes, whoever comes. */
  Place next(boolean lastFirst) {
    return turns.first().next(lastFirst);
  }

  /** Returns whether it would be the turn of one who stands elsewhere, if it stood in a flow. */
  boolean isTurnOf(Waiter waiter, Flow flow, boolean lastFirst) {
    return !flow.isEmpty()
        && flow.compareTo(turns.first()) == 0
        && flow.next(lastFirst).waiter.cameBefore(waiter) == lastFirst;
  }

  /** Notes that somebody who still stands here got what it asked for. */
  void served(Place place) {
    Flow flow = place.flow;
    long inTurn = turns.first().turn;
    long step = flow.step(place.permits);
    boolean outOfTurn = flow.turn != inTurn;
    turns.remove(flow);
    if (outOfTurn) {
      long most = Flow.later(flow.turn, inTurn + 2 * step);
      putInTurn(flow, Flow.earlier(flow.turn + step, most));
    } else {
      putInTurn(flow, inTurn + step);
      lastTurn = Flow.later(lastTurn, flow.turn);
    }
  }

  /** Returns everybody in the order in which they will be served if nobody comes. */
  List<Place> inOrder(boolean lastFirst) {
    Band copy = new Band();
    Map<Place, Place> originals = new HashMap<>();
    for (Flow flow : turns) {
      Flow twin = new Flow(flow.key, flow.weight);
      copy.putInTurn(twin, flow.turn);
      for (Place place : flow.places()) {
        Place standIn = new Place(place.waiter, place.queue, place.permits, twin);
        originals.put(standIn, place);
        twin.add(standIn);
      }
    }
    List<Place> order = new ArrayList<>(byArrival.size());
    while (!copy.turns.isEmpty()) {
      Place next = copy.next(lastFirst);
      copy.served(next);
      copy.remove(next);
      order.add(originals.getOrDefault(next, next));
    }
    return order;
  }

  private void putInTurn(Flow flow, long turn) {
    flow.turn = turn;
    flow.position = nextPosition++;
    turns.add(flow);
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
