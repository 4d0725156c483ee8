package io.sluice.engine.model;

/** Why an acquire was denied. */
public enum DenialReason {
  /** A token bucket has too few tokens now, or a window of time too few permits. */
  RATE,
  /** A concurrency limit has too few free slots now. */
  CONCURRENCY,
  /** No set of devices fits the ask now. */
  DEVICES,
  /** The present window of the calendar has too few permits left. */
  QUOTA,
  /** The queue of a limit, of the client or of the whole engine is full. */
  QUEUE_FULL,
  /** The acquire would not come to its turn in time for its deadline. */
  DEADLINE_TOO_SHORT,
  /** The longest wait passed while the acquire was queued. */
  WAIT_TIMEOUT,
  /** The ask is larger than the limit can ever give. */
  EXCEEDS_LIMIT,
  /** Too much failed lately: the breaker of a limit lets nothing begin, or only a few probes. */
  BREAKER_OPEN,
  /** The provider behind a limit asked to stay away for a while. */
  HOLD,
  /** The same work is asked for already, or the request id's lease has ended. */
  DUPLICATE,
  /** An administrator paused the resource. */
  PAUSED,
  /** The engine is shutting down. */
  DRAINING,
  /** What was held before a loss is still being told, and nothing more is given out until then. */
  RECOVERING,
  /**
   * The engine holds as many leases as it may, a queue that does not empty is cut short, or an
   * administrator purged those who waited.
   */
  SHED,
  /** No limit matches the resource, and unmatched resources are denied. */
  UNMATCHED,
  /**
   * What several processes share is out of reach, and the limit gives out nothing meanwhile; or
   * what is granted cannot be written down.
   */
  STORE_UNAVAILABLE
}
