package io.sluice.engine.stats;

/** The most that something was, ever and in the last minute. Not thread-safe. */
final class Peak {
  private final SliceClock clock;

  /** Of the slices before the present one, by their number modulo how many there are. */
  private long[] slices = new long[0];

  private long slice;
  private long current;
  private long ever;

  Peak(SliceClock clock) {
    this.clock = clock;
    this.slice = clock.slice();
  }

  /** Notes what it is. Who lowers it notes first what it was until then. */
  void note(long level) {
    if (slice != clock.slice()) {
      forget();
    }
    if (level > current) {
      current = level;
      ever = Math.max(ever, level);
    }
  }

  /** Returns the most that was ever noted. */
  long ever() {
    return ever;
  }

  /** Returns the most that was noted in the last minute. */
  long recent() {
    forget();
    long most = current;
    for (long level : slices) {
      most = Math.max(most, level);
    }
    return most;
  }

  private void forget() {
    long now = clock.slice();
    if (now == slice) {
      return;
    }
    if (slices.length == 0) {
      slices = new long[SliceClock.SLICES];
    }
    slices[(int) (slice % SliceClock.SLICES)] = current;
    current = 0;
    long oldest = Math.max(slice + 1, now - SliceClock.SLICES + 1);
    for (long passed = oldest; passed <= now; passed++) {
      slices[(int) (passed % SliceClock.SLICES)] = 0;
    }
    slice = now;
  }
}
