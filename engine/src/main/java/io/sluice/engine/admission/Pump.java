package io.sluice.engine.admission;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Hands out what there is to those who wait.
 *
 * <p>Whatever gives capacity to a bucket marks its queue as changed; then heads are tried until
 * each queue has a head that does not fit, so no capacity is idle while a head fits. A head that
 * another bucket blocks goes to that bucket's queue and lets those behind it pass: a blocked key
 * never blocks another.
 *
 * <p>A head that does not fit keeps what there is of its bucket for itself, so that small asks do
 * not starve a large one. Those behind it may go before it only where that cannot delay it, and no
 * more than {@code max_bypasses} of them (EASY backfilling: D. Lifka, "The ANL/IBM SP Scheduling
 * System", 1995). Of a rate nothing can be taken without a delay.
 */
final class Pump {
  private final StateStore store;
  private final WaitingRoom room;
  private final LongSupplier clock;
  private final Desk desk;
  private final Deque<WaitQueue> dirty = new ArrayDeque<>();
  private final Deque<Waiter> unlimited = new ArrayDeque<>();
  private boolean pumping;

  Pump(StateStore store, WaitingRoom room, LongSupplier clock, Desk desk) {
    this.store = store;
    this.room = room;
    this.clock = clock;
    this.desk = desk;
  }

  /** Notes that the head of a queue has to be tried. */
  void changed(WaitQueue queue) {
    if (!queue.isEmpty() && queue.head().deciding) {
      queue.head().decideAgain = true; // there may be more now than the store saw
    }
    if (!queue.dirty) {
      queue.dirty = true;
      dirty.add(queue);
    }
  }

  /** Notes that nothing limits a waiter any more. */
  void unlimited(Waiter waiter) {
    unlimited.add(waiter);
  }

  /** Hands out what there is, until no head fits. Within itself it does nothing. */
  void pump(long nowNanos) {
    if (pumping || (dirty.isEmpty() && unlimited.isEmpty())) {
      return;
    }
    pumping = true;
    try {
      for (Waiter waiter = unlimited.poll(); waiter != null; waiter = unlimited.poll()) {
        serveUnlimited(waiter, nowNanos);
      }
      for (WaitQueue queue = dirty.poll(); queue != null; queue = dirty.poll()) {
        queue.dirty = false;
        shed(queue, nowNanos);
        serve(queue, nowNanos);
      }
    } finally {
      pumping = false;
    }
  }

  private void shed(WaitQueue queue, long nowNanos) {
    for (Waiter waiter : queue.shed(serviceNanos(queue), nowNanos)) {
      desk.shed(waiter, queue);
    }
  }

  private void serve(WaitQueue queue, long nowNanos) {
    while (!queue.isEmpty()) {
      Waiter head = queue.head();
      if (head.deciding) {
        return; // the answer will come and go on here
      }
      head.deciding = true;
      boolean behind = room.isBehindAnother(head);
      int reroutes = head.reroutes;
      store.decide(
          head.ask.claim().fromQueue(),
          behind ? StateStore.Mode.PEEK : StateStore.Mode.COMMIT,
          nowNanos,
          verdict -> {
            if (!isOutdated(head, reroutes, verdict, behind)) {
              decided(head, queue, behind, verdict, nowNanos);
            }
            pump(clock.getAsLong());
          });
      if (head.deciding) {
        return;
      }
      if (!queue.isEmpty() && queue.head() == head) {
        backfill(queue, head, nowNanos);
        return;
      }
    }
  }

  private void serveUnlimited(Waiter waiter, long nowNanos) {
    if (waiter.gone || waiter.parked || waiter.deciding || !waiter.ask.contended().isEmpty()) {
      return;
    }
    waiter.deciding = true;
    int reroutes = waiter.reroutes;
    store.decide(
        waiter.ask.claim().fromQueue(),
        StateStore.Mode.COMMIT,
        nowNanos,
        verdict -> {
          if (!isOutdated(waiter, reroutes, verdict, false)) {
            waiter.deciding = false;
            if (waiter.gone) {
              takeBack(waiter, verdict, false);
            } else {
              answer(waiter, verdict);
            }
          }
          pump(clock.getAsLong());
        });
  }

  /**
   * Returns whether a verdict is about a place where the waiter is no more, because the limits
   * changed or a pause began or ended while the store was asked; it is then tried again. What was
   * taken meanwhile is a grant all the same.
   */
  private boolean isOutdated(Waiter waiter, int reroutes, Verdict verdict, boolean peeked) {
    boolean taken = verdict instanceof Verdict.Admitted && !peeked;
    if (waiter.gone || taken || waiter.reroutes == reroutes) {
      return false;
    }
    waiter.deciding = false;
    waiter.decideAgain = false;
    if (waiter.ask.contended().isEmpty()) {
      unlimited.add(waiter);
    }
    waiter.places.forEach(place -> changed(place.queue));
    return true;
  }

  private void decided(
      Waiter waiter, WaitQueue queue, boolean behind, Verdict verdict, long askedAtNanos) {
    boolean again = waiter.decideAgain;
    waiter.deciding = false;
    waiter.decideAgain = false;
    if (waiter.gone) {
      takeBack(waiter, verdict, behind);
      return;
    }
    List<Verdict.Obstacle> obstacles =
        verdict instanceof Verdict.Refused refused ? refused.obstacles() : List.of();
    boolean fits = verdict instanceof Verdict.Admitted admitted && !admitted.replayed();
    if (obstacles.isEmpty() && !(fits && behind)) {
      answer(waiter, verdict);
      return;
    }
    List<Bucket> buckets = new ArrayList<>(obstacles.size() + 1);
    for (Verdict.Obstacle obstacle : obstacles) {
      buckets.add(obstacle.bucket());
    }
    if (behind) {
      room.bucketsAhead(waiter, buckets);
    }
    if (buckets.isEmpty()) { // those it was behind have gone since the store was asked
      waiter.places.forEach(place -> changed(place.queue));
      return;
    }
    boolean nowFirst = !buckets.contains(queue.bucket) && sentOn(waiter, queue);
    if (waiter.overdue) {
      reserve(waiter, buckets);
    }
    room.move(waiter, buckets);
    for (Verdict.Obstacle obstacle : obstacles) {
      room.wakeWhenAccrued(waiter, obstacle, askedAtNanos);
    }
    if (again || nowFirst) {
      waiter.places.forEach(place -> changed(place.queue));
    }
  }

  private void answer(Waiter waiter, Verdict verdict) {
    waiter.granted = verdict instanceof Verdict.Admitted;
    room.leave(waiter, clock.getAsLong());
    desk.answered(waiter, verdict);
  }

  /** Gives back what a store that is elsewhere gave to a waiter that has gone meanwhile. */
  private void takeBack(Waiter waiter, Verdict verdict, boolean peeked) {
    if (verdict instanceof Verdict.Admitted admitted && !admitted.replayed() && !peeked) {
      desk.takeBack(waiter.ask, admitted);
    }
  }

  /**
   * Counts that a waiter fitted where it was the head, and did not fit elsewhere. Between buckets
   * that take turns in being full it would be sent back and forth while others pass.
   *
   * @return whether it is overdue since this time, and so first wherever it was behind others
   */
  private static boolean sentOn(Waiter waiter, WaitQueue from) {
    waiter.turns++;
    if (waiter.overdue || waiter.turns <= from.bucket.limit().limit().queue().maxBypasses()) {
      return false;
    }
    waiter.overdue = true;
    waiter.places.forEach(place -> place.queue.overdue(place));
    return true;
  }

  /** Adds what an overdue waiter keeps a place for; tokens are not held back for anybody. */
  private static void reserve(Waiter waiter, List<Bucket> buckets) {
    for (Charge charge : waiter.ask.contended()) {
      boolean held = charge.bucket().limit().limit().policy().kind() != LimitKind.RATE;
      if (held && !buckets.contains(charge.bucket())) {
        buckets.add(charge.bucket());
      }
    }
  }

  private void backfill(WaitQueue queue, Waiter head, long nowNanos) {
    int most = queue.bucket.limit().limit().queue().maxBypasses() - head.bypasses;
    if (most <= 0 || !canBackfill(queue, head)) {
      return;
    }
    for (Waiter waiter : queue.behindHead(most)) {
      if (!waiter.deciding && !waiter.gone && !room.isBehindAnother(waiter, queue)) {
        waiter.deciding = true;
        Claim claim = waiter.ask.claim().fromQueue().notDelaying(head.ask.charges());
        int reroutes = waiter.reroutes;
        store.decide(
            claim,
            StateStore.Mode.COMMIT,
            nowNanos,
            verdict -> {
              if (!isOutdated(waiter, reroutes, verdict, false)) {
                backfilled(waiter, head, verdict);
              }
              pump(clock.getAsLong());
            });
      }
    }
  }

  private void backfilled(Waiter waiter, Waiter head, Verdict verdict) {
    boolean again = waiter.decideAgain;
    waiter.deciding = false;
    waiter.decideAgain = false;
    if (waiter.gone) {
      takeBack(waiter, verdict, false);
    } else if (!(verdict instanceof Verdict.Refused)) {
      head.bypasses++;
      answer(waiter, verdict);
    } else if (again) {
      waiter.places.forEach(place -> changed(place.queue));
    }
  }

  /** Returns whether it is worth a look: an overdue head may be blocked elsewhere only. */
  private static boolean canBackfill(WaitQueue queue, Waiter head) {
    Policy policy = queue.bucket.limit().limit().policy();
    return policy instanceof Policy.Devices
        || (policy.kind() != LimitKind.RATE && (queue.anyExpectedHold() || head.overdue));
  }

  private static long serviceNanos(WaitQueue queue) {
    ActiveLimit limit = queue.bucket.limit();
    return limit.limit().policy().turnoverNanos(limit.counters().recentHoldNanos(0));
  }
}
