package io.sluice.engine.stats;

/**
 * What is told of a number of durations.
 *
 * @param count how many there are; if 0, so is everything else
 * @param meanNanos their mean
 * @param p50Nanos what half of them do not exceed, within 1 %
 * @param p95Nanos what 95 % of them do not exceed, within 1 %
 * @param p99Nanos what 99 % of them do not exceed, within 1 %
 * @param maxNanos the longest
 */
public record Distribution(
    long count, long meanNanos, long p50Nanos, long p95Nanos, long p99Nanos, long maxNanos) {
  /** None. */
  public static final Distribution EMPTY = new Distribution(0, 0, 0, 0, 0, 0);
}
