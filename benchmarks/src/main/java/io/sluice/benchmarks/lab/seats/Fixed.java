package io.sluice.benchmarks.lab.seats;

/** A limit that somebody knew before. */
record Fixed(long limit) implements Limiter {
  @Override
  public void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos) {
    // It knows already.
  }
}
