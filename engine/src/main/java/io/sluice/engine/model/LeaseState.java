package io.sluice.engine.model;

/** Where a lease stands. */
public enum LeaseState {
  /** The acquire waits in the queue. */
  QUEUED,
  /** The lease is held. */
  GRANTED,
  /** The holder gave it back. */
  RELEASED,
  /** Its time ran out before it was renewed or released. */
  EXPIRED,
  /**
   * It was taken back: by an administrator, because a device that it held was lost, or because it
   * was held for its longest time.
   */
  REVOKED,
  /** Its holder gave back what it takes for a while; it lives on, and may be resumed. */
  SUSPENDED,
  /**
   * It expired or was revoked without a release, and its holder may still be working: what it took
   * of limits with a lock delay stays taken for that long.
   */
  QUARANTINED
}
