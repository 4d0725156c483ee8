package io.sluice.engine.stats;

import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.Outcome;
import java.util.Map;

/**
 * What is counted of a limit and of a resource alike, since the start and over the last minute. Not
 * thread-safe.
 */
final class Activity {
  private static final int GRANTED = 0;
  private static final int PERMITS = 1;
  private static final int DENIED = 2;
  private static final int EXPIRED = 3;
  private static final int OUTCOMES = 4;

  private final SliceClock clock;
  private final long sinceNanos;
  private final Tally<DenialReason> denied = new Tally<>(DenialReason.class);
  private final Tally<Outcome> outcomes = new Tally<>(Outcome.class);
  private final SlidingCounts sliding;
  private final SlidingHistogram waits;
  private final SlidingHistogram holds;
  private final SlidingHistogram latencies;
  private long granted;
  private long permits;
  private long expired;

  Activity(SliceClock clock) {
    this.clock = clock;
    this.sinceNanos = clock.nowNanos();
    this.sliding = new SlidingCounts(clock, OUTCOMES + outcomes.size());
    this.waits = new SlidingHistogram(clock);
    this.holds = new SlidingHistogram(clock);
    this.latencies = new SlidingHistogram(clock);
  }

  void granted(long permitsTaken) {
    moveOn();
    granted++;
    permits += permitsTaken;
  }

  void denied(DenialReason reason) {
    moveOn();
    denied.count(reason);
  }

  void expired() {
    moveOn();
    expired++;
  }

  void outcome(Outcome outcome, long nanos) {
    moveOn();
    outcomes.count(outcome);
    if (nanos >= 0) {
      latencies.record(nanos);
    }
  }

  void waited(long nanos) {
    waits.record(nanos);
  }

  void held(long nanos) {
    holds.record(nanos);
  }

  long granted() {
    return granted;
  }

  long permits() {
    return permits;
  }

  long expiredEver() {
    return expired;
  }

  Map<DenialReason, Long> deniedByReason() {
    return denied.snapshot();
  }

  Map<Outcome, Long> outcomes() {
    return outcomes.snapshot();
  }

  long meanWaitNanos() {
    return waits.meanNanos();
  }

  long meanHoldNanos() {
    return holds.meanNanos();
  }

  long meanLatencyNanos() {
    return latencies.meanNanos();
  }

  /** Takes a snapshot of the last minute. */
  Recent recent() {
    moveOn();
    long[] counts = sliding.recent(shown());
    return new Recent(
        clock.spanNanos(sinceNanos),
        counts[GRANTED],
        counts[PERMITS],
        counts[DENIED],
        counts[EXPIRED],
        outcomes.named(counts, OUTCOMES),
        waits.distribution(),
        holds.distribution(),
        latencies.distribution());
  }

  /** Returns how work went in the last minute, at the cost of a few additions. */
  Work work() {
    moveOn();
    long[] counts = sliding.recent(shown());
    long failed =
        outcomes.of(counts, OUTCOMES, Outcome.ERROR)
            + outcomes.of(counts, OUTCOMES, Outcome.TIMEOUT);
    long others =
        outcomes.of(counts, OUTCOMES, Outcome.SUCCESS)
            + outcomes.of(counts, OUTCOMES, Outcome.THROTTLED);
    return new Work(failed + others, failed, latencies.total());
  }

  private void moveOn() {
    if (sliding.isLate()) {
      sliding.moveOn(shown());
    }
  }

  private long[] shown() {
    long[] shown = new long[OUTCOMES + outcomes.size()];
    shown[GRANTED] = granted;
    shown[PERMITS] = permits;
    shown[DENIED] = denied.total();
    shown[EXPIRED] = expired;
    outcomes.copyTo(shown, OUTCOMES);
    return shown;
  }
}
