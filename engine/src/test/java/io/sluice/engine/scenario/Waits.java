package io.sluice.engine.scenario;

import java.util.Arrays;

/** Times that asks have waited. */
final class Waits {
  private long[] nanos = new long[16];
  private int size;
  private boolean sorted;

  void add(long waitNanos) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
    }
    nanos[size++] = waitNanos;
    sorted = false;
  }

  /** Returns the time in seconds that so many of a hundred did not exceed. */
  double percentile(int percent) {
    if (size == 0) {
      return Double.NaN;
    }
    if (!sorted) {
      Arrays.sort(nanos, 0, size);
      sorted = true;
    }
    int rank = (int) (((long) size * percent + 99) / 100);
    return nanos[Math.max(1, rank) - 1] / 1e9;
  }
}
