package io.sluice.engine.admission;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Those who wait for one bucket, first come first served within each priority band. As an alarm it
 * is due when the bucket has accrued what its head needs.
 */
final class WaitQueue extends Alarm {
  final Bucket bucket;
  private final TreeSet<Waiter> waiters = new TreeSet<>();
  private final int[] countByBand = new int[Bounds.MAX_PRIORITY + 1];
  private final long[] permitsByBand = new long[Bounds.MAX_PRIORITY + 1];
  private final WaitingRoom room;

  /** Something changed, so the head has to be tried. */
  boolean dirty;

  WaitQueue(Bucket bucket, WaitingRoom room) {
    this.bucket = bucket;
    this.room = room;
  }

  void add(Waiter waiter) {
    waiters.add(waiter);
    count(waiter, 1);
  }

  void remove(Waiter waiter) {
    waiters.remove(waiter);
    count(waiter, -1);
  }

  boolean isEmpty() {
    return waiters.isEmpty();
  }

  Waiter head() {
    return waiters.first();
  }

  Stream<Waiter> stream() {
    return waiters.stream();
  }

  /** Returns how many go before a newcomer of a band. */
  int countAhead(int band) {
    int count = 0;
    for (int i = 0; i <= band; i++) {
      count += countByBand[i];
    }
    return count;
  }

  /** Returns the permits asked for by those who go before a newcomer of a band. */
  long permitsAhead(int band) {
    long permits = 0;
    for (int i = 0; i <= band; i++) {
      permits += permitsByBand[i];
    }
    return permits;
  }

  @Override
  void ring(long nowNanos) {
    room.changed(this);
  }

  private void count(Waiter waiter, int change) {
    countByBand[waiter.priority()] += change;
    for (Charge charge : waiter.ask.charges()) {
      if (charge.bucket() == bucket) {
        permitsByBand[waiter.priority()] += change * charge.permits();
      }
    }
    bucket.limit().counters().waiting(change);
  }
}
