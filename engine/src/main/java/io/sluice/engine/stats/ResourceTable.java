package io.sluice.engine.stats;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The counters of resource names: the first {@value #MAX_RESOURCES} names by first use have their
 * own, all others share one under {@code *}. Not thread-safe.
 */
public final class ResourceTable {
  private static final int MAX_RESOURCES = 1000;
  private static final String OTHERS = "*";

  private final Map<String, ResourceCounters> counters = new LinkedHashMap<>();
  private final SliceClock clock;

  /** Creates a table without names, which counts by this clock. */
  public ResourceTable(SliceClock clock) {
    this.clock = clock;
  }

  /** Returns the counters of a resource name. */
  public ResourceCounters counters(String resource) {
    String name =
        counters.size() < MAX_RESOURCES || counters.containsKey(resource) ? resource : OTHERS;
    return counters.computeIfAbsent(name, any -> new ResourceCounters(clock));
  }

  /** Returns how the work on all of them went in the last minute. */
  public Work work() {
    Work all = Work.NONE;
    for (ResourceCounters one : counters.values()) {
      all = all.plus(one.work());
    }
    return all;
  }

  /** Takes a snapshot of all, in the order of first use. */
  public List<Resource> snapshot() {
    return counters.entrySet().stream()
        .map(
            entry ->
                new Resource(entry.getValue().snapshot(entry.getKey()), entry.getValue().recent()))
        .toList();
  }

  /**
   * One resource at one moment.
   *
   * @param counts what it has counted since the start
   * @param recent the last minute
   */
  public record Resource(ResourceCounters.Counts counts, Recent recent) {}
}
