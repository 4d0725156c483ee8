package io.sluice.engine.sim;

import java.util.PriorityQueue;

/** Virtual time: what happens at which moment, in the order of (moment, order of planning). */
public final class Scheduler {
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long sequence;
  private long now;

  public long now() {
    return now;
  }

  /** Plans something; a moment in the past is now. */
  public void at(long nanos, Runnable action) {
    events.add(new Event(Math.max(now, nanos), sequence++, action));
  }

  public void in(long nanos, Runnable action) {
    at(now + nanos, action);
  }

  /** Returns when the next happens; {@link Long#MAX_VALUE} = nothing is planned. */
  public long nextNanos() {
    return events.isEmpty() ? Long.MAX_VALUE : events.peek().at;
  }

  /** Lets happen what is planned up to a moment, then makes it that moment. */
  public void runUntil(long nanos) {
    for (Event next = events.peek(); next != null && next.at <= nanos; next = events.peek()) {
      events.remove();
      now = next.at;
      next.action.run();
    }
    now = nanos;
  }

  private record Event(long at, long sequence, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }
}
