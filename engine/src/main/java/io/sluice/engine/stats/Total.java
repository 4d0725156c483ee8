package io.sluice.engine.stats;

/**
 * A number of durations and their sum.
 *
 * @param count how many there are
 * @param nanos their sum; 292 years stand for more
 */
public record Total(long count, long nanos) {
  /** None. */
  static final Total NONE = new Total(0, 0);

  /** Returns their mean; 0 = there are none. */
  public long meanNanos() {
    return count == 0 ? 0 : nanos / count;
  }

  Total plus(Total other) {
    long sum = nanos + other.nanos;
    return new Total(count + other.count, sum < 0 ? Long.MAX_VALUE : sum);
  }
}
