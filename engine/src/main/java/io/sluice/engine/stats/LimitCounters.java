package io.sluice.engine.stats;

import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import java.util.List;
import java.util.Map;

/** What one limit has counted since the start. Not thread-safe. */
public final class LimitCounters {
  private static final double HOLD_WEIGHT = 0.1;

  private final Activity activity;
  private final Peak usedPeak;
  private final Peak waitingPeak;
  private final QuotaCrossings crossings = new QuotaCrossings();
  private long wouldDeny;
  private long permitsRefunded;
  private long permitsDebited;
  private long permitsOverrun;
  private long queued;
  private long cancelled;
  private long leasesBegun;
  private long released;
  private long revoked;
  private long returned;
  private long leases;
  private long waiting;
  private double recentHoldNanos = -1;

  /** Creates counters at 0, which count the last minute by this clock. */
  public LimitCounters(SliceClock clock) {
    this.activity = new Activity(clock);
    this.usedPeak = new Peak(clock);
    this.waitingPeak = new Peak(clock);
  }

  /** Counts a grant and the permits it took. */
  public void granted(long permits) {
    activity.granted(permits);
  }

  /** Counts a denial. */
  public void denied(DenialReason reason) {
    activity.denied(reason);
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
    waitingPeak.note(Math.max(waiting, waiting + change));
    waiting += change;
  }

  /** Counts the time of a wait that ended in a grant. */
  public void waited(long nanos) {
    activity.waited(nanos);
  }

  /** Notes how much of one bucket is used, after something was taken or before it is given back. */
  public void used(long inBucket) {
    usedPeak.note(inBucket);
  }

  /** Counts a lease that a grant made. */
  public void begun() {
    leasesBegun++;
    leases++;
  }

  /** Counts a lease that is held again: resumed, or brought back after a restart. */
  public void leased() {
    leases++;
  }

  /** Counts leases that a restart or a change of limits brought or took. */
  public void leases(int change) {
    leases += change;
  }

  /** Counts a lease that is not held any more, after so long. */
  public void held(long nanos) {
    leases--;
    activity.held(nanos);
    recentHoldNanos =
        recentHoldNanos < 0 ? nanos : recentHoldNanos + HOLD_WEIGHT * (nanos - recentHoldNanos);
  }

  /** Counts how a lease ended: released, expired or revoked. */
  public void ended(LeaseState how) {
    if (how == LeaseState.EXPIRED) {
      activity.expired();
    } else if (how == LeaseState.REVOKED) {
      revoked++;
    } else {
      released++;
    }
  }

  /** Counts a lease that was taken back because its grant could not reach its caller. */
  public void returned() {
    returned++;
  }

  /** Counts how work ended, and how long it took; -1 = not known. */
  public void outcome(Outcome outcome, long nanos) {
    activity.outcome(outcome, nanos);
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

  /** Takes a snapshot of the last minute, at a cost of microseconds if much was counted. */
  public Recent recent() {
    return activity.recent();
  }

  /** Takes a snapshot of what was counted since the start. */
  public Counts snapshot() {
    return new Counts(
        activity.granted(),
        activity.deniedByReason(),
        queued,
        cancelled,
        waiting,
        waitingPeak.ever(),
        usedPeak.ever(),
        activity.expiredEver(),
        leases,
        activity.meanWaitNanos(),
        activity.meanHoldNanos(),
        activity.meanLatencyNanos(),
        activity.outcomes(),
        activity.permits(),
        permitsRefunded,
        permitsDebited,
        permitsOverrun,
        wouldDeny,
        crossings.snapshot(),
        new Ends(leasesBegun, released, revoked, returned),
        Math.max(waiting, waitingPeak.recent()),
        usedPeak.recent());
  }

  /**
   * What became of leases. Of a limit that stays as it is, those that grants made are those that
   * were released, expired, were revoked or were returned, and those that live.
   *
   * @param begun leases that grants made
   * @param released leases that their holders gave back
   * @param revoked leases that were taken back
   * @param returned leases whose grant could not reach its caller
   */
  public record Ends(long begun, long released, long revoked, long returned) {}

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
   * @param ends what became of leases
   * @param recentWaitingHighWater the most that waited in the last minute
   * @param recentUsedHighWater the most used in one bucket in the last minute, as far as it changed
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
      List<QuotaCrossings.Counts> thresholds,
      Ends ends,
      long recentWaitingHighWater,
      long recentUsedHighWater) {
    /** Returns acquires denied, all reasons. */
    public long denied() {
      return deniedByReason.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
