package io.sluice.engine.stats;

import io.sluice.engine.model.Outcome;
import java.util.Map;

/** What one resource name has counted since the start. Not thread-safe. */
public final class ResourceCounters {
  private final Tally<Outcome> outcomes = new Tally<>(Outcome.class);
  private long granted;
  private long denied;
  private long unmatched;

  /** Counts a grant. */
  public void granted() {
    granted++;
  }

  /** Counts a denial. */
  public void denied() {
    denied++;
  }

  /** Counts an acquire that no limit matched. */
  public void unmatched() {
    unmatched++;
  }

  /** Counts how work ended. */
  public void outcome(Outcome outcome) {
    outcomes.count(outcome);
  }

  /** Takes a snapshot. */
  public Counts snapshot(String resource) {
    return new Counts(resource, granted, denied, unmatched, outcomes.snapshot());
  }

  /**
   * The counters at one moment.
   *
   * @param resource the resource, or {@code *} for all beyond the bound
   * @param granted acquires granted
   * @param denied acquires denied
   * @param unmatched acquires that no limit matched
   * @param outcomes ended work; only outcomes that occurred
   */
  public record Counts(
      String resource, long granted, long denied, long unmatched, Map<Outcome, Long> outcomes) {}
}
