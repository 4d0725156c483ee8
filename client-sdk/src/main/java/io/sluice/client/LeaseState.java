package io.sluice.client;

/** Where a lease stands, or the acquire that asked for it. */
public enum LeaseState {
  /** The acquire waits in the queue. */
  QUEUED,
  /** The lease is held. */
  GRANTED,
  /** The holder gave it back. */
  RELEASED,
  /** Its time ran out before it was renewed or released. */
  EXPIRED,
  /** An administrator took it back, a device was lost, or it was held for its longest time. */
  REVOKED,
  /** It ended without a release, and what it took stays taken for a while. */
  QUARANTINED,
  /** Its holder gave back what it takes for a while; it lives on. */
  SUSPENDED,
  /** A state that this version does not know. */
  UNRECOGNIZED
}
