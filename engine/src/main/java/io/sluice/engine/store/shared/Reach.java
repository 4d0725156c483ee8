package io.sluice.engine.store.shared;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.OnLoss;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.store.Charge;
import java.util.random.RandomGenerator;

/** How this process stands to the ledger: in reach of it, or thrown back on its own share. */
final class Reach {
  private static final long RETRY_NANOS = 1_000_000_000L;

  private final RandomGenerator random;
  private Ledger.Health health = new Ledger.Health(true, 0, true, 1);
  private boolean byShare;

  Reach(RandomGenerator random) {
    this.random = random;
  }

  Ledger.Health health() {
    return health;
  }

  void health(Ledger.Health newHealth) {
    health = newHealth;
  }

  boolean isAway() {
    return !health.reachable();
  }

  /** Returns how many processes divide a limit among them while the ledger is out of reach. */
  int processes() {
    return Math.max(1, health.processes());
  }

  /** Returns whether buckets answer by this process's share; else the ledger will be asked. */
  boolean isByShare() {
    return byShare;
  }

  void byShare(boolean now) {
    byShare = now;
  }

  /** Returns whether a limit grants whatever is asked while the ledger is out of reach. */
  static boolean isOpen(Limit limit) {
    return limit.sharing().onLoss() == OnLoss.FAIL_OPEN;
  }

  /** Returns whether a limit grants nothing while the ledger is out of reach. */
  static boolean isClosed(Limit limit) {
    return limit.sharing().onLoss() == OnLoss.FAIL_CLOSED;
  }

  /** Says that a charge has to wait until the ledger is in reach again, which nobody foresees. */
  Blocker unavailable(Charge charge, long remaining) {
    long jitter = random.nextLong(RETRY_NANOS / 10);
    return new Blocker(
        charge.limitName(),
        charge.resource(),
        DenialReason.STORE_UNAVAILABLE,
        RETRY_NANOS + jitter,
        charge.taken(),
        remaining,
        "");
  }
}
