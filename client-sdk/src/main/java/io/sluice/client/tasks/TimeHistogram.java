package io.sluice.client.tasks;

import java.time.Duration;

/**
 * How many times were how long: 16 steps in each doubling, from 1 us to more than an hour, so that
 * what is read is within 4 % of what was written. Not thread-safe.
 */
final class TimeHistogram {
  private static final int STEPS = 16;
  private static final int STEP_BITS = 4;
  private static final int DOUBLINGS = 33;

  private final long[] counts = new long[STEPS * DOUBLINGS];
  private long count;

  void add(Duration time) {
    long micros = Math.max(0, time.toNanos() / 1000);
    counts[Math.min(counts.length - 1, index(micros))]++;
    count++;
  }

  void addAll(TimeHistogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
  }

  /** What so great a share did not exceed; zero if there is nothing. */
  Duration quantile(double share) {
    long rank = (long) Math.ceil(share * count);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return Duration.ofNanos((long) (middleMicros(i) * 1000));
      }
    }
    return Duration.ZERO;
  }

  /** Below 16 us each has its own; above, a doubling has 16 together. */
  private static int index(long micros) {
    if (micros < STEPS) {
      return (int) micros;
    }
    int doubling = 63 - Long.numberOfLeadingZeros(micros) - STEP_BITS;
    return (doubling + 1) * STEPS + (int) (micros >>> doubling) - STEPS;
  }

  private static double middleMicros(int index) {
    if (index < STEPS) {
      return index;
    }
    int doubling = index / STEPS - 1;
    long from = (long) (index % STEPS + STEPS) << doubling;
    return from + ((1L << doubling) - 1) / 2.0;
  }
}
