package io.sluice.engine.store.shared;

import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.WallClock;

/**
 * What one process gives out of a rate or a window while the ledger is out of reach: one part in as
 * many as there were processes, of what comes with time as of what was left.
 */
final class LocalShare {
  private final int parts;
  private final WallClock wall;
  private final long begunNanos;
  private final Spending left;
  private long spent;

  /**
   * Begins a share.
   *
   * @param known what the ledger had left when it was last heard of
   */
  LocalShare(Policy policy, int parts, long known, WallClock wall, long nowNanos) {
    this(policy, parts, Math.floorDiv(known, parts), 0, nowNanos, wall, nowNanos);
  }

  private LocalShare(
      Policy policy,
      int parts,
      long most,
      long spent,
      long begunNanos,
      WallClock wall,
      long nowNanos) {
    this.parts = parts;
    this.wall = wall;
    this.begunNanos = begunNanos;
    this.spent = spent;
    this.left = Spending.of(policy, parts, wall, nowNanos);
    left.set(Math.max(-left.capacity(), Math.min(left.capacity(), most)), nowNanos);
  }

  /** Goes on by another policy. */
  LocalShare of(Policy policy, long nowNanos) {
    return new LocalShare(
        policy, parts, left.remaining(nowNanos), spent, begunNanos, wall, nowNanos);
  }

  long capacity() {
    return left.capacity();
  }

  long remaining(long nowNanos) {
    return left.remaining(nowNanos);
  }

  boolean fits(long permits, long nowNanos) {
    return left.fits(permits, nowNanos);
  }

  long waitNanos(long permits, long nowNanos) {
    return left.waitNanos(permits, nowNanos);
  }

  void take(long permits) {
    left.take(permits);
    spent += permits;
  }

  /** Gives back what was taken of this share; false if it was taken before. */
  boolean giveBack(long permits, long takenAtNanos, long nowNanos) {
    if (takenAtNanos < begunNanos) {
      return false;
    }
    left.giveBack(permits, takenAtNanos, nowNanos);
    spent -= Math.min(spent, permits);
    return true;
  }

  /**
   * Returns how much of what was spent has not come back with time: so much less than the ledger
   * believes is left.
   */
  long owed(long nowNanos) {
    return Math.max(0, Math.min(spent, left.capacity() - left.remaining(nowNanos)));
  }
}
