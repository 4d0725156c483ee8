package io.sluice.server.driver;

/** A monotonic clock of any origin. */
@FunctionalInterface
public interface NanoClock {
  /** Returns the time in nanoseconds; never less than before. */
  long nanos();

  /** Returns the machine's monotonic clock, counted from now. */
  static NanoClock system() {
    long origin = System.nanoTime();
    return () -> System.nanoTime() - origin;
  }
}
