package io.sluice.engine.admission;

/**
 * Whether a queue stands: for a whole interval nobody was the first to wait for less than the
 * target. While it stands, those who have waited for more than twice the target are better shed.
 *
 * <p>Source: K. Nichols and V. Jacobson, "Controlling Queue Delay" (CoDel), ACM Queue 2012, in the
 * form for servers that folly's {@code Codel} has. <em>Our difference:</em> the delay is that of
 * the one who has waited longest, not of the one that is served, so that it says the same whatever
 * the order of service is.
 */
final class Overload {
  private static final long MIN_TARGET_NANOS = 5_000_000;
  private static final long MIN_INTERVAL_NANOS = 100_000_000;

  private long leastDelayNanos = Long.MAX_VALUE;
  private long intervalEndsNanos = Long.MIN_VALUE;
  private long targetNanos = MIN_TARGET_NANOS;
  private boolean standing;

  /**
   * Notes how long the first has waited.
   *
   * @param serviceNanos how long one place is usually held
   */
  void observe(long delayNanos, long serviceNanos, long nowNanos) {
    if (nowNanos >= intervalEndsNanos) {
      standing = leastDelayNanos > targetNanos && leastDelayNanos != Long.MAX_VALUE;
      targetNanos = Math.max(MIN_TARGET_NANOS, serviceNanos / 10);
      intervalEndsNanos = nowNanos + Math.max(MIN_INTERVAL_NANOS, 2 * serviceNanos);
      leastDelayNanos = delayNanos;
    } else {
      leastDelayNanos = Math.min(leastDelayNanos, delayNanos);
    }
  }

  /** Returns whether the queue stands. */
  boolean isStanding() {
    return standing;
  }

  /** Returns whether one who has waited so long is to be shed. */
  boolean sheds(long delayNanos) {
    return standing && delayNanos > 2 * targetNanos;
  }
}
