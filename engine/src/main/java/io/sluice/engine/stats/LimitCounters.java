package io.sluice.engine.stats;

import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.Outcome;
import java.util.List;
import java.util.Map;

/** What one limit has counted since the start. Not thread-safe. */
public final class LimitCounters {
  private static final double HOLD_WEIGHT = 0.1;

  private final Tally<DenialReason> deniedByReason = new Tally<>(DenialReason.class);
  private final Tally<Outcome> outcomes = new Tally<>(Outcome.class);
  private final QuotaCrossings crossings = new QuotaCrossings();
  private long granted;
  private long wouldDeny;
  private long permitsGranted;
  private long permitsRefunded;
  private long permitsDebited;
  private long permitsOverrun;
  private long queued;
  private long cancelled;
  private long expired;
  private long leases;
  private long waiting;
  private long waitingHighWater;
  private long usedHighWater;
  private long waitedCount;
  private long waitedNanos;
  private long heldCount;
  private long heldNanos;
  private long latencyCount;
  private long latencyNanos;
  private double recentHoldNanos = -1;

  /** Counts a grant and the permits it took. */
  public void granted(long permits) {
    granted++;
    permitsGranted += permits;
  }

  /** Counts a denial. */
  public void denied(DenialReason reason) {
    deniedByReason.count(reason);
  }

  /** Counts an acquire that was granted although the limit, in shadow, would have refused it. */
  public void wouldDeny() {
    wouldDeny++;
  }

  /** Counts permits that came back unused. */
  public void refunded(long permits) {
    permitsRefunded += permits;
  }

  /**
   * Counts what a release changed of an estimate.
   *
   * @param change actual less estimate
   * @param overrun of what was to be debited, what the debt had no room for
   */
  public void settled(long change, long overrun) {
    permitsRefunded += Math.max(0, -change);
    permitsDebited += Math.max(0, change) - overrun;
    permitsOverrun += overrun;
  }

  /** Counts an acquire that begins to wait. */
  public void queued() {
    queued++;
  }

  /** Counts a wait that the caller gave up. */
  public void cancelled() {
    cancelled++;
  }

  /** Counts one more, or one fewer, that waits now. */
  public void waiting(int change) {
    waiting += change;
    waitingHighWater = Math.max(waitingHighWater, waiting);
  }

  /** Counts the time of a wait that ended in a grant. */
  public void waited(long nanos) {
    waitedCount++;
    waitedNanos += nanos;
  }

  /** Notes how much of one bucket is used. */
  public void used(long inBucket) {
    usedHighWater = Math.max(usedHighWater, inBucket);
  }

  /** Counts a lease that begins. */
  public void leased() {
    leases++;
  }

  /** Counts leases that a change of limits brought or took. */
  public void leases(int change) {
    leases += change;
  }

  /** Counts a lease that ended after so long. */
  public void held(long nanos) {
    leases--;
    heldCount++;
    heldNanos += nanos;
    recentHoldNanos =
        recentHoldNanos < 0 ? nanos : recentHoldNanos + HOLD_WEIGHT * (nanos - recentHoldNanos);
  }

  /** Counts a lease that ran out. */
  public void expired() {
    expired++;
  }

  /** Counts how work ended, and how long it took; -1 = not known. */
  public void outcome(Outcome outcome, long nanos) {
    outcomes.count(outcome);
    if (nanos >= 0) {
      latencyCount++;
      latencyNanos += nanos;
    }
  }

  /** Returns which shares of a quota were reached. */
  public QuotaCrossings crossings() {
    return crossings;
  }

  /** Returns how many wait now. */
  public long waitingNow() {
    return waiting;
  }

  /** Returns the recent mean time from grant to end, or {@code fallback} if no lease has ended. */
  public long recentHoldNanos(long fallback) {
    return recentHoldNanos < 0 ? fallback : (long) recentHoldNanos;
  }

  /** Takes a snapshot. */
  public Counts snapshot() {
    return new Counts(
        granted,
        deniedByReason.snapshot(),
        queued,
        cancelled,
        waiting,
        waitingHighWater,
        usedHighWater,
        expired,
        leases,
        mean(waitedNanos, waitedCount),
        mean(heldNanos, heldCount),
        mean(latencyNanos, latencyCount),
        outcomes.snapshot(),
        permitsGranted,
        permitsRefunded,
        permitsDebited,
        permitsOverrun,
        wouldDeny,
        crossings.snapshot());
  }

  private static long mean(long sum, long count) {
    return count == 0 ? 0 : sum / count;
  }

  /**
   * The counters at one moment.
   *
   * @param granted acquires granted
   * @param deniedByReason acquires denied; only reasons that occurred
   * @param queued acquires that had to wait
   * @param cancelled waits that the caller gave up
   * @param waiting acquires that wait now
   * @param waitingHighWater the most that ever waited
   * @param usedHighWater the most ever used in one bucket
   * @param expired leases that ran out
   * @param leases live leases
   * @param meanWaitNanos mean wait of those that waited and were granted; 0 = none
   * @param meanHoldNanos mean time from grant to end; 0 = none ended
   * @param meanLatencyNanos mean time that ended work took; 0 = none told
   * @param outcomes ended work; only outcomes that occurred
   * @param permitsGranted permits granted
   * @param permitsRefunded permits that came back: unused, or estimated and not taken
   * @param permitsDebited permits taken beyond an estimate
   * @param permitsOverrun permits taken beyond an estimate that no debt had room for
   * @param wouldDeny acquires granted that the limit, in shadow, would have refused
   * @param thresholds shares of a window's permits that were reached, rising
   */
  public record Counts(
      long granted,
      Map<DenialReason, Long> deniedByReason,
      long queued,
      long cancelled,
      long waiting,
      long waitingHighWater,
      long usedHighWater,
      long expired,
      long leases,
      long meanWaitNanos,
      long meanHoldNanos,
      long meanLatencyNanos,
      Map<Outcome, Long> outcomes,
      long permitsGranted,
      long permitsRefunded,
      long permitsDebited,
      long permitsOverrun,
      long wouldDeny,
      List<QuotaCrossings.Counts> thresholds) {
    /** Returns acquires denied, all reasons. */
    public long denied() {
      return deniedByReason.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
