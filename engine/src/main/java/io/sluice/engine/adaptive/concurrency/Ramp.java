package io.sluice.engine.adaptive.concurrency;

/** A limit that a probe holds down, and that comes back little by little. */
final class Ramp {
  private static final long FREE = Long.MAX_VALUE;

  private long low = FREE;
  private boolean held;
  private long beginNanos;
  private long endNanos;
  private long seenNanos;

  void hold(long limit) {
    low = limit;
    held = true;
  }

  /** Lets go of the limit, so that it is back after a time. Nothing happens if it is not held. */
  void letGo(long durationNanos, long nowNanos) {
    if (held) {
      held = false;
      beginNanos = nowNanos;
      endNanos = nowNanos + durationNanos;
    }
    at(nowNanos);
  }

  /** Moves time on. */
  void at(long nowNanos) {
    seenNanos = nowNanos;
    if (!held && low != FREE && nowNanos - endNanos >= 0) {
      low = FREE;
    }
  }

  /** Returns what is left of a limit. */
  long limit(long limit) {
    if (low >= limit) {
      return limit;
    }
    return held ? low : low + (long) ((limit - low) * share());
  }

  /** Returns when the limit is next higher by itself. */
  long nextNanos(long limit) {
    if (held || low >= limit) {
      return Long.MAX_VALUE;
    }
    double step = (double) (endNanos - beginNanos) / (limit - low);
    return Math.min(endNanos, seenNanos + Math.max(1, (long) step));
  }

  /** Returns when the limit is back, now at the earliest. */
  long overNanos(long nowNanos) {
    return low == FREE ? nowNanos : endNanos;
  }

  private double share() {
    return (double) (seenNanos - beginNanos) / (endNanos - beginNanos);
  }
}
