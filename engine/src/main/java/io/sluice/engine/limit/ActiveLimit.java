package io.sluice.engine.limit;

import io.sluice.engine.stats.LimitCounters;

/**
 * One generation of a limit in force. Its numbers, match and queue rules may change while it runs;
 * another kind, key or pool makes other buckets of it, and so begins a new generation, which goes
 * on with the counters of the one before.
 */
public final class ActiveLimit {
  private final LimitCounters counters;
  private Limit configured;
  private Limit limit;
  private int order;
  private boolean retired;

  ActiveLimit(Limit configured, LimitCounters counters) {
    this.configured = configured;
    this.limit = configured.effective();
    this.counters = counters;
  }

  /** Returns the limit as it was configured, before its headroom. */
  public Limit configured() {
    return configured;
  }

  /** Returns the limit as it is enforced now. */
  public Limit limit() {
    return limit;
  }

  /** Returns its name, unique among the limits in force. */
  public String name() {
    return limit.name();
  }

  /** Returns its place in the order in which limits are checked. */
  public int order() {
    return order;
  }

  /** Returns what the limit has counted, in all its generations. */
  public LimitCounters counters() {
    return counters;
  }

  /** Returns whether it is no longer in force: it takes no new charges, and may still be held. */
  public boolean isRetired() {
    return retired;
  }

  /** Returns whether this generation can go on as another definition says. */
  boolean canBecome(Limit other) {
    if (!limit.key().equals(other.key())
        || limit.policy().getClass() != other.policy().getClass()) {
      return false;
    }
    return !(limit.policy() instanceof Policy.Devices mine
            && other.policy() instanceof Policy.Devices theirs)
        || mine.pool().equals(theirs.pool());
  }

  void replace(Limit newLimit) {
    configured = newLimit;
    limit = newLimit.effective();
  }

  void order(int newOrder) {
    order = newOrder;
  }

  void retire() {
    retired = true;
  }
}
