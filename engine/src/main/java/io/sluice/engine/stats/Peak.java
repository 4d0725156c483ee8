package io.sluice.engine.stats;

/** The most that something was, ever and in the last minute. Not thread-safe. */
final class Peak {
  private final SliceClock clock;

  /** By number of the slice, modulo their number. */
  private long[] slices = new long[0];

  private long slice;
  private long ever;

  Peak(SliceClock clock) {
    this.clock = clock;
    this.slice = clock.slice();
  }

  /** Notes what it is. Who lowers it notes first what it was until then. */
  void note(long level) {
    ever = Math.max(ever, level);
    if (slice != clock.slice()) {
      forget();
    }
    if (slices.length == 0) {
      slices = new long[SliceClock.SLICES];
    }
    int at = (int) (slice % SliceClock.SLICES);
    slices[at] = Math.max(slices[at], level);
  }

  /** Returns the most that was ever noted. */
  long ever() {
    return ever;
  }

  /** Returns the most that was noted in the last minute. */
  long recent() {
    forget();
    long most = 0;
    for (long level : slices) {
      most = Math.max(most, level);
    }
    return most;
  }

  private void forget() {
    long now = clock.slice();
    long oldest = Math.max(slice + 1, now - SliceClock.SLICES + 1);
    for (long passed = oldest; passed <= now && slices.length > 0; passed++) {
      slices[(int) (passed % SliceClock.SLICES)] = 0;
    }
    slice = now;
  }
}
