package io.sluice.engine.limit;

import io.sluice.engine.stats.LimitCounters;

/** A limit in force: its policy, which may be changed while it runs, and what it has counted. */
public final class ActiveLimit {
  private final int order;
  private final LimitCounters counters = new LimitCounters();
  private Limit configured;
  private Limit limit;

  ActiveLimit(Limit configured, int order) {
    this.configured = configured;
    this.limit = configured.effective();
    this.order = order;
  }

  /** Returns the limit as it was configured, before its headroom. */
  public Limit configured() {
    return configured;
  }

  /** Returns the limit as it is enforced now. */
  public Limit limit() {
    return limit;
  }

  /** Returns its unique name. */
  public String name() {
    return limit.name();
  }

  /** Returns its place in the order in which limits are checked. */
  public int order() {
    return order;
  }

  /** Returns what it has counted. */
  public LimitCounters counters() {
    return counters;
  }

  void replace(Limit newLimit) {
    configured = newLimit;
    limit = newLimit.effective();
  }
}
