package io.sluice.engine.stats;

/**
 * How the work on all resources went in the last minute.
 *
 * @param tried what succeeded, failed or was throttled
 * @param failed what failed by itself or did not finish within its time
 * @param latency how long work took
 */
public record Work(long tried, long failed, Total latency) {
  /** None. */
  static final Work NONE = new Work(0, 0, Total.NONE);

  /** Returns the share of what was tried that failed; 0 = nothing was tried. */
  public double errorRatio() {
    return tried == 0 ? 0 : (double) failed / tried;
  }

  Work plus(Work other) {
    return new Work(tried + other.tried, failed + other.failed, latency.plus(other.latency));
  }
}
