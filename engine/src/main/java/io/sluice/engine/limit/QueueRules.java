package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;
import java.util.concurrent.TimeUnit;

/**
 * How acquires wait for a limit.
 *
 * @param max waiters that it bears at once, over all its buckets, 0..1000000; 0 = nobody waits
 * @param mode what is done about a queue that does not empty
 * @param fairness between whom what there is is shared
 * @param agingNanos how much longer a waiter has to have waited to go before one of the next better
 *     band, 1 ms..24 h
 * @param maxBypasses how many may go before a waiter that does not fit, where they do not delay it,
 *     0..1000
 */
public record QueueRules(
    int max, QueueMode mode, Fairness fairness, long agingNanos, int maxBypasses) {
  /** 1000 waiters in the order of their arrival, clients in turn, 5 s for a band. */
  public static final QueueRules DEFAULT =
      new QueueRules(1000, QueueMode.BATCH, Fairness.BY_CLIENT, TimeUnit.SECONDS.toNanos(5), 16);

  /** Checks the bounds. */
  public QueueRules {
    Bounds.requireRange("queue.max", max, 0, 1_000_000);
    Bounds.requireRange("queue.aging nanoseconds", agingNanos, 1_000_000, Bounds.MAX_TTL_NANOS);
    Bounds.requireRange("queue.max_bypasses", maxBypasses, 0, 1000);
  }

  /** The same rules with another bound. */
  public QueueRules withMax(int newMax) {
    return new QueueRules(newMax, mode, fairness, agingNanos, maxBypasses);
  }

  /** The same rules in another mode. */
  public QueueRules withMode(QueueMode newMode) {
    return new QueueRules(max, newMode, fairness, agingNanos, maxBypasses);
  }

  /** The same rules with another sharing. */
  public QueueRules withFairness(Fairness newFairness) {
    return new QueueRules(max, mode, newFairness, agingNanos, maxBypasses);
  }

  /** The same rules with another time for a band. */
  public QueueRules withAgingNanos(long newAgingNanos) {
    return new QueueRules(max, mode, fairness, newAgingNanos, maxBypasses);
  }

  /** The same rules with another bound on bypasses. */
  public QueueRules withMaxBypasses(int newMaxBypasses) {
    return new QueueRules(max, mode, fairness, agingNanos, newMaxBypasses);
  }
}
