package io.sluice.benchmarks.lab.seats;

/** What lets work through to a service, or not. */
interface Limiter {
  /** Returns how many pieces may be in flight. */
  long limit();

  /** Tells that a piece began. {@code inFlight} counts it. */
  default void started(long inFlight, long nowNanos) {}

  /** Tells that a piece ended. {@code inFlight} counts it. */
  void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos);

  /** Moves time on. */
  default void advance(long nowNanos) {}

  /** Returns when to call {@link #advance} next. */
  default long nextNanos() {
    return Long.MAX_VALUE;
  }
}
