package io.sluice.engine.limit;

import io.sluice.engine.stats.LimitCounters;

/** A limit in force: its policy, which may be changed while it runs, and what it has counted. */
public final class ActiveLimit {
  private final int order;
  private final LimitCounters counters = new LimitCounters();
  private Limit limit;

  ActiveLimit(Limit limit, int order) {
    this.limit = limit;
    this.order = order;
  }

  /** Returns the limit as it is now. */
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
    limit = newLimit;
  }
}
