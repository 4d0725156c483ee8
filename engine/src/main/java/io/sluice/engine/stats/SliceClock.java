package io.sluice.engine.stats;

/**
 * The time, in slices of 5 s, by which everything that is counted over the last minute grows old.
 * The engine moves it with each step; counters only look which slice it is, so that counting costs
 * no more than a comparison. Not thread-safe.
 */
public final class SliceClock {
  /** How many slices make the window, the present one included. */
  static final int SLICES = 12;

  private static final long SLICE_NANOS = 5_000_000_000L;

  private long startNanos;
  private long nowNanos;
  private long endNanos;
  private long slice;

  /** Creates a clock that shows this time, of any origin. */
  public SliceClock(long nowNanos) {
    this.startNanos = nowNanos;
    this.nowNanos = nowNanos;
    this.endNanos = nowNanos + SLICE_NANOS;
  }

  /** Moves the time, which never goes back. */
  public void advance(long newNowNanos) {
    nowNanos = newNowNanos;
    if (newNowNanos - endNanos >= 0) {
      long slices = 1 + (newNowNanos - endNanos) / SLICE_NANOS;
      slice += slices;
      endNanos += slices * SLICE_NANOS;
    }
  }

  /** Has what is counted from now on begin now, because nobody watched before. */
  public void restart() {
    startNanos = nowNanos;
  }

  /** Returns the number of the present slice, which only rises. */
  long slice() {
    return slice;
  }

  /** Returns the time that it shows. */
  long nowNanos() {
    return nowNanos;
  }

  /**
   * Returns how much of the time before now is in the window: 55 s..60 s, or less for what has not
   * been there for so long.
   *
   * @param sinceNanos since when it is there
   */
  long spanNanos(long sinceNanos) {
    long inWindow = nowNanos - endNanos + SLICES * SLICE_NANOS;
    return Math.min(inWindow, nowNanos - later(sinceNanos, startNanos));
  }

  private static long later(long oneNanos, long otherNanos) {
    return oneNanos - otherNanos >= 0 ? oneNanos : otherNanos;
  }
}
