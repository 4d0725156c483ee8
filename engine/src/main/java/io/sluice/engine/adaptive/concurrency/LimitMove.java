package io.sluice.engine.adaptive.concurrency;

/**
 * A change of a limit.
 *
 * @param atNanos when, on the clock of the controller
 * @param from the limit before
 * @param to the limit since
 * @param cause why
 */
public record LimitMove(long atNanos, long from, long to, Cause cause) {
  /** Why a limit changed. */
  public enum Cause {
    /** It was in use, and the service bears more. */
    ROOM,
    /** Work waits inside the service. */
    CONGESTION,
    /** The service dropped work. */
    DROPS,
    /** Somebody multiplied it. */
    ADJUSTED,
    /** Other rules have other bounds. */
    RULES,
    /** It was brought back after a restart. */
    RESTORED
  }
}
