package io.sluice.engine.stats;

import org.jspecify.annotations.Nullable;

/** How durations of the last minute are distributed. Not thread-safe. */
final class SlidingHistogram {
  private final SliceClock clock;
  private @Nullable Histogram @Nullable [] slices; // by number of the slice, modulo their number
  private @Nullable Histogram current;
  private long slice;

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
    if (now - slice >= SliceClock.SLICES) {
      slices = null;
    } else if (present != null) {
      for (long passed = slice + 1; passed <= now; passed++) {
        present[(int) (passed % SliceClock.SLICES)] = null;
      }
    }
    slice = now;
    current = null;
  }
}
