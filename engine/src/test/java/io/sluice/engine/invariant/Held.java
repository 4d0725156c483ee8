package io.sluice.engine.invariant;

import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Lease;

/** A lease as callers know it, beside the store's record of it. */
final class Held {
  final Lease lease;
  final Need need;
  long validUntilNanos;
  boolean outcomeTold;

  /** Somebody asked for its end: a release, a revocation, a cancel. */
  boolean endAsked;

  /** How it was told to end, while that release is under way. */
  Outcome lastOutcome = Outcome.SUCCESS;

  Held(Lease lease, Need need, long validUntilNanos) {
    this.lease = lease;
    this.need = need;
    this.validUntilNanos = validUntilNanos;
  }
}
