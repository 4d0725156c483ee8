package io.sluice.server.driver;

/** A monotonic clock of any origin. */
@FunctionalInterface
public interface NanoClock {
  /** Returns the time in nanoseconds; never less than before. */
  long nanos();

  /** Returns the machine's monotonic clock, counted from now. */
  static NanoClock system() {
    return startingAt(0);
  }

  /** Returns the machine's monotonic clock, which shows so many nanoseconds now. */
  static NanoClock startingAt(long nowNanos) {
    long origin = System.nanoTime() - nowNanos;
    return () -> System.nanoTime() - origin;
  }
}
