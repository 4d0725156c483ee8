package io.sluice.engine.admission;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An acquire in the queue. It holds nothing. */
final class Waiter {
  Ask ask;

  /** The order of arrival. */
  final long sequence;

  /** Since when it counts as waiting: when it came, or before if it has its place from before. */
  final long sinceNanos;

  final long enteredNanos;

  /** Until when the work is worth starting. */
  final long startByNanos;

  /** Where it stands: at the buckets that stood in its way when it was last tried. */
  final List<Place> places = new ArrayList<>(1);

  /** Those who wait for the answer: one, unless the same request came again. */
  final List<Ticket> tickets = new ArrayList<>(1);

  /** The store has been asked and has not answered. */
  boolean deciding;

  /** Something changed while the store was being asked. */
  boolean decideAgain;

  /** How often it was put elsewhere from outside: by a change of limits, or by a pause. */
  int reroutes;

  /** It stands nowhere, because what it asks for is paused. */
  boolean parked;

  /** It was answered, or everybody gave up on it. */
  boolean gone;

  /** It was answered with a grant. */
  boolean granted;

  /** How often it was sent on from the head of a queue to another bucket's. */
  int turns;

  /** How many went before it while it was the head of a queue and did not fit. */
  int bypasses;

  /** It has been sent on too often, and keeps its place in every queue until it fits in all. */
  boolean overdue;

  Waiter(Ask ask, long sequence, long sinceNanos, long enteredNanos, long nowNanos) {
    this.ask = ask;
    this.sequence = sequence;
    this.sinceNanos = sinceNanos;
    this.enteredNanos = enteredNanos;
    long deadline = ask.acquire().workDeadlineNanos();
    this.startByNanos =
        deadline == 0 ? Long.MAX_VALUE : nowNanos + Math.max(0, deadline - ask.holdNanos());
  }

  int priority() {
    return ask.acquire().priority();
  }

  int compareArrival(Waiter other) {
    int byTime = Long.compare(sinceNanos, other.sinceNanos);
    return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
  }

  boolean cameBefore(Waiter other) {
    return compareArrival(other) < 0;
  }

  /** Returns its place in a queue, or null. */
  @Nullable Place placeIn(WaitQueue queue) {
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).queue == queue) {
        return places.get(i);
      }
    }
    return null;
  }
}
