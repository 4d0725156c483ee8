package io.sluice.engine.admission;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.stats.Recent;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.TopKeys;
import io.sluice.engine.store.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is counted, at one moment: of a limit that is held, what is used is what live
 * leases hold and what is left is the rest.
 *
 * @param limits one for each limit, in the order of the configuration
 * @param resources one for each resource name, in the order of first use
 * @param topDenied the keys that were denied most often, the most often first
 * @param leases live leases
 * @param waiting acquires that wait
 */
public record Snapshot(
    List<ByLimit> limits,
    List<ResourceTable.Resource> resources,
    List<TopKeys.Denied> topDenied,
    long leases,
    long waiting) {
  /**
   * One limit.
   *
   * @param limit as it is now
   * @param usage what is taken of it
   * @param counts what it has counted since the start
   * @param recent the last minute
   * @param adaptive where it stands if it is adaptive; else null
   * @param breaker where its breaker stands; null = it has none
   */
  public record ByLimit(
      Limit limit,
      Usage usage,
      LimitCounters.Counts counts,
      Recent recent,
      @Nullable AdaptiveState adaptive,
      @Nullable BreakerState breaker) {
    /** Returns the share of what all its buckets hold that is used, 0..; 0 = it has none. */
    public double utilization() {
      long whole = usage.used() + usage.available();
      return whole <= 0 ? 0 : Math.max(0, (double) usage.used() / whole);
    }

    /** Returns the most that was used in one bucket in the last minute. */
    public long recentUsedHighWater() {
      boolean isHeld = limit.policy().terms() != null && usage.buckets() == 1;
      return Math.max(counts.recentUsedHighWater(), isHeld ? usage.used() : 0);
    }
  }
}
