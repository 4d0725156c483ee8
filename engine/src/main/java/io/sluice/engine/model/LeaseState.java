package io.sluice.engine.model;

/** Where a lease stands. Only {@link #GRANTED} leases hold anything. */
public enum LeaseState {
  /** The acquire waits in the queue. */
  QUEUED,
  /** The lease is held. */
  GRANTED,
  /** The holder gave it back. */
  RELEASED,
  /** Its time ran out before it was renewed or released. */
  EXPIRED,
  /** An administrator took it back. */
  REVOKED
}
