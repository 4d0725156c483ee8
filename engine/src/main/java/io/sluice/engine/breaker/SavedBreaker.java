package io.sluice.engine.breaker;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a breaker is to be known after a restart. Times are relative to the moment of saving. The
 * counts of the window are not among it: a closed breaker begins a new window.
 *
 * @param state its state
 * @param inStateNanos for how long it has been in it
 * @param restNanos how long until time ends it: open, until probes may begin; half-open, until the
 *     probes are judged; else, or while no probe has begun, {@link Long#MAX_VALUE}
 * @param openNanos how long it was open last, without the jitter; 0 = it never was
 * @param opened how often it opened
 * @param period how often it closed again: which ordinary work counts
 * @param lastProbe the number of the last probe
 * @param lastCause why it came into its state; null = it never left the first
 * @param failureRatio the share of failures that it opened on, 0..1
 * @param slowRatio the share of slow work that it opened on, 0..1
 * @param probing its probes; null unless it is half-open
 */
public record SavedBreaker(
    Breaker.State state,
    long inStateNanos,
    long restNanos,
    long openNanos,
    long opened,
    long period,
    long lastProbe,
    @Nullable Cause lastCause,
    double failureRatio,
    double slowRatio,
    @Nullable Probing probing) {
  /** Checks the bounds. */
  public SavedBreaker {
    Bounds.requireRange("breaker.in_state nanoseconds", inStateNanos, 0, Long.MAX_VALUE);
    Bounds.requireRange("breaker.rest nanoseconds", restNanos, 0, Long.MAX_VALUE);
    Bounds.requireRange("breaker.open nanoseconds", openNanos, 0, BreakerRules.MAX_NANOS);
    Bounds.requireRange("breaker.opened", opened, 0, Long.MAX_VALUE);
    Bounds.requireRange("breaker.period", period, 0, Breaker.MAX_NUMBER);
    Bounds.requireRange("breaker.last_probe", lastProbe, 0, Breaker.MAX_NUMBER);
    requireShare("breaker.failure_ratio", failureRatio);
    requireShare("breaker.slow_ratio", slowRatio);
  }

  private static void requireShare(String field, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new InvalidArgumentException(field, "must be in [0, 1] but was " + share);
    }
  }

  /**
   * The probes of a breaker that is half-open.
   *
   * @param tickets those under way
   * @param ended how many ended well, badly or unknown, 0..1000
   * @param failed how many of them badly or unknown
   * @param slow how many of them were slow
   */
  public record Probing(List<Long> tickets, int ended, int failed, int slow) {
    /** Checks the bounds. */
    public Probing {
      tickets = List.copyOf(tickets);
      int most = BreakerRules.MAX_PROBES;
      Bounds.requireRange("breaker.probing.ended", ended, 0, most);
      Bounds.requireRange("breaker.probing.tickets", tickets.size(), 0, most);
      Bounds.requireRange("breaker.probing.failed", failed, 0, ended);
      Bounds.requireRange("breaker.probing.slow", slow, 0, ended);
    }
  }
}
