package io.sluice.engine.admission;

import java.util.ArrayList;
import java.util.List;

/** An acquire in the queue. It holds nothing. */
final class Waiter implements Comparable<Waiter> {
  final Ask ask;
  final long sequence;
  final long sinceNanos;

  /** The queues it stands in: those of the buckets that stood in its way when it was last tried. */
  final List<WaitQueue> queues = new ArrayList<>(1);

  /** Those who wait for the answer: one, unless the same request came again. */
  final List<Ticket> tickets = new ArrayList<>(1);

  /** The store has been asked and has not answered. */
  boolean deciding;

  /** Something changed while the store was being asked. */
  boolean decideAgain;

  /** It was answered, or everybody gave up on it. */
  boolean gone;

  Waiter(Ask ask, long sequence, long sinceNanos) {
    this.ask = ask;
    this.sequence = sequence;
    this.sinceNanos = sinceNanos;
  }

  int priority() {
    return ask.acquire().priority();
  }

  /** Orders by band, then by arrival. */
  @Override
  public int compareTo(Waiter other) {
    int byBand = Integer.compare(priority(), other.priority());
    return byBand != 0 ? byBand : Long.compare(sequence, other.sequence);
  }
}
