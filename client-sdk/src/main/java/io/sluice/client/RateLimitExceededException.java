package io.sluice.client;

import io.sluice.proto.v1.Denial;

/**
 * A token bucket or a window of time has too few permits; {@link #retryAfter()} says when there are
 * enough.
 */
public final class RateLimitExceededException extends ConcurrencyException {
  RateLimitExceededException(Denial denial) {
    super(denial);
  }
}
