package io.sluice.client.tasks;

import java.time.Duration;

/**
 * How requests went, in the window of a {@link PerformanceMonitor} unless a figure says otherwise.
 * No figure is ever not a number: what there was none of is 0.
 *
 * @param count requests that ended
 * @param failed of those
 * @param successRatio 1 - failed / count
 * @param errorRatio failed / count
 * @param meanTime that they took
 * @param p50 what half of them did not exceed, within 4 %
 * @param p95 what 95 % of them did not exceed, within 4 %
 * @param p99 what 99 % of them did not exceed, within 4 %
 * @param perSecond count by the time of the window, or since the monitor was made if that is less,
 *     at least a second
 * @param active requests under way now
 * @param rateLimitHits requests that a limit refused
 * @param totalCount requests that ever ended
 * @param totalFailed of those
 */
public record PerformanceMetrics(
    long count,
    long failed,
    double successRatio,
    double errorRatio,
    Duration meanTime,
    Duration p50,
    Duration p95,
    Duration p99,
    double perSecond,
    int active,
    long rateLimitHits,
    long totalCount,
    long totalFailed) {}
