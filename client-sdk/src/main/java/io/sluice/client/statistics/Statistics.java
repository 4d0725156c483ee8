package io.sluice.client.statistics;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the server counts, at one moment. Counters begin at 0 with the server and never
 * fall.
 *
 * @param limits in the order of the configuration
 * @param resources by first use, the first 1000; others are counted under {@code *}
 * @param process the server itself
 * @param alerts those that are active, in the order in which they fired
 * @param takenAt when, by the server's clock
 */
public record Statistics(
    List<LimitStatistics> limits,
    List<ResourceStatistics> resources,
    ProcessStatistics process,
    List<ActiveAlert> alerts,
    Instant takenAt) {

  /**
   * Copies the lists.
   *
   * @param limits copied
   * @param resources copied
   * @param process the server itself
   * @param alerts copied
   * @param takenAt when
   */
  public Statistics {
    limits = List.copyOf(limits);
    resources = List.copyOf(resources);
    alerts = List.copyOf(alerts);
  }

  /**
   * Those of one limit.
   *
   * @param name of the limit
   * @return empty if there is none of the name
   */
  public Optional<LimitStatistics> limit(String name) {
    return limits.stream().filter(limit -> limit.limit().equals(name)).findFirst();
  }

  /**
   * Those of one resource.
   *
   * @param name of the resource
   * @return empty if nobody asked for it, or more than 1000 others were asked for before
   */
  public Optional<ResourceStatistics> resource(String name) {
    return resources.stream().filter(resource -> resource.resource().equals(name)).findFirst();
  }
}
