package io.sluice.engine.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pauses in force, one for each pattern, at most {@value #MAX_PAUSES}. Where several match a
 * resource, one that denies counts before one that lets wait, then the older. The globs are tried
 * once for each resource name, as for limits. Not thread-safe.
 */
public final class PauseTable {
  /** Most pauses in force at once. */
  public static final int MAX_PAUSES = 1000;

  private static final int MAX_ROUTES = 10_000;

  private final Map<ResourcePattern, Pause> pauses = new LinkedHashMap<>();
  private final Cache<String, Optional<Pause>> byResource =
      Caffeine.newBuilder().maximumSize(MAX_ROUTES).executor(Runnable::run).build();

  /** Creates a table in which nothing is paused. */
  public PauseTable() {}

  /**
   * Adds a pause, or puts it in the place of the one of the same pattern.
   *
   * @throws InvalidArgumentException if there are as many as there may be; nothing is changed then
   */
  public void put(Pause pause) {
    if (pauses.size() >= MAX_PAUSES && !pauses.containsKey(pause.resource())) {
      throw new InvalidArgumentException(
          "resource", "must be one of at most " + MAX_PAUSES + " pauses but there are so many");
    }
    pauses.put(pause.resource(), pause);
    byResource.invalidateAll();
  }

  /** Ends the pause of exactly this pattern, and returns whether there was one. */
  public boolean remove(ResourcePattern resource) {
    boolean was = pauses.remove(resource) != null;
    byResource.invalidateAll();
    return was;
  }

  /** Returns the pauses in force, in the order in which they began. */
  public List<Pause> all() {
    return List.copyOf(pauses.values());
  }

  /** Returns the pause that an acquire falls under, and by which resource; null if none. */
  public @Nullable Paused of(Acquire acquire) {
    if (pauses.isEmpty()) {
      return null;
    }
    Paused first = null;
    for (Demand demand : acquire.demands()) {
      Pause pause = of(demand.resource()).orElse(null);
      if (pause != null && (first == null || (pause.deny() && !first.pause().deny()))) {
        first = new Paused(demand.resource(), pause);
      }
    }
    return first;
  }

  private Optional<Pause> of(String resource) {
    Optional<Pause> known = byResource.getIfPresent(resource);
    if (known == null) {
      known = find(resource);
      byResource.put(resource, known);
    }
    return known;
  }

  private Optional<Pause> find(String resource) {
    Pause first = null;
    for (Pause pause : pauses.values()) {
      if (pause.resource().matches(resource)) {
        if (pause.deny()) {
          return Optional.of(pause);
        }
        first = first == null ? pause : first;
      }
    }
    return Optional.ofNullable(first);
  }

  /**
   * A resource that is asked for and paused.
   *
   * @param resource the resource
   * @param pause its pause
   */
  public record Paused(String resource, Pause pause) {}
}
