package io.sluice.engine.invariant;

/** The invariants that the engine is held to, by their numbers. */
public enum Invariant {
  WINDOW_BOUND("I-2", "in any window a rate grants at most its burst and what accrues meanwhile"),
  NO_UNDER_ADMISSION("I-3", "a try that nobody is ahead of gets the tokens that have accrued"),
  LEVEL_IN_RANGE("I-4", "a level is in its range and no refused, peeking or invalid call moves it"),
  REFUND_ONCE("I-5", "what is given back of a grant is at most what it took"),
  CLOCK_ROBUST("I-6", "a clock that goes back mints nothing and moves nothing"),
  NEVER_OVER("I-7", "what live leases hold of a bucket or device is within it"),
  CONSERVATION("I-8", "used is the sum over live leases, and nothing is left after all have gone"),
  ATOMICITY("I-9", "an acquire takes of all its limits or of none"),
  LOWERING_REVOKES_NOTHING("I-10", "nothing is granted of a bucket while more is held than it has"),
  PROMISED_TIME("I-11", "a lease lives as long as promised, and not much longer"),
  HOLDER_STOPS_FIRST("I-12", "a holder that goes by its own clock stops before its lease expires"),
  FENCES_RISE("I-13", "fencing tokens strictly rise in the order of the grants"),
  STALE_WRITES_REFUSED(
      "I-14", "a guarded resource refuses the stale holder and never the live one"),
  ONE_GRANT("I-15", "a request id leads to one grant"),
  RELEASE_ONCE("I-16", "only the first release of a live lease changes anything"),
  WORK_CONSERVATION("I-19", "nobody waits for what is there"),
  NO_LOST_WAKE_UP("I-20", "every call is answered, or waits, and no longer than it wanted"),
  FIRST_COME("I-22", "of two equal asks in one band and one flow the first goes first"),
  CANCEL_IS_FINAL("I-25", "a cancelled call keeps nothing"),
  BOUNDED("I-33", "buckets, leases, waiters and histories are within their bounds"),
  STATISTICS("I-37", "what is counted is what callers saw, once");

  private final String number;
  private final String sentence;

  Invariant(String number, String sentence) {
    this.number = number;
    this.sentence = sentence;
  }

  /** Throws if the invariant does not hold. */
  public void require(boolean holds, Where where, String format, Object... arguments) {
    if (!holds) {
      throw new InvariantViolation(this, where, String.format(format, arguments));
    }
  }

  @Override
  public String toString() {
    return number + " (" + sentence + ")";
  }
}
