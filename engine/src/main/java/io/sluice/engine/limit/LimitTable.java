package io.sluice.engine.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.engine.device.Device;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.stats.ResourceTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits in force, and which of them a resource leads to.
 *
 * <p>The globs are tried once for each resource name; the answer is kept for the names used most,
 * at most {@value #MAX_ROUTES} of them. Forgetting one costs time, never correctness. Not
 * thread-safe.
 */
public final class LimitTable {
  private static final int MAX_ROUTES = 10_000;

  private final Map<String, ActiveLimit> byName = new LinkedHashMap<>();
  private final List<ActiveLimit> checkOrder;
  private final ResourceTable resources;
  private final Cache<String, Route> routes =
      Caffeine.newBuilder().maximumSize(MAX_ROUTES).executor(Runnable::run).build();

  /**
   * Creates the table.
   *
   * @throws InvalidArgumentException if two limits have one name, or use one pool of devices
   */
  public LimitTable(List<Limit> limits, ResourceTable resources) {
    this.resources = resources;
    List<Limit> sorted = new ArrayList<>(limits);
    sorted.sort(Comparator.comparing(limit -> limit.policy().kind()));
    Map<String, ActiveLimit> active = new LinkedHashMap<>();
    Map<String, String> pools = new LinkedHashMap<>();
    for (Limit limit : sorted) {
      if (active.put(limit.name(), new ActiveLimit(limit, active.size())) != null) {
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
    checkOrder = List.copyOf(active.values());
    limits.forEach(limit -> byName.put(limit.name(), active.get(limit.name())));
  }

  /** Finds what a resource leads to. */
  public Route route(String resource) {
    Route route = routes.getIfPresent(resource);
    if (route == null) {
      route = new Route(matching(resource), resources.counters(resource));
      routes.put(resource, route);
    }
    return route;
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
    pool.replace(pool.limit().withPolicy(policy.withDevices(devices)));
    return true;
  }

  /**
   * Changes the policy of a limit to another of the same kind.
   *
   * @throws InvalidArgumentException if there is no such limit, or the kind or the devices differ
   */
  public ActiveLimit replacePolicy(String name, Policy policy) {
    ActiveLimit active = byName.get(name);
    if (active == null) {
      throw new InvalidArgumentException("limit", "must exist but was " + name);
    }
    Policy old = active.limit().policy();
    if (old.getClass() != policy.getClass()) {
      throw new InvalidArgumentException(
          "policy", "must stay of the kind " + old.kind() + " but was " + policy.kind());
    }
    if (old instanceof Policy.Devices before
        && policy instanceof Policy.Devices after
        && !before.devices().equals(after.devices())) {
      throw new InvalidArgumentException("devices", "must stay the same while the limit runs");
    }
    active.replace(active.configured().withPolicy(policy));
    return active;
  }
}
