package io.sluice.engine.stats;

/** Durations of one kind: their mean ever, and how those of the last minute are distributed. */
final class Durations {
  private final SlidingHistogram recent;
  private long count;
  private long sumNanos;

  Durations(SliceClock clock) {
    this.recent = new SlidingHistogram(clock);
  }

  void record(long nanos) {
    count++;
    long sum = sumNanos + nanos;
    sumNanos = sum < 0 ? Long.MAX_VALUE : sum; // 292 years are the most there is
    recent.record(nanos);
  }

  /** Returns the mean of all there ever were; 0 = there were none. */
  long meanNanos() {
    return count == 0 ? 0 : sumNanos / count;
  }

  Distribution recent() {
    return recent.distribution();
  }
}
