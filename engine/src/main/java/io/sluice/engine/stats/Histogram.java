package io.sluice.engine.stats;

import io.sluice.engine.model.Bounds;

/**
 * How durations are distributed: their number, sum, least and greatest exactly, and any percentile
 * within 1 %.
 *
 * <p>Log-linear, as in HdrHistogram (G. Tene): each octave from 512 ns to 416 days is split into 64
 * equal buckets, and a percentile is told as the middle of the bucket that it falls into, so that
 * it is off by at most 1/128 of itself. Our differences: octaves are allocated when they are first
 * hit, 272 bytes each; what is shorter than 512 ns counts as that, what is longer than 366 days as
 * that. Not thread-safe.
 */
final class Histogram {
  private static final int LOWEST_EXPONENT = 9; // 512 ns
  private static final int BUCKET_BITS = 6;
  private static final int BUCKETS = 1 << BUCKET_BITS;
  private static final long SHORTEST_NANOS = 1L << LOWEST_EXPONENT;
  private static final long LONGEST_NANOS = Bounds.MAX_LATENCY_NANOS;

  /** The octaves that are there, the first of them {@code first}; null = never hit. */
  private int[][] octaves = new int[0][];

  private int first;
  private long count;
  private long sum;
  private long min = Long.MAX_VALUE;
  private long max;

  /** Adds a duration; a negative one counts as 0. */
  void record(long nanos) {
    long exact = Math.min(Math.max(nanos, 0), LONGEST_NANOS);
    count++;
    sum = saturated(sum + exact);
    min = Math.min(min, exact);
    max = Math.max(max, exact);
    long value = Math.max(exact, SHORTEST_NANOS);
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
    int[] octave = octave(exponent - LOWEST_EXPONENT);
    int bucket = (int) (value >>> (exponent - BUCKET_BITS)) & (BUCKETS - 1);
    octave[bucket]++;
  }

  /** Adds all of another. */
  void add(Histogram other) {
    count += other.count;
    sum = saturated(sum + other.sum);
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
    for (int i = 0; i < other.octaves.length; i++) {
      int[] theirs = other.octaves[i];
      if (theirs != null) {
        int[] mine = octave(other.first + i);
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
          mine[bucket] += theirs[bucket];
        }
      }
    }
  }

  /** Returns how many were added. */
  long count() {
    return count;
  }

  /** Returns their sum, exact up to 292 years. */
  long sumNanos() {
    return sum;
  }

  /** Returns the least; 0 = there are none. */
  long minNanos() {
    return count == 0 ? 0 : min;
  }

  /** Returns the greatest; 0 = there are none. */
  long maxNanos() {
    return max;
  }

  /**
   * Returns what so large a share of them does not exceed, within 1 %; 0 = there are none.
   *
   * @param share 0..1; 0.95 = the 95th percentile
   */
  long percentile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long passed = 0;
    for (int i = 0; i < octaves.length; i++) {
      int[] octave = octaves[i];
      for (int bucket = 0; octave != null && bucket < BUCKETS; bucket++) {
        passed += octave[bucket];
        if (passed >= rank) {
          return Math.min(Math.max(middle(first + i, bucket), min), max);
        }
      }
    }
    return max;
  }

  /** Returns their number and sum. */
  Total total() {
    return new Total(count, sum);
  }

  /** Returns what is told of it. */
  Distribution distribution() {
    return count == 0
        ? Distribution.EMPTY
        : new Distribution(
            count, sum / count, percentile(0.5), percentile(0.95), percentile(0.99), max);
  }

  private int[] octave(int index) {
    int at = index - first;
    if (at < 0 || at >= octaves.length) {
      at = reach(index);
    }
    int[] octave = octaves[at];
    if (octave == null) {
      octave = new int[BUCKETS];
      octaves[at] = octave;
    }
    return octave;
  }

  /** Makes room for an octave, and returns where it is. */
  private int reach(int index) {
    int newFirst = octaves.length == 0 ? index : Math.min(first, index);
    int end = Math.max(first + octaves.length, index + 1);
    int[][] wider = new int[end - newFirst][];
    System.arraycopy(octaves, 0, wider, octaves.length == 0 ? 0 : first - newFirst, octaves.length);
    octaves = wider;
    first = newFirst;
    return index - first;
  }

  private static long middle(int octave, int bucket) {
    long width = 1L << (octave + LOWEST_EXPONENT - BUCKET_BITS);
    return (BUCKETS + bucket) * width + width / 2;
  }

  /** What overflowed stays at the most there is. */
  private static long saturated(long total) {
    return total < 0 ? Long.MAX_VALUE : total;
  }
}
