package io.sluice.client.statistics;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Counters and gauges of one limit, over all its buckets.
 *
 * @param limit its name
 * @param kind what it counts
 * @param capacity burst of a rate, maximum, or slots: of one bucket, after the headroom
 * @param used what is taken now
 * @param available what is left now; negative after the limit was lowered below what is held
 * @param utilization used / (used + available); 0 where there is no bucket
 * @param currentRate permits per second of a rate; 0 for other kinds and for windows of the
 *     calendar
 * @param waiting acquires that wait now
 * @param leases held now
 * @param granted acquires that charged it
 * @param denied acquires that it refused
 * @param deniedByReason the same by reason, as {@code RATE}
 * @param queued acquires that had to wait for it
 * @param cancelled of those, given up by their caller
 * @param expired leases that ran out
 * @param permitsGranted permits, summed
 * @param permitsRefunded permits given back unused
 * @param outcomes ended work by outcome, as {@code SUCCESS}
 * @param usedHighWater the most used in one bucket at once; of concurrency and devices
 * @param waitingHighWater the most that waited at once
 * @param meanWait of those that waited and were granted
 * @param meanHold from grant to end of the leases that ended
 * @param meanLatency of the work that ended
 * @param window the last minute
 * @param adaptive where it stands if it is adaptive
 * @param breaker {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN}; empty if it has none
 */
public record LimitStatistics(
    String limit,
    Kind kind,
    long capacity,
    long used,
    long available,
    double utilization,
    double currentRate,
    long waiting,
    long leases,
    long granted,
    long denied,
    Map<String, Long> deniedByReason,
    long queued,
    long cancelled,
    long expired,
    long permitsGranted,
    long permitsRefunded,
    Map<String, Long> outcomes,
    long usedHighWater,
    long waitingHighWater,
    Duration meanWait,
    Duration meanHold,
    Duration meanLatency,
    WindowStatistics window,
    Optional<AdaptiveState> adaptive,
    Optional<String> breaker) {

  /** What a limit counts. */
  public enum Kind {
    /** Permits per time. */
    RATE,
    /** Leases at once. */
    CONCURRENCY,
    /** Devices, or plain slots. */
    DEVICES,
    /** A kind that this version does not know. */
    UNRECOGNIZED
  }
}
