package io.sluice.client.rate;

/** What a {@link RateLimiter} does while there are too few tokens. */
public enum Backpressure {
  /** Waits in the server's queue, in turn with every other client, as long as it may. */
  WAIT,
  /** Gives up at once. */
  DROP,
  /** Asks again after growing delays, without a place in the queue. */
  DELAY,
  /** Asks again when the server said that there may be enough, without a place in the queue. */
  ADAPTIVE_DELAY
}
