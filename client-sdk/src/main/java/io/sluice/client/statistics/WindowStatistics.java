package io.sluice.client.statistics;

import java.time.Duration;

/**
 * What happened in the last minute. All zero when nothing did; no figure is ever not a number.
 *
 * @param span how much time that is: 55 s..60 s, or less if there is less
 * @param granted acquires
 * @param denied acquires
 * @param completed work that ended with SUCCESS
 * @param failed work that ended with ERROR or TIMEOUT
 * @param throttled work that ended with THROTTLED
 * @param expired leases that ran out
 * @param grantedPerSecond granted / span, of at least a second
 * @param permitsPerSecond permits granted / span
 * @param deniedPerSecond denied / span
 * @param completedPerSecond completed / span: the throughput
 * @param successRatio completed / (completed + failed + throttled)
 * @param errorRatio failed / (completed + failed + throttled)
 * @param throttledRatio throttled / (completed + failed + throttled)
 * @param waits of those that had to and were granted
 * @param holds how long leases were held that ended
 * @param latencies how long work took
 */
public record WindowStatistics(
    Duration span,
    long granted,
    long denied,
    long completed,
    long failed,
    long throttled,
    long expired,
    double grantedPerSecond,
    double permitsPerSecond,
    double deniedPerSecond,
    double completedPerSecond,
    double successRatio,
    double errorRatio,
    double throttledRatio,
    DurationStatistics waits,
    DurationStatistics holds,
    DurationStatistics latencies) {}
