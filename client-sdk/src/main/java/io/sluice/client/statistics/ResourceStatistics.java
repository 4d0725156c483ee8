package io.sluice.client.statistics;

import java.time.Duration;
import java.util.Map;

/**
 * Counters of one resource name.
 *
 * @param resource its name, or {@code *} for all beyond the first 1000
 * @param granted acquires
 * @param denied acquires
 * @param unmatched acquires that no limit matched, granted or not
 * @param queued acquires that had to wait, for whatever limit
 * @param waiting acquires that wait now
 * @param expired leases that ran out
 * @param outcomes ended work by outcome, as {@code SUCCESS}
 * @param deniedByReason acquires denied by reason, as {@code RATE}
 * @param meanWait of those that waited and were granted
 * @param meanHold from grant to end of the leases that ended
 * @param meanLatency of the work that ended
 * @param window the last minute
 */
public record ResourceStatistics(
    String resource,
    long granted,
    long denied,
    long unmatched,
    long queued,
    long waiting,
    long expired,
    Map<String, Long> outcomes,
    Map<String, Long> deniedByReason,
    Duration meanWait,
    Duration meanHold,
    Duration meanLatency,
    WindowStatistics window) {}
