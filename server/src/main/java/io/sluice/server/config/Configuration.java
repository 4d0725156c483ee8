package io.sluice.server.config;

import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.device.Device;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.store.memory.MemorySettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A valid configuration. Immutable.
 *
 * @param server the server around the engine
 * @param engine the engine
 * @param memory the memory store; fences from 1
 * @param state where state is kept beyond the process
 * @param statistics what is told of what was counted
 * @param devices where the devices of each pool are known from, in the order written
 * @param declaredLimits the limits, in the order written; those on a pool still without devices
 * @param effective every value in force with its source, by path, in the order of the reference
 */
public record Configuration(
    ServerSettings server,
    EngineSettings engine,
    MemorySettings memory,
    StateSettings state,
    StatisticsSettings statistics,
    Map<String, InventorySource> devices,
    List<Limit> declaredLimits,
    Map<String, Setting> effective) {
  /** Copies what could change. */
  public Configuration {
    devices = Collections.unmodifiableMap(new LinkedHashMap<>(devices));
    declaredLimits = List.copyOf(declaredLimits);
    effective = Collections.unmodifiableMap(new LinkedHashMap<>(effective));
  }

  /**
   * Returns the limits, those on a pool with its devices.
   *
   * @param inventories the devices of the pools by name; a pool that is not there has none
   * @throws io.sluice.engine.model.InvalidArgumentException if a pool has more than 1024 devices
   */
  public List<Limit> limits(Map<String, List<Device>> inventories) {
    return declaredLimits.stream().map(limit -> withDevices(limit, inventories)).toList();
  }

  private static Limit withDevices(Limit limit, Map<String, List<Device>> inventories) {
    if (!(limit.policy() instanceof Policy.Devices policy)) {
      return limit;
    }
    List<Device> devices = inventories.getOrDefault(policy.pool(), List.of());
    return limit.withPolicy(policy.withDevices(devices));
  }
}
