package io.sluice.engine.rate;

/** What was taken since a window began. Whoever owns it says when that was. */
final class OpenWindow {
  private long permits;
  private long taken;
  private long beganAtNanos = Long.MIN_VALUE;
  private long lastTakenNanos = Long.MIN_VALUE;
  private int crossed;

  OpenWindow(long permits) {
    this.permits = permits;
  }

  long remaining() {
    return permits - taken;
  }

  /** Returns whether a window that begins now would be the same. */
  boolean isUntouched() {
    return taken == 0 && crossed == 0;
  }

  /** What was taken stays taken. */
  void permits(long newPermits) {
    permits = newPermits;
  }

  /** Begins the next window. What was taken at this instant, but before, belongs to the last. */
  void begin(long nowNanos) {
    taken = 0;
    crossed = 0;
    beganAtNanos = lastTakenNanos < nowNanos ? nowNanos : lastTakenNanos + 1;
  }

  void take(long more, long nowNanos) {
    taken += more;
    lastTakenNanos = nowNanos;
  }

  long debit(long more, long nowNanos) {
    long counted = Math.max(0, Math.min(more, 2 * permits - taken));
    take(counted, nowNanos);
    return more - counted;
  }

  void giveBack(long fewer, long takenAtNanos) {
    if (takenAtNanos >= beganAtNanos) {
      taken = Math.max(0, taken - fewer);
    }
  }

  /** Returns the next threshold that was reached in this window for the first time; 0 = none. */
  int nextCrossing() {
    int next = QuotaThreshold.after(crossed);
    if (next == 0 || taken * 100 < next * permits) {
      return 0;
    }
    crossed = next;
    return next;
  }

  /** Returns what {@link #load} understands. */
  long[] save() {
    return new long[] {taken, beganAtNanos, lastTakenNanos, crossed};
  }

  /** Becomes the window that was saved; its limit stays. */
  void load(long[] saved) {
    taken = saved[0];
    beganAtNanos = saved[1];
    lastTakenNanos = saved[2];
    crossed = (int) saved[3];
  }

  /** Returns how many windows must end until so many are left, counted as the first come. */
  long windowsUntil(long asked) {
    long left = remaining();
    if (asked <= left) {
      return 0;
    }
    return Math.max(1, TokenScale.ceilDiv(asked - Math.max(0, left), permits));
  }
}
