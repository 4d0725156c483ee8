package io.sluice.client;

import io.sluice.proto.v1.Denial;

/** A token bucket has too few tokens; {@link #retryAfter()} says when it has enough. */
public final class RateLimitExceededException extends ConcurrencyException {
  RateLimitExceededException(Denial denial) {
    super(denial);
  }
}
