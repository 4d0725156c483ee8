package io.sluice.engine.invariant;

import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;

/** A lease as callers know it, beside the store's record of it. */
final class Held {
  final Lease lease;
  final Need need;
  long validUntilNanos;
  boolean outcomeTold;

  /** It is counted as held. */
  boolean counted = true;

  /** Its client was said to be gone, so that it may end before its time. */
  boolean reclaimable;

  /** Somebody asked for its end: a release, a revocation, a cancel. */
  boolean endAsked;

  /** How it was told to end, while that release is under way. */
  Outcome lastOutcome = Outcome.SUCCESS;

  Held(Lease lease, Need need, long validUntilNanos) {
    this.lease = lease;
    this.need = need;
    this.validUntilNanos = validUntilNanos;
  }

  /** Returns how much it takes of a bucket now: not what rides on the leases above it. */
  long taken(Need.Key key) {
    long taken = 0;
    for (Charge charge : lease.held()) {
      boolean there = charge.bucket().limit() == key.limit();
      taken += there && need.permits.containsKey(key) ? charge.taken() : 0;
    }
    return taken;
  }
}
