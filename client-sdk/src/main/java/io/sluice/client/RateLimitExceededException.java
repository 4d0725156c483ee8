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

  /**
   * Tells a denial as one of a rate: it waited in vain for what a rate had to give.
   *
   * @param text what happened, said before what the denial says
   * @param denial where the reason, the limit and the time to come back are from
   */
  public RateLimitExceededException(String text, ConcurrencyException denial) {
    super(text, denial);
  }
}
