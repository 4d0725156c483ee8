package io.sluice.engine.store.memory;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lease that ended without a release still takes at a moment: of each limit with a lock
 * delay, until that has passed.
 *
 * @param kept the charges that stay
 * @param over the charges that were held until now and are given back
 * @param nextNanos when the first of those that stay is over
 * @param endNanos when the last is
 */
record Quarantine(List<Charge> kept, List<Charge> over, long nextNanos, long endNanos) {
  /** Returns whether a lease that ends without a release is to be quarantined. */
  static boolean isDue(Lease lease) {
    List<Charge> held = lease.held();
    for (int i = 0; i < held.size(); i++) {
      if (delayNanos(held.get(i)) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Divides what a quarantined lease holds. */
  static Quarantine of(Lease lease, long nowNanos) {
    List<Charge> kept = new ArrayList<>();
    List<Charge> over = new ArrayList<>();
    long next = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (Charge charge : lease.held()) {
      long until = Math.min(lease.endedAtNanos() + delayNanos(charge), lease.revokedByNanos());
      if (until > nowNanos) {
        kept.add(charge);
        next = Math.min(next, until);
        end = Math.max(end, until);
      } else {
        over.add(charge);
      }
    }
    return new Quarantine(kept, over, next, end);
  }

  private static long delayNanos(Charge charge) {
    LeaseTerms terms = charge.bucket().limit().limit().policy().terms();
    return terms == null || charge.taken() == 0 ? 0 : terms.lockDelayNanos();
  }
}
