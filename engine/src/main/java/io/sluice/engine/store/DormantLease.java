package io.sluice.engine.store;

import io.sluice.engine.model.LeaseId;

/**
 * A saved lease that need not be read before somebody asks for it: it is held, nothing of a device
 * is, and it has no parent, no name of its work, no expected hold and no revocation before it.
 *
 * @param id its name
 * @param fencingToken its fencing token
 * @param requestHash the {@link #requestHash} of its acquire
 * @param ttlNanos the time to live that it got last
 * @param kind what it has in common with others; the same object where it is the same
 * @param position where it lies
 */
public record DormantLease(
    LeaseId id, long fencingToken, int requestHash, long ttlNanos, LeaseKind kind, long position) {
  /** The hash of an acquire without a request id. */
  public static final int NO_REQUEST = 0;

  /** Returns what acquires that are the same request have in common. */
  public static int requestHash(String clientId, String requestId) {
    return requestId.isEmpty()
        ? NO_REQUEST
        : requestHash(clientId.hashCode(), requestId.hashCode());
  }

  /** Returns the same from the hashes of the texts, of which the second is not empty. */
  public static int requestHash(int clientHash, int requestHash) {
    int hash = 31 * clientHash + requestHash;
    return hash == NO_REQUEST ? 1 : hash;
  }
}
