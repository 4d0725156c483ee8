package io.sluice.engine.store.shared;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.OnLoss;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.store.Charge;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How this process stands to the ledger: in reach of it, learning with it what is held, or thrown
 * back on its own share.
 */
final class Reach {
  private static final long RETRY_NANOS = 1_000_000_000L;

  private final RandomGenerator random;
  private Ledger.Health health = new Ledger.Health(true, 0, true, 1);
  private long generationNanos;
  private boolean unsettled;
  private boolean stale;
  private Counting counting = Counting.LEDGER;

  /** Who counts what this step asks of buckets. */
  enum Counting {
    /** The ledger, which is asked before or has been. */
    LEDGER,
    /** This process, out of its own share. */
    SHARE,
    /** Nobody any more: it was taken ahead. */
    SLICE
  }

  Reach(RandomGenerator random) {
    this.random = random;
  }

  Ledger.Health health() {
    return health;
  }

  /** Notes what the ledger is like now. */
  void health(Ledger.Health now, long nowNanos) {
    if (now.generation() != health.generation()) {
      generationNanos = nowNanos;
      unsettled = true;
      stale = false;
    }
    unsettled &= !now.settled();
    health = now;
  }

  long generation() {
    return health.generation();
  }

  /** Notes that the ledger is not the one of a generation any more, but not yet what it is. */
  void stale(long generation) {
    stale |= generation == health.generation();
  }

  boolean isAway() {
    return !health.reachable();
  }

  /** Returns whether it is not known of every limit what is held. */
  boolean isLearning() {
    return stale || unsettled;
  }

  /**
   * Returns how long it is not known what is held of a limit, at most; 0 = it is known.
   *
   * @param terms of its leases; one that was held before the loss is over by then
   */
  long learningNanos(@Nullable LeaseTerms terms, long nowNanos) {
    if (terms == null || !isLearning()) {
      return 0;
    }
    long longest = terms.maxTtlNanos() + terms.maxTtlNanos() / 100 + terms.lockDelayNanos();
    long left = longest + RETRY_NANOS - (nowNanos - generationNanos);
    return stale ? Math.max(1, left) : Math.max(0, left);
  }

  /** Returns how many processes divide a limit among them while the ledger is out of reach. */
  int processes() {
    return Math.max(1, health.processes());
  }

  /** Returns whether buckets answer by this process's share. */
  boolean isByShare() {
    return counting == Counting.SHARE;
  }

  /** Returns who counts what this step asks of buckets. */
  Counting counting() {
    return counting;
  }

  void counting(Counting now) {
    counting = now;
  }

  /** Returns whether a limit grants whatever is asked while the ledger is out of reach. */
  static boolean isOpen(Limit limit) {
    return limit.sharing().onLoss() == OnLoss.FAIL_OPEN;
  }

  /** Returns whether a limit grants nothing while the ledger does not answer. */
  boolean isClosed(Limit limit) {
    OnLoss onLoss = limit.sharing().onLoss();
    // One that does not answer but is in reach may give to others what a share would give here.
    return onLoss == OnLoss.FAIL_CLOSED || (onLoss == OnLoss.LOCAL_SHARE && !isAway());
  }

  /** Says that a charge has to wait until the ledger is in reach again, which nobody foresees. */
  Blocker unavailable(Charge charge, long remaining) {
    return blocker(charge, DenialReason.STORE_UNAVAILABLE, RETRY_NANOS, remaining);
  }

  /** Says that a charge has to wait until it is known what is held. */
  Blocker recovering(Charge charge, long learningNanos) {
    return blocker(charge, DenialReason.RECOVERING, Math.min(learningNanos, RETRY_NANOS), 0);
  }

  private Blocker blocker(Charge charge, DenialReason reason, long waitNanos, long remaining) {
    long jitter = random.nextLong(RETRY_NANOS / 10);
    return new Blocker(
        charge.limitName(),
        charge.resource(),
        reason,
        waitNanos + jitter,
        charge.taken(),
        remaining,
        "");
  }
}
