package io.sluice.engine.stats;

/**
 * What counters that only rise have counted in the last minute: the difference to what they showed
 * at the beginning of each slice. So counting itself costs nothing; who counts calls {@link
 * #isLate} first and, once for each slice, {@link #moveOn}. Not thread-safe.
 */
final class SlidingCounts {
  private final SliceClock clock;
  private final int counters;

  /** For each slice, by its number modulo their number, what the counters showed at its start. */
  private long[] starts = new long[0];

  private long slice;

  /**
   * Begins with all counters at 0.
   *
   * @param counters how many there are
   */
  SlidingCounts(SliceClock clock, int counters) {
    this.clock = clock;
    this.counters = counters;
    this.slice = clock.slice();
  }

  /** Returns whether another slice has begun since {@link #moveOn}. */
  boolean isLate() {
    return slice != clock.slice();
  }

  /**
   * Notes what the counters show before anything is counted in the present slice.
   *
   * @param shown one for each counter
   */
  void moveOn(long[] shown) {
    if (starts.length == 0) {
      starts = new long[SliceClock.SLICES * counters];
    }
    long now = clock.slice();
    long oldest = Math.max(slice + 1, now - SliceClock.SLICES + 1);
    for (long passed = oldest; passed <= now; passed++) {
      System.arraycopy(shown, 0, starts, start(passed), counters);
    }
    slice = now;
  }

  /**
   * Returns what was counted in the last minute.
   *
   * @param shown what the counters show now; nothing may be late
   */
  long[] recent(long[] shown) {
    long[] recent = shown.clone();
    int oldest = start(slice + 1); // the one after the present has been the longest there
    for (int i = 0; i < counters && starts.length > 0; i++) {
      recent[i] -= starts[oldest + i];
    }
    return recent;
  }

  private int start(long number) {
    return (int) (number % SliceClock.SLICES) * counters;
  }
}
