package io.sluice.server.config;

import io.sluice.engine.breaker.BreakerRules;
import org.jspecify.annotations.Nullable;

/** Reads when a limit lets nothing begin because too much of it fails. */
final class BreakerReader {
  private BreakerReader() {}

  /** Reads the section of a breaker; null if anything is wrong with it. */
  static @Nullable BreakerRules read(Section breaker) {
    int problemsBefore = breaker.problemCount();
    long windowNanos = breaker.get(Keys.BREAKER_WINDOW);
    int minCalls = breaker.get(Keys.BREAKER_MIN_CALLS);
    int failurePercent = breaker.get(Keys.BREAKER_FAILURE_PERCENT);
    int slowPercent = breaker.get(Keys.BREAKER_SLOW_PERCENT);
    long slowNanos = breaker.get(Keys.BREAKER_SLOW_CALL);
    int consecutiveFailures = breaker.get(Keys.BREAKER_CONSECUTIVE_FAILURES);
    long openNanos = breaker.get(Keys.BREAKER_OPEN);
    long maxOpenNanos = maxOpenNanos(breaker, openNanos);
    int probes = breaker.get(Keys.BREAKER_PROBES);
    long probeTtlNanos = breaker.get(Keys.BREAKER_PROBE_TTL);
    if (slowPercent == 0 && breaker.has(Keys.BREAKER_SLOW_CALL.name())) {
      breaker.problem(
          Keys.BREAKER_SLOW_CALL.name(), "must not be there without a slow_percent above 0");
    }
    if (breaker.problemCount() > problemsBefore) {
      return null;
    }
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

  private static long maxOpenNanos(Section breaker, long openNanos) {
    Key<Long> key = Keys.BREAKER_MAX_OPEN;
    long fallback = Math.max(openNanos, key.fallback());
    long maxOpenNanos = breaker.get(key, fallback, DurationText.format(fallback));
    if (maxOpenNanos < openNanos) {
      breaker.problem(
          key.name(),
          "must be at least open, which is "
              + DurationText.format(openNanos)
              + ", but was "
              + DurationText.format(maxOpenNanos));
    }
    return maxOpenNanos;
  }
}
