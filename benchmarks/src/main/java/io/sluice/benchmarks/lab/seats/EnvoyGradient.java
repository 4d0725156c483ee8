package io.sluice.benchmarks.lab.seats;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * In the style of Envoy's adaptive concurrency filter: every 60 s the limit is pinned to 3 until 50
 * replies came back, whose median is the baseline; every 100 ms, {@code L·g + √(L·g)} with {@code g
 * = 1.25·baseline/median}, 0.5..2, at most 1000.
 */
final class EnvoyGradient implements Limiter {
  private static final double UPDATE_NANOS = 100e6;
  private static final double INTERVAL_NANOS = 60e9;
  private static final int REPLIES = 50;
  private static final int MOST = 4096;

  private final RandomGenerator random;
  private final double[] latencies = new double[MOST];
  private int count;
  private double limit = 3;
  private double limitBefore = 3;
  private boolean measuring = true;
  private double baseNanos;
  private long updatedNanos;
  private long epochNanos;
  private double measureAt;

  EnvoyGradient(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public long limit() {
    return measuring ? 3 : (long) limit;
  }

  @Override
  public void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos) {
    if (startedNanos < epochNanos) {
      return; // began before the baseline was measured anew
    }
    if (count < MOST) {
      latencies[count++] = nowNanos - startedNanos;
    }
    if (measuring && count >= REPLIES) {
      baseNanos = median();
      measuring = false;
      limit = limitBefore;
      measureAt = nowNanos + INTERVAL_NANOS * (1 + 0.15 * random.nextDouble());
      updatedNanos = nowNanos;
    } else if (!measuring && nowNanos >= measureAt) {
      measuring = true;
      limitBefore = limit;
      epochNanos = nowNanos;
      count = 0;
    } else if (!measuring && nowNanos - updatedNanos >= UPDATE_NANOS && count > 0) {
      double gradient = Math.max(0.5, Math.min(2, 1.25 * baseNanos / median()));
      double next = limit * gradient;
      limit = Math.max(3, Math.min(1000, next + Math.sqrt(next)));
      updatedNanos = nowNanos;
    }
  }

  private double median() {
    Arrays.sort(latencies, 0, count);
    double middle = latencies[count / 2];
    count = 0;
    return middle;
  }
}
