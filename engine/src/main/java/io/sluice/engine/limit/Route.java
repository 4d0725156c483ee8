package io.sluice.engine.limit;

import io.sluice.engine.model.Demand;
import io.sluice.engine.stats.ResourceCounters;
import java.util.List;

/** What one resource name leads to: the limits whose glob matches it, and its counters. */
public final class Route {
  private final List<ActiveLimit> limits;
  private final ResourceCounters counters;

  Route(List<ActiveLimit> limits, ResourceCounters counters) {
    this.limits = limits;
    this.counters = counters;
  }

  /** Returns the limits whose glob matches, in the order in which they are checked. */
  public List<ActiveLimit> limits() {
    return limits;
  }

  /** Returns the counters of the resource. */
  public ResourceCounters counters() {
    return counters;
  }

  /** Returns whether one of {@link #limits} applies to a demand, its attributes considered. */
  public static boolean applies(ActiveLimit limit, Demand demand) {
    return limit.limit().match().attributesMatch(demand);
  }

  /** Returns the bucket of a limit that a demand falls into. */
  public static BucketKey key(ActiveLimit limit, Demand demand) {
    return BucketKey.of(limit.limit().key(), demand);
  }
}
