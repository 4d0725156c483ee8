package io.sluice.benchmarks.lab.seats;

/**
 * Netflix's {@code Gradient2Limit}: 20..200, queue 4, smoothing 0.2, long window 600, tolerance
 * 1.5, in windows of a second and of 10 samples at least.
 */
final class NetflixGradient2 implements Limiter {
  private static final double WINDOW_NANOS = 1e9;
  private static final int MIN_SAMPLES = 10;
  private static final int WARM_UP = 10;

  private double limit = 20;
  private double longNanos;
  private double longSum;
  private int longCount;
  private long windowNanos;
  private double sum;
  private long count;
  private long mostInFlight;

  @Override
  public long limit() {
    return (long) limit;
  }

  @Override
  public void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos) {
    sum += nowNanos - startedNanos;
    count++;
    mostInFlight = Math.max(mostInFlight, inFlight);
    if (nowNanos - windowNanos >= WINDOW_NANOS && count >= MIN_SAMPLES) {
      update(sum / count);
      windowNanos = nowNanos;
      sum = 0;
      count = 0;
      mostInFlight = 0;
    }
  }

  private void update(double shortNanos) {
    if (longCount < WARM_UP) {
      longSum += shortNanos;
      longNanos = longSum / ++longCount;
    } else {
      longNanos += (shortNanos - longNanos) * 2 / 601;
    }
    if (longNanos / shortNanos > 2) {
      longNanos *= 0.95;
    }
    if (mostInFlight < limit / 2) {
      return;
    }
    double gradient = Math.max(0.5, Math.min(1, 1.5 * longNanos / shortNanos));
    double next = limit * gradient + 4;
    limit = Math.max(20, Math.min(200, limit * 0.8 + next * 0.2));
  }
}
