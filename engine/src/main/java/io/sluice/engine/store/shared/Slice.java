package io.sluice.engine.store.shared;

import io.sluice.engine.timer.Timer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Permits of a bucket that this process took ahead, to give them out without asking. What is not
 * given out in time is worth nothing: it was taken, and never comes back by that.
 */
final class Slice extends Timer {
  static final long IDLE_NANOS = 1_000_000_000L;

  /** How far ahead a slice is to reach. */
  private static final long HORIZON_NANOS = 2_000_000_000L;

  private static final long LIFE_NANOS = 5 * HORIZON_NANOS;
  private static final long PAUSE_NANOS = 100_000_000L;

  private final SharedSpending bucket;
  private final Deque<Part> parts = new ArrayDeque<>();

  /** About what was asked for within the horizon: each ask fades out with time. */
  private double demand;

  private long demandNanos;
  private long lastAskedNanos;
  private long notBeforeNanos = Long.MIN_VALUE;
  private boolean underWay;

  /** So many permits were refused, until that time. */
  private long refusedPermits = Long.MAX_VALUE;

  private long refusedUntilNanos = Long.MIN_VALUE;

  Slice(SharedSpending bucket) {
    this.bucket = bucket;
  }

  private static final class Part {
    final long takenNanos;
    long left;

    Part(long takenNanos, long left) {
      this.takenNanos = takenNanos;
      this.left = left;
    }
  }

  SharedSpending bucket() {
    return bucket;
  }

  /** Returns what is left to give out. */
  long left(long nowNanos) {
    while (!parts.isEmpty() && nowNanos - parts.element().takenNanos >= LIFE_NANOS) {
      parts.remove();
    }
    long left = 0;
    for (Part part : parts) {
      left += part.left;
    }
    return left;
  }

  /** Notes that so much was asked for. */
  void asked(long permits, long nowNanos) {
    double age = (double) (nowNanos - demandNanos) / HORIZON_NANOS;
    demand = demand * StrictMath.exp(-age) + permits;
    demandNanos = nowNanos;
    lastAskedNanos = nowNanos;
  }

  /** Gives out what {@link #left} has just shown. */
  void spend(long permits) {
    for (long due = permits; due > 0; ) {
      Part oldest = parts.element();
      long spent = Math.min(due, oldest.left);
      oldest.left -= spent;
      due -= spent;
      if (oldest.left == 0) {
        parts.remove();
      }
    }
  }

  /**
   * Returns how much to take ahead now; 0 = nothing.
   *
   * @param most the most that may be out at once
   */
  long wanted(long most, long nowNanos) {
    long size = Math.max(1, Math.min(most, (long) demand));
    long left = left(nowNanos);
    boolean idle = nowNanos - lastAskedNanos >= IDLE_NANOS;
    return underWay || idle || nowNanos < notBeforeNanos || 2 * left >= size || size < 2
        ? 0
        : size - left;
  }

  void underWay() {
    underWay = true;
  }

  /** Notes that so much was taken ahead. */
  void taken(long permits, long nowNanos) {
    underWay = false;
    parts.add(new Part(nowNanos, permits));
  }

  /** Notes that nothing could be taken ahead. */
  void notTaken(long nowNanos) {
    underWay = false;
    notBeforeNanos = nowNanos + PAUSE_NANOS;
  }

  /** Notes that so much does not fit before some time has passed. */
  void refused(long permits, long waitNanos, long nowNanos) {
    refusedPermits = permits;
    refusedUntilNanos = waitNanos > Long.MAX_VALUE - nowNanos ? nowNanos : nowNanos + waitNanos;
  }

  /** Returns how long it is known that so much does not fit; 0 = it is not known. */
  long refusedNanos(long permits, long nowNanos) {
    return permits >= refusedPermits ? Math.max(0, refusedUntilNanos - nowNanos) : 0;
  }

  /** Returns when it is idle if nobody asks; meaningless while nothing is left. */
  long idleNanos() {
    return lastAskedNanos + IDLE_NANOS;
  }

  /** Gives back what is left. */
  void giveBack(Outbox outbox, long nowNanos) {
    if (left(nowNanos) > 0) {
      parts.forEach(part -> outbox.giveBack(bucket, part.left, part.takenNanos));
    }
    parts.clear();
  }

  /** Drops what is left, as nobody knows any more that it was taken. */
  void drop() {
    parts.clear();
  }
}
