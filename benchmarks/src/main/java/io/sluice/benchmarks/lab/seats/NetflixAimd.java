package io.sluice.benchmarks.lab.seats;

/** Netflix's {@code AIMDLimit}: 20..200, ×0.9 on a drop or after 5 s, +1 when half used. */
final class NetflixAimd implements Limiter {
  private static final double TIMEOUT_NANOS = 5e9;

  private double limit = 20;

  @Override
  public long limit() {
    return (long) limit;
  }

  @Override
  public void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos) {
    if (dropped || nowNanos - startedNanos > TIMEOUT_NANOS) {
      limit = Math.floor(limit * 0.9);
    } else if (inFlight * 2.0 >= limit) {
      limit++;
    }
    limit = Math.min(200, Math.max(20, limit));
  }
}
