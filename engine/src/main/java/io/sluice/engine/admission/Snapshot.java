package io.sluice.engine.admission;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.stats.ResourceCounters;
import io.sluice.engine.store.Usage;
import java.util.List;

/**
 * Everything that is counted, at one moment.
 *
 * @param limits one for each limit, in the order of the configuration
 * @param resources one for each resource name, in the order of first use
 * @param leases live leases
 * @param waiting acquires that wait
 */
public record Snapshot(
    List<ByLimit> limits, List<ResourceCounters.Counts> resources, long leases, long waiting) {
  /**
   * One limit.
   *
   * @param limit as it is now
   * @param usage what is taken of it
   * @param counts what it has counted
   */
  public record ByLimit(Limit limit, Usage usage, LimitCounters.Counts counts) {}
}
