package io.sluice.benchmarks.lab.seats;

import java.util.random.RandomGenerator;

/**
 * Netflix's {@code VegasLimit}: from 20, at most 1000; probes every 30 limits of samples. In
 * windows of a second, of 10 samples at least, of which the mean counts ({@code WindowedLimit}).
 */
final class NetflixVegas implements Limiter {
  private static final double PROBE_MULTIPLIER = 30;
  private static final double WINDOW_NANOS = 1e9;
  private static final int MIN_SAMPLES = 10;

  private final RandomGenerator random;
  private double limit = 20;
  private double baseNanos;
  private long samples;
  private double jitter;
  private long windowNanos;
  private double sum;
  private long count;
  private long mostInFlight;
  private boolean anyDropped;

  NetflixVegas(RandomGenerator random) {
    this.random = random;
    jitter = 0.5 + 0.5 * random.nextDouble();
  }

  @Override
  public long limit() {
    return (long) limit;
  }

  @Override
  public void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos) {
    sum += nowNanos - startedNanos;
    count++;
    mostInFlight = Math.max(mostInFlight, inFlight);
    anyDropped |= dropped;
    if (nowNanos - windowNanos >= WINDOW_NANOS && count >= MIN_SAMPLES) {
      update(sum / count, mostInFlight, anyDropped);
      windowNanos = nowNanos;
      sum = 0;
      count = 0;
      mostInFlight = 0;
      anyDropped = false;
    }
  }

  private void update(double nanos, long inFlight, boolean dropped) {
    samples++;
    if (jitter * PROBE_MULTIPLIER * limit <= samples) {
      jitter = 0.5 + 0.5 * random.nextDouble();
      samples = 0;
      baseNanos = nanos;
      return;
    }
    if (baseNanos == 0 || nanos < baseNanos) {
      baseNanos = nanos;
      return;
    }
    double step = Math.max(1, Math.log10(limit));
    double queue = Math.ceil(limit * (1 - baseNanos / nanos));
    double next = limit;
    if (dropped) {
      next = limit - step;
    } else if (inFlight * 2.0 < limit) {
      return;
    } else if (queue <= step) {
      next = limit + 6 * step;
    } else if (queue < 3 * step) {
      next = limit + step;
    } else if (queue > 6 * step) {
      next = limit - step;
    }
    limit = Math.max(1, Math.min(1000, next));
  }
}
