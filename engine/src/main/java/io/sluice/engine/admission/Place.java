package io.sluice.engine.admission;

/** Where one waiter stands in one queue. */
final class Place implements Comparable<Place> {
  final Waiter waiter;
  final WaitQueue queue;

  /** What the waiter asks of the queue's bucket. */
  final long permits;

  /** Whose turn it uses up. */
  final Flow flow;

  Place(Waiter waiter, WaitQueue queue, long permits, Flow flow) {
    this.waiter = waiter;
    this.queue = queue;
    this.permits = permits;
    this.flow = flow;
  }

  /** Orders by arrival. */
  @Override
  public int compareTo(Place other) {
    return waiter.compareArrival(other.waiter);
  }
}
