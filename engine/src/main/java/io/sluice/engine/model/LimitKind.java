package io.sluice.engine.model;

/** What a limit counts. The order is the order in which limits are checked. */
public enum LimitKind {
  /** Leases at once. */
  CONCURRENCY,
  /** GPU devices with memory and shares, or plain slots. */
  DEVICES,
  /**
   * Permits per time: a token bucket or a window. Last, so that no token is taken for work that
   * cannot start.
   */
  RATE
}
