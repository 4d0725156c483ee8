package io.sluice.engine.store.shared;

import io.sluice.engine.model.Blocker;
import io.sluice.engine.store.Charge;

/** A bucket that is an account of the ledger, with what this process knows of it. */
interface SharedBucket {
  /** Returns its account, by the rules of its limit now. */
  Account account(long nowNanos);

  /** Returns how much of a charge to ask the ledger for; less than the charge if that is never. */
  long asked(Charge charge);

  /** Returns whether it comes into the place of one that was spent, and so begins empty. */
  boolean beginsEmpty(long nowNanos);

  /**
   * Notes what the ledger says is left.
   *
   * @param taking of what was taken there, what is about to be taken here
   */
  void told(long remaining, long taking, long nowNanos);

  /** Says why a charge does not fit, as the ledger reads. */
  Blocker blocker(Charge charge, Posted.Reading reading, long nowNanos);
}
