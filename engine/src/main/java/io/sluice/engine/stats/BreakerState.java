package io.sluice.engine.stats;

/**
 * Where a circuit breaker stands.
 *
 * @param state {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN}
 * @param openForNanos how long it stays open yet; 0 = it is not open
 * @param failureRatio the share of work that failed, of what it looks back on, 0..1
 * @param slowRatio the share of work that was slow, 0..1
 * @param opened how often it opened since the start
 */
public record BreakerState(
    String state, long openForNanos, double failureRatio, double slowRatio, long opened) {}
