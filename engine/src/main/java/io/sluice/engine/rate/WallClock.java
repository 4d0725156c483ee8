package io.sluice.engine.rate;

import io.sluice.engine.model.Bounds;

/**
 * The time of day, told from outside and carried on by the monotonic clock in between.
 *
 * <p>It may be told to go back; whoever counts by it has to bear that. Not thread-safe.
 */
public final class WallClock {
  /** Latest time that may be told: some time in the year 2255. */
  public static final long MAX_EPOCH_MILLIS = 9_000_000_000_000L;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** What is told in whole milliseconds differs by so much without having changed. */
  private static final long TOLERANCE_MILLIS = 2;

  private long anchorMillis;
  private long anchorNanos;
  private long latestMillis;
  private boolean told;

  /** Creates a clock that begins with 1970, until it is told better. */
  public WallClock(long nowNanos) {
    anchorNanos = nowNanos;
  }

  /**
   * Tells the time.
   *
   * @param epochMillis since 1970, 0..{@value #MAX_EPOCH_MILLIS}
   * @return whether it is another than the monotonic clock made it
   * @throws io.sluice.engine.model.InvalidArgumentException if it is out of its bounds
   */
  public boolean tell(long epochMillis, long nowNanos) {
    Bounds.requireRange("wall clock milliseconds", epochMillis, 0, MAX_EPOCH_MILLIS);
    if (told && Math.abs(epochMillis - millis(nowNanos)) < TOLERANCE_MILLIS) {
      return false;
    }
    latestMillis = told ? latestMillis(nowNanos) : epochMillis;
    told = true;
    anchorMillis = epochMillis;
    anchorNanos = nowNanos;
    return true;
  }

  /** Returns the time, in milliseconds since 1970. */
  long millis(long nowNanos) {
    return anchorMillis + Math.floorDiv(nowNanos - anchorNanos, NANOS_PER_MILLI);
  }

  /** Returns the latest time that it has ever shown. */
  public long latestMillis(long nowNanos) {
    latestMillis = Math.max(latestMillis, millis(nowNanos));
    return latestMillis;
  }

  /** Returns how long until it shows a time, as far as is known; at least 0. */
  long nanosUntil(long epochMillis, long nowNanos) {
    long millis = Math.max(0, epochMillis - anchorMillis);
    return millis > Long.MAX_VALUE / NANOS_PER_MILLI
        ? Long.MAX_VALUE
        : Math.max(0, millis * NANOS_PER_MILLI - (nowNanos - anchorNanos));
  }
}
