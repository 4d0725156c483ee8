package io.sluice.engine.model;

/**
 * One lease to give back.
 *
 * @param leaseId as granted
 * @param outcome how the work ended
 * @param latencyNanos how long the work took, as the holder measured it; -1 = not told
 * @param message for people, at most 1024 bytes
 * @param actualPermits what the demand that was an estimate took in truth, 0..2^40; -1 = not told,
 *     so that the estimate stands. Must not be above 0 with {@link Outcome#UNUSED}.
 * @param hint what the provider of the work said
 */
public record Release(
    LeaseId leaseId,
    Outcome outcome,
    long latencyNanos,
    String message,
    long actualPermits,
    ProviderHint hint) {
  /** The estimate stands. */
  public static final long NOT_TOLD = -1;

  /** Checks the bounds. */
  public Release {
    Bounds.requireRange("actual_permits", actualPermits, NOT_TOLD, Bounds.MAX_PERMITS);
    if (outcome == Outcome.UNUSED && actualPermits > 0) {
      throw new InvalidArgumentException(
          "actual_permits", "must be 0 or absent with UNUSED but was " + actualPermits);
    }
    Bounds.requireRange("latency nanoseconds", latencyNanos, -1, Bounds.MAX_LATENCY_NANOS);
    Bounds.requireText("message", message, 0, Bounds.MAX_MESSAGE_BYTES);
  }

  /** A release that settles no estimate, of work whose provider said nothing. */
  public Release(LeaseId leaseId, Outcome outcome, long latencyNanos, String message) {
    this(leaseId, outcome, latencyNanos, message, NOT_TOLD, ProviderHint.NONE);
  }

  /** A release that tells nothing but the outcome. */
  public static Release of(LeaseId leaseId, Outcome outcome) {
    return new Release(leaseId, outcome, -1, "");
  }

  /** The same release, with what the estimated demand took in truth. */
  public Release withActualPermits(long actual) {
    return new Release(leaseId, outcome, latencyNanos, message, actual, hint);
  }

  /** The same release, with what the provider said. */
  public Release withHint(ProviderHint newHint) {
    return new Release(leaseId, outcome, latencyNanos, message, actualPermits, newHint);
  }

  /** Returns whether it says what an estimated demand took in truth. */
  public boolean settles() {
    return actualPermits != NOT_TOLD && outcome != Outcome.UNUSED;
  }
}
