package io.sluice.engine.stats;

import org.jspecify.annotations.Nullable;

/** How durations of the last minute are distributed, and their mean ever. Not thread-safe. */
final class SlidingHistogram {
  private final SliceClock clock;
  private @Nullable Histogram @Nullable [] slices; // by number of the slice, modulo their number
  private @Nullable Histogram current;
  private long slice;
  private Total past = Total.NONE;

  SlidingHistogram(SliceClock clock) {
    this.clock = clock;
    this.slice = clock.slice();
  }

  void record(long nanos) {
    if (slice != clock.slice()) {
      forget();
    }
    Histogram histogram = current;
    if (histogram == null) {
      histogram = begin();
    }
    histogram.record(nanos);
  }

  /** Returns the mean of all there ever were; 0 = there were none. */
  long meanNanos() {
    Total recent = total();
    return recent.plus(past).meanNanos();
  }

  /** Returns how many there were in the last minute, and their sum, without looking at each. */
  Total total() {
    forget();
    @Nullable Histogram[] present = slices;
    Total all = Total.NONE;
    for (int i = 0; present != null && i < SliceClock.SLICES; i++) {
      Histogram histogram = present[i];
      if (histogram != null) {
        all = all.plus(histogram.total());
      }
    }
    return all;
  }

  /** Returns what is told of those of the last minute. */
  Distribution distribution() {
    forget();
    @Nullable Histogram[] present = slices;
    if (present == null) {
      return Distribution.EMPTY;
    }
    Histogram all = new Histogram();
    for (Histogram histogram : present) {
      if (histogram != null) {
        all.add(histogram);
      }
    }
    return all.distribution();
  }

  private Histogram begin() {
    Histogram histogram = new Histogram();
    @Nullable Histogram[] present = slices;
    if (present == null) {
      present = new @Nullable Histogram[SliceClock.SLICES];
      slices = present;
    }
    present[(int) (slice % SliceClock.SLICES)] = histogram;
    current = histogram;
    return histogram;
  }

  /** Drops the slices that have left the window. */
  private void forget() {
    long now = clock.slice();
    @Nullable Histogram[] present = slices;
    if (now == slice) {
      return;
    }
    long oldest = Math.max(slice + 1, now - SliceClock.SLICES + 1);
    for (long passed = oldest; present != null && passed <= now; passed++) {
      int at = (int) (passed % SliceClock.SLICES);
      Histogram over = present[at];
      if (over != null) {
        past = past.plus(over.total());
        present[at] = null;
      }
    }
    if (now - slice >= SliceClock.SLICES) {
      slices = null;
    }
    slice = now;
    current = null;
  }
}
