package io.sluice.client;

/** Why an acquire was denied, or why its lease no longer counts. */
public enum DenialReason {
  /** A token bucket has too few tokens now, or a window too few permits. */
  RATE(true),
  /** A concurrency limit has too few free slots now. */
  CONCURRENCY(true),
  /** No set of devices fits the ask now. */
  DEVICES(true),
  /** The present window of the calendar has too few permits left. */
  QUOTA(true),
  /** Too much failed lately: nothing starts, or only a few to see whether all is well again. */
  BREAKER_OPEN(true),
  /** The provider asked to stay away for a while. */
  HOLD(true),
  /** The queue of a limit, of the client or of the whole server is full. */
  QUEUE_FULL(true),
  /** The longest wait, or the deadline of the call, passed in the queue. */
  WAIT_TIMEOUT(true),
  /** The acquire would not come to its turn in time for its deadline. */
  DEADLINE_TOO_SHORT(true),
  /** The ask is larger than the limit can ever give. */
  EXCEEDS_LIMIT(false),
  /** The same work is asked for already, or the request id's lease has ended. */
  DUPLICATE(false),
  /** An administrator paused the resource. */
  PAUSED(true),
  /** The server is shutting down. */
  DRAINING(true),
  /** The server protects itself: too many leases, or a queue that does not empty. */
  SHED(true),
  /** No limit matches the resource, and the server denies such. */
  UNMATCHED(false),
  /** The servers that share a limit learn anew what is held of it. */
  RECOVERING(true),
  /**
   * What would be granted can be kept nowhere: the shared store is out of reach, or a disk failed.
   */
  STORE_UNAVAILABLE(true),
  /** The lease was granted and has been lost. Never sent by the server as a denial. */
  LEASE_LOST(false),
  /** A reason that this version does not know. */
  UNRECOGNIZED(false);

  private final boolean curedByTime;

  DenialReason(boolean curedByTime) {
    this.curedByTime = curedByTime;
  }

  /**
   * Whether the same acquire may succeed later without anything being changed.
   *
   * @return false where asking again does not help
   */
  public boolean isCuredByTime() {
    return curedByTime;
  }
}
