package io.sluice.client.statistics;

import java.time.Duration;

/**
 * How durations are distributed. The server's percentiles are within 1 %.
 *
 * @param count how many there were; if 0, so is all else
 * @param mean their mean
 * @param p50 what half of them did not exceed
 * @param p95 what 95 % of them did not exceed
 * @param p99 what 99 % of them did not exceed
 * @param max the longest
 */
public record DurationStatistics(
    long count, Duration mean, Duration p50, Duration p95, Duration p99, Duration max) {}
