package io.sluice.engine.stats;

import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.Outcome;
import java.util.Map;

/** What one resource name has counted since the start. Not thread-safe. */
public final class ResourceCounters {
  private final Activity activity;
  private long unmatched;
  private long queued;
  private long waiting;

  ResourceCounters(SliceClock clock) {
    this.activity = new Activity(clock);
  }

  /** Counts a grant and the permits that were asked for. */
  public void granted(long permits) {
    activity.granted(permits);
  }

  /** Counts a denial. */
  public void denied(DenialReason reason) {
    activity.denied(reason);
  }

  /** Counts an acquire that no limit matched. */
  public void unmatched() {
    unmatched++;
  }

  /** Counts an acquire that begins to wait. */
  public void queued() {
    queued++;
    waiting++;
  }

  /** Counts an acquire that waits no longer, however its wait ended. */
  public void left() {
    waiting--;
  }

  /** Counts the time of a wait that ended in a grant. */
  public void waited(long nanos) {
    activity.waited(nanos);
  }

  /** Counts a lease that ended after so long. */
  public void held(long nanos) {
    activity.held(nanos);
  }

  /** Counts a lease that ran out. */
  public void expired() {
    activity.expired();
  }

  /** Counts how work ended, and how long it took; -1 = not known. */
  public void outcome(Outcome outcome, long nanos) {
    activity.outcome(outcome, nanos);
  }

  /** Takes a snapshot of the last minute, at a cost of microseconds if much was counted. */
  public Recent recent() {
    return activity.recent();
  }

  Work work() {
    return activity.work();
  }

  /** Takes a snapshot of what was counted since the start. */
  public Counts snapshot(String resource) {
    return new Counts(
        resource,
        activity.granted(),
        activity.deniedByReason(),
        unmatched,
        queued,
        waiting,
        activity.expiredEver(),
        activity.outcomes(),
        activity.meanWaitNanos(),
        activity.meanHoldNanos(),
        activity.meanLatencyNanos());
  }

  /**
   * The counters at one moment.
   *
   * @param resource the resource, or {@code *} for all beyond the bound
   * @param granted acquires granted
   * @param deniedByReason acquires denied; only reasons that occurred
   * @param unmatched acquires that no limit matched
   * @param queued acquires that had to wait
   * @param waiting acquires that wait now
   * @param expired leases that ran out
   * @param outcomes ended work; only outcomes that occurred
   * @param meanWaitNanos mean wait of those that waited and were granted; 0 = none
   * @param meanHoldNanos mean time from grant to end; 0 = none ended
   * @param meanLatencyNanos mean time that ended work took; 0 = none told
   */
  public record Counts(
      String resource,
      long granted,
      Map<DenialReason, Long> deniedByReason,
      long unmatched,
      long queued,
      long waiting,
      long expired,
      Map<Outcome, Long> outcomes,
      long meanWaitNanos,
      long meanHoldNanos,
      long meanLatencyNanos) {
    /** Returns acquires denied, all reasons. */
    public long denied() {
      return deniedByReason.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
