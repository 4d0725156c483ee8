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

  /** Returns the counters of a resource name. */
  public ResourceCounters counters(String resource) {
    String name =
        counters.size() < MAX_RESOURCES || counters.containsKey(resource) ? resource : OTHERS;
    return counters.computeIfAbsent(name, any -> new ResourceCounters());
  }

  /** Takes a snapshot of all, in the order of first use. */
  public List<ResourceCounters.Counts> snapshot() {
    return counters.entrySet().stream()
        .map(entry -> entry.getValue().snapshot(entry.getKey()))
        .toList();
  }
}
