package io.sluice.engine.limit;

import io.sluice.engine.device.Device;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.SliceClock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits in force, and which of them a resource leads to.
 *
 * <p>The globs are tried once for each resource name, and the answer is kept. After {@value
 * #MAX_ROUTES} names all answers are forgotten: the names in use are soon back, at a cost that so
 * many new ones outweigh, and looking one up is no more than that. Not thread-safe.
 */
public final class LimitTable {
  /** Most limits in force at once. */
  public static final int MAX_LIMITS = 10_000;

  private static final int MAX_ROUTES = 10_000;

  private final Map<String, ActiveLimit> byName = new LinkedHashMap<>();
  private List<ActiveLimit> checkOrder = List.of();
  private final ResourceTable resources;
  private final SliceClock clock;
  private final Map<String, Route> routes = new HashMap<>();

  /** What was found last: a lease that ends is looked up more than once, by the same text. */
  private String lastResource = "";

  private @Nullable Route lastRoute;
  private long version;

  /**
   * Creates the table.
   *
   * @param clock by which limits count the last minute
   * @throws InvalidArgumentException if two limits have one name, or use one pool of devices
   */
  public LimitTable(List<Limit> limits, ResourceTable resources, SliceClock clock) {
    this.resources = resources;
    this.clock = clock;
    replace(limits);
  }

  /** Finds what a resource leads to. */
  @SuppressWarnings("ReferenceEquality") // one that is equal is only looked up
  public Route route(String resource) {
    Route last = lastRoute;
    if (last != null && resource == lastResource) {
      return last;
    }
    Route route = routes.get(resource);
    if (route == null) {
      if (routes.size() == MAX_ROUTES) {
        routes.clear();
      }
      route = new Route(matching(resource), resources.counters(resource));
      routes.put(resource, route);
    }
    lastResource = resource;
    lastRoute = route;
    return route;
  }

  int knownRoutes() {
    return routes.size();
  }

  /** Returns the limits whose glob matches a resource, in the order they are checked. */
  public List<ActiveLimit> matching(String resource) {
    return checkOrder.stream()
        .filter(active -> active.limit().match().resource().matches(resource))
        .toList();
  }

  /** Returns all limits, in the order of the configuration. */
  public List<ActiveLimit> all() {
    return List.copyOf(byName.values());
  }

  /** Returns all limits as they are configured now, in the order of the configuration. */
  public List<Limit> definitions() {
    return byName.values().stream().map(ActiveLimit::configured).toList();
  }

  /** Returns the limit of a name, or null. */
  public @Nullable ActiveLimit find(String name) {
    return byName.get(name);
  }

  /** Returns the limit of a name if it is on a pool of devices, or null. */
  public @Nullable ActiveLimit findPool(String name) {
    ActiveLimit active = byName.get(name);
    return active != null && active.limit().policy() instanceof Policy.Devices ? active : null;
  }

  /** Takes over which devices the pool of a limit has, and returns whether they are others. */
  public boolean replaceDevices(ActiveLimit pool, List<Device> devices) {
    Policy.Devices policy = (Policy.Devices) pool.limit().policy();
    if (policy.devices().equals(devices)) {
      return false;
    }
    pool.replace(pool.configured().withPolicy(policy.withDevices(devices)));
    return true;
  }

  /** Returns a number that changes whenever a demand may lead to another bucket than before. */
  public long version() {
    return version;
  }

  /**
   * Puts a whole new set of limits in the place of the present one. A limit that stays on its pool
   * keeps the devices of that pool, which are the inventory's.
   *
   * @return what is different for each limit, the deleted ones first; nothing for those that stay
   *     as they are
   * @throws InvalidArgumentException if there are too many, two have one name, or two use one pool
   *     of devices; nothing is changed then
   */
  public List<LimitChange> replace(List<Limit> limits) {
    check(limits);
    List<LimitChange> changes = new ArrayList<>();
    Map<String, ActiveLimit> old = new LinkedHashMap<>(byName);
    limits.forEach(limit -> old.remove(limit.name()));
    for (ActiveLimit deleted : old.values()) {
      deleted.retire();
      changes.add(new LimitChange(deleted, null, null));
    }
    old.putAll(byName);
    byName.clear();
    for (Limit limit : limits) {
      byName.put(limit.name(), become(limit, old.get(limit.name()), changes));
    }
    checkOrder = new ArrayList<>(byName.values());
    checkOrder.sort(Comparator.comparing(active -> active.limit().policy().kind()));
    for (int i = 0; i < checkOrder.size(); i++) {
      checkOrder.get(i).order(i);
    }
    if (changes.stream().anyMatch(LimitChange::reroutes)) {
      routes.clear();
      lastRoute = null;
      version++;
    }
    return changes;
  }

  private ActiveLimit become(Limit limit, @Nullable ActiveLimit old, List<LimitChange> changes) {
    if (old == null || !old.canBecome(limit)) {
      LimitCounters counters = old == null ? new LimitCounters(clock) : old.counters();
      ActiveLimit active = new ActiveLimit(limit, counters);
      if (old != null) {
        old.retire();
      }
      changes.add(new LimitChange(old, active, null));
      return active;
    }
    Limit before = old.configured();
    Limit after = limit;
    if (before.policy() instanceof Policy.Devices running
        && limit.policy() instanceof Policy.Devices wanted) {
      after = limit.withPolicy(wanted.withDevices(running.devices()));
    }
    if (!after.equals(before)) {
      old.replace(after);
      changes.add(new LimitChange(null, old, before));
    }
    return old;
  }

  private static void check(List<Limit> limits) {
    Bounds.requireRange("limits entries", limits.size(), 0, MAX_LIMITS);
    Map<String, Limit> names = new HashMap<>();
    Map<String, String> pools = new HashMap<>();
    for (Limit limit : limits) {
      if (names.put(limit.name(), limit) != null) {
        throw new InvalidArgumentException(
            "limits", "must have unique names but " + limit.name() + " is there twice");
      }
      if (limit.policy() instanceof Policy.Devices devices) {
        String other = pools.put(devices.pool(), limit.name());
        if (other != null) {
          throw new InvalidArgumentException(
              "limits",
              "must not share the pool "
                  + devices.pool()
                  + " but "
                  + other
                  + " and "
                  + limit.name()
                  + " do");
        }
      }
    }
  }
}
