package io.sluice.engine.sim;

/** What made a step of the engine, and so what handed over the capacity that it gave to waiters. */
enum Cause {
  ACQUIRE(null),
  RENEWAL(null),
  RELEASE(Fact.HANDED_BY_RELEASE),
  REFUND(Fact.HANDED_BY_REFUND),
  CANCEL_OF_WAITER(Fact.HANDED_BY_CANCEL_OF_WAITER),
  UNDO(Fact.HANDED_BY_UNDO),
  POLICY(Fact.HANDED_BY_POLICY),
  REVOCATION(Fact.HANDED_BY_REVOCATION),
  SUSPENSION(Fact.HANDED_BY_SUSPENSION),
  RESUMPTION(null),
  INVENTORY(Fact.HANDED_BY_INVENTORY),
  CORDON(Fact.HANDED_BY_UNCORDONING),
  LIMITS(Fact.HANDED_BY_NEW_LIMITS),
  RESET(Fact.HANDED_BY_RESET),
  PAUSE(Fact.HANDED_BY_END_OF_PAUSE),
  PURGE(Fact.HANDED_BY_PURGE),
  CONNECTION(null),
  LATE_ANSWER(Fact.HANDED_BY_LATE_ANSWER),
  DRAIN(null),
  TIME(Fact.HANDED_BY_ACCRUAL),

  /** A call that had to pass alarms first. */
  SEVERAL(null);

  private final Fact handsOver;

  Cause(Fact handsOver) {
    this.handsOver = handsOver;
  }

  /** Returns the fact that a grant to a waiter in such a step is; null if it may be several. */
  Fact handsOver(boolean leasesExpired, boolean waitsTimedOut) {
    if (this != TIME) {
      return handsOver;
    }
    if (leasesExpired) {
      return Fact.HANDED_BY_EXPIRY;
    }
    return waitsTimedOut ? Fact.HANDED_BY_WAIT_TIMEOUT : handsOver;
  }

  /** Returns whether the history can tell what came first when the call itself passes alarms. */
  boolean mayRunStraight() {
    return this == ACQUIRE || this == RENEWAL || this == RELEASE || this == REVOCATION;
  }
}
