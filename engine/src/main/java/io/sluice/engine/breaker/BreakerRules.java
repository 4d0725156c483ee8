package io.sluice.engine.breaker;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * When a breaker opens, for how long, and what closes it.
 *
 * @param windowNanos over what time ended work is judged, 10 ms..1 h
 * @param minCalls so much work must have ended in the window before its shares are judged,
 *     1..1000000
 * @param failurePercent the share of it that has to fail, 1..100
 * @param slowPercent the share of it that has to be slow, 0..100; 0 = slowness does not matter
 * @param slowNanos work that took longer is slow, 1 ms..24 h
 * @param openNanos how long nothing begins after the first opening, 1 ms..24 h; twice as long each
 *     time that probes do not close it
 * @param maxOpenNanos the longest that nothing begins, open..24 h
 * @param probes how much work may begin to find out whether it is well again, 1..1000
 * @param probeTtlNanos how long after the first of them it is judged at the latest, 1 ms..24 h;
 *     what has not ended by then is lost
 * @param consecutiveFailures so many failures in a row open it as well, 0..1000000; 0 = they do not
 */
public record BreakerRules(
    long windowNanos,
    int minCalls,
    int failurePercent,
    int slowPercent,
    long slowNanos,
    long openNanos,
    long maxOpenNanos,
    int probes,
    long probeTtlNanos,
    int consecutiveFailures) {
  /** Shortest window. */
  public static final long MIN_WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Longest window. */
  public static final long MAX_WINDOW_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Shortest of the other times. */
  public static final long MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Longest of the other times. */
  public static final long MAX_NANOS = Bounds.MAX_TTL_NANOS;

  /** Most calls that may be asked for, in a window or in a row. */
  public static final int MAX_CALLS = 1_000_000;

  /** Most probes. */
  public static final int MAX_PROBES = 1000;

  /** Half of 20 calls in 10 s; open for 5 s, at most for 60 s; 10 probes within 30 s. */
  public static final BreakerRules DEFAULT =
      new BreakerRules(
          TimeUnit.SECONDS.toNanos(10),
          20,
          50,
          0,
          TimeUnit.SECONDS.toNanos(60),
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(60),
          10,
          TimeUnit.SECONDS.toNanos(30),
          0);

  /** Checks the bounds. */
  public BreakerRules {
    Bounds.requireRange(
        "breaker.window nanoseconds", windowNanos, MIN_WINDOW_NANOS, MAX_WINDOW_NANOS);
    Bounds.requireRange("breaker.min_calls", minCalls, 1, MAX_CALLS);
    Bounds.requireRange("breaker.failure_percent", failurePercent, 1, 100);
    Bounds.requireRange("breaker.slow_percent", slowPercent, 0, 100);
    Bounds.requireRange("breaker.slow_call nanoseconds", slowNanos, MIN_NANOS, MAX_NANOS);
    Bounds.requireRange("breaker.open nanoseconds", openNanos, MIN_NANOS, MAX_NANOS);
    if (maxOpenNanos < openNanos || maxOpenNanos > MAX_NANOS) {
      throw new InvalidArgumentException(
          "breaker.max_open nanoseconds",
          "must be in ["
              + openNanos
              + ", "
              + MAX_NANOS
              + "], from open on, but was "
              + maxOpenNanos);
    }
    Bounds.requireRange("breaker.probes", probes, 1, MAX_PROBES);
    Bounds.requireRange("breaker.probe_ttl nanoseconds", probeTtlNanos, MIN_NANOS, MAX_NANOS);
    Bounds.requireRange("breaker.consecutive_failures", consecutiveFailures, 0, MAX_CALLS);
  }

  /** The same rules with another window and another least number of calls in it. */
  public BreakerRules withWindow(long newWindowNanos, int newMinCalls) {
    return with(
        draft -> {
          draft.windowNanos = newWindowNanos;
          draft.minCalls = newMinCalls;
        });
  }

  /** The same rules with another share of failures. */
  public BreakerRules withFailurePercent(int newFailurePercent) {
    return with(draft -> draft.failurePercent = newFailurePercent);
  }

  /** The same rules, which open on slow work too. */
  public BreakerRules withSlow(int newSlowPercent, long newSlowNanos) {
    return with(
        draft -> {
          draft.slowPercent = newSlowPercent;
          draft.slowNanos = newSlowNanos;
        });
  }

  /** The same rules, open for other times. */
  public BreakerRules withOpen(long newOpenNanos, long newMaxOpenNanos) {
    return with(
        draft -> {
          draft.openNanos = newOpenNanos;
          draft.maxOpenNanos = newMaxOpenNanos;
        });
  }

  /** The same rules with other probes. */
  public BreakerRules withProbes(int newProbes, long newProbeTtlNanos) {
    return with(
        draft -> {
          draft.probes = newProbes;
          draft.probeTtlNanos = newProbeTtlNanos;
        });
  }

  /** The same rules, which open on so many failures in a row too. */
  public BreakerRules withConsecutiveFailures(int newConsecutiveFailures) {
    return with(draft -> draft.consecutiveFailures = newConsecutiveFailures);
  }

  private BreakerRules with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.rules();
  }

  /** Rules while they become others. */
  private static final class Draft {
    private long windowNanos;
    private int minCalls;
    private int failurePercent;
    private int slowPercent;
    private long slowNanos;
    private long openNanos;
    private long maxOpenNanos;
    private int probes;
    private long probeTtlNanos;
    private int consecutiveFailures;

    Draft(BreakerRules rules) {
      windowNanos = rules.windowNanos;
      minCalls = rules.minCalls;
      failurePercent = rules.failurePercent;
      slowPercent = rules.slowPercent;
      slowNanos = rules.slowNanos;
      openNanos = rules.openNanos;
      maxOpenNanos = rules.maxOpenNanos;
      probes = rules.probes;
      probeTtlNanos = rules.probeTtlNanos;
      consecutiveFailures = rules.consecutiveFailures;
    }

    BreakerRules rules() {
      return new BreakerRules(
          windowNanos,
          minCalls,
          failurePercent,
          slowPercent,
          slowNanos,
          openNanos,
          maxOpenNanos,
          probes,
          probeTtlNanos,
          consecutiveFailures);
    }
  }
}
