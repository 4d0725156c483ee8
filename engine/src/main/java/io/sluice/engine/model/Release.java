package io.sluice.engine.model;

/**
 * One lease to give back.
 *
 * @param leaseId as granted
 * @param outcome how the work ended
 * @param latencyNanos how long the work took, as the holder measured it; -1 = not told
 * @param message for people, at most 1024 bytes
 */
public record Release(LeaseId leaseId, Outcome outcome, long latencyNanos, String message) {
  /** Checks the bounds. */
  public Release {
    Bounds.requireRange("latency nanoseconds", latencyNanos, -1, Bounds.MAX_LATENCY_NANOS);
    Bounds.requireText("message", message, 0, Bounds.MAX_MESSAGE_BYTES);
  }

  /** A release that tells nothing but the outcome. */
  public static Release of(LeaseId leaseId, Outcome outcome) {
    return new Release(leaseId, outcome, -1, "");
  }
}
