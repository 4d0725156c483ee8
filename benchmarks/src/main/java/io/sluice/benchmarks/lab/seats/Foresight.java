package io.sluice.benchmarks.lab.seats;

/**
 * A limit fixed by somebody who knows the service and when it becomes another.
 *
 * @param before the limit until then
 * @param after the limit from then on
 * @param whenNanos when that is
 */
final class Foresight implements Limiter {
  private final long before;
  private final long after;
  private final long whenNanos;
  private boolean over;

  Foresight(long before, long after, long whenNanos) {
    this.before = before;
    this.after = after;
    this.whenNanos = whenNanos;
  }

  @Override
  public long limit() {
    return over ? after : before;
  }

  @Override
  public void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos) {
    // It knows already.
  }

  @Override
  public void advance(long nowNanos) {
    over = over || nowNanos >= whenNanos;
  }

  @Override
  public long nextNanos() {
    return over ? Long.MAX_VALUE : whenNanos;
  }
}
