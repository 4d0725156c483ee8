package io.sluice.engine.adaptive.rate;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Outcome;

/**
 * How one piece of work ended that a rate was spent on.
 *
 * @param permits what it was charged; 0 or more
 * @param grantedAtNanos when it was admitted; {@link #UNKNOWN} = not known
 * @param retryAfterNanos how long the provider asks to stay away, as it said; {@link #UNKNOWN} =
 *     not told
 * @param overloaded whether the provider refused it as overloaded and said when to come back, which
 *     counts like {@link Outcome#THROTTLED}
 */
public record Feedback(
    Outcome outcome, long permits, long grantedAtNanos, long retryAfterNanos, boolean overloaded) {
  /** In place of a time: not known. */
  public static final long UNKNOWN = -1;

  /** Creates it, checked. */
  public Feedback {
    Bounds.requireRange("permits", permits, 0, Bounds.MAX_PERMITS);
    Bounds.requireRange("retryAfterNanos", retryAfterNanos, UNKNOWN, Long.MAX_VALUE);
  }

  /** Returns whether the provider refused it because of its own limit. */
  boolean throttled() {
    return overloaded || outcome == Outcome.THROTTLED;
  }

  /** Returns whether it is known that the provider took it on. */
  boolean accepted() {
    return !overloaded && (outcome == Outcome.SUCCESS || outcome == Outcome.ERROR);
  }

  /** Returns how long after its admission it ended; {@link #UNKNOWN} = not known. */
  long delayNanos(long nowNanos) {
    return grantedAtNanos == UNKNOWN ? UNKNOWN : Math.max(0, nowNanos - grantedAtNanos);
  }

  /** Returns whether it was admitted before a time; false if that is not known. */
  boolean grantedBefore(long nanos) {
    return grantedAtNanos != UNKNOWN && grantedAtNanos - nanos < 0;
  }
}
