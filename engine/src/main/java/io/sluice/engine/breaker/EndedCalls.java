package io.sluice.engine.breaker;

import org.jspecify.annotations.Nullable;

/**
 * How much work ended within the last while, and how: counts in {@value #SLICES} slices of the
 * window, the oldest of which is dropped as a whole. Nothing is allocated until the first is
 * counted. Not thread-safe.
 */
final class EndedCalls {
  private static final int SLICES = 10;
  private static final int FAILED = SLICES;
  private static final int SLOW = 2 * SLICES;

  private final long sliceNanos;
  private int @Nullable [] counts; // all, failed and slow of each slice
  private long newestSlice;
  private int calls;
  private int failed;
  private int slow;

  EndedCalls(long windowNanos) {
    sliceNanos = windowNanos / SLICES;
  }

  /** Counts work that ended. */
  void add(boolean hasFailed, boolean wasSlow, long nowNanos) {
    advance(nowNanos);
    if (counts == null) {
      counts = new int[3 * SLICES];
      newestSlice = Math.floorDiv(nowNanos, sliceNanos);
    }
    if (calls == Integer.MAX_VALUE) {
      return; // the shares of two thousand million are what they are
    }
    int index = Math.floorMod(newestSlice, SLICES);
    counts[index]++;
    calls++;
    if (hasFailed) {
      counts[FAILED + index]++;
      failed++;
    }
    if (wasSlow) {
      counts[SLOW + index]++;
      slow++;
    }
  }

  /** Drops what is older than the window. */
  void advance(long nowNanos) {
    if (counts == null) {
      return;
    }
    long slice = Math.floorDiv(nowNanos, sliceNanos);
    if (slice - newestSlice >= SLICES) {
      clear();
      return;
    }
    while (newestSlice < slice) {
      newestSlice++;
      drop(counts, Math.floorMod(newestSlice, SLICES));
    }
  }

  /** Drops everything. */
  void clear() {
    counts = null;
    calls = 0;
    failed = 0;
    slow = 0;
  }

  int calls() {
    return calls;
  }

  int failed() {
    return failed;
  }

  int slow() {
    return slow;
  }

  private void drop(int[] from, int index) {
    calls -= from[index];
    failed -= from[FAILED + index];
    slow -= from[SLOW + index];
    from[index] = 0;
    from[FAILED + index] = 0;
    from[SLOW + index] = 0;
  }
}
