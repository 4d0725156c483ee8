package io.sluice.server.config;

import io.sluice.engine.device.Device;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the pools of devices. */
final class DevicesReader {
  private final Map<String, InventorySource> pools = new LinkedHashMap<>();
  private final Map<String, String> pathByUuid = new HashMap<>();
  private @Nullable String discoveredPool;

  /** Reads all pools, in the order written. */
  Map<String, InventorySource> read(Section devices) {
    for (String pool : devices.names()) {
      Section section = devices.section(pool);
      try {
        Keys.POOL.type().read(new Tree.Scalar(Source.DEFAULT, pool, false));
      } catch (InvalidValue e) {
        section.problem("has a name that " + e.problem());
      }
      pools.put(pool, inventory(pool, section));
    }
    return pools;
  }

  private InventorySource inventory(String name, Section pool) {
    Tree.Sequence listed = pool.list(Keys.INVENTORY);
    InventorySource source =
        listed == null
            ? pool.get(Keys.INVENTORY)
            : new InventorySource.Static(listed(pool, listed.items()));
    long reserveMib = pool.get(Keys.RESERVE_MIB);
    if (source instanceof InventorySource.Static known) {
      if (pool.has(Keys.POLL.name())) {
        pool.problem(Keys.POLL.name(), "must not be there with an inventory that is not polled");
      }
      return new InventorySource.Static(reserved(pool, known.devices(), reserveMib));
    }
    if (discoveredPool != null) {
      pool.problem(
          Keys.INVENTORY.name(),
          "must be nvidia-smi for one pool only but pool " + discoveredPool + " has it already");
    }
    discoveredPool = name;
    return new InventorySource.NvidiaSmi(reserveMib, pool.get(Keys.POLL));
  }

  private List<Device> listed(Section pool, List<Tree> items) {
    List<Device> devices = new ArrayList<>();
    if (items.size() > InventoryText.MAX_DEVICES) {
      pool.problem(
          Keys.INVENTORY.name(),
          "must have at most " + InventoryText.MAX_DEVICES + " devices but had " + items.size());
      return devices;
    }
    Map<Integer, String> uuidByIndex = new HashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Device device = device(pool.item(Keys.INVENTORY, i, items.get(i)), i);
      if (device != null) {
        refuseTwins(pool.item(Keys.INVENTORY, i, items.get(i)), device, uuidByIndex);
        devices.add(device);
      }
    }
    return devices;
  }

  private static @Nullable Device device(Section section, int place) {
    int problemsBefore = section.problemCount();
    String uuid = section.get(Keys.UUID);
    int index = section.get(Keys.INDEX, Math.min(place, 1023), String.valueOf(place));
    String model = section.get(Keys.MODEL);
    long memoryMib = section.get(Keys.MEMORY_MIB);
    Map<String, String> labels = section.get(Keys.LABELS);
    if (section.problemCount() > problemsBefore) {
      return null;
    }
    try {
      return new Device(uuid, index, model, memoryMib, labels);
    } catch (InvalidArgumentException e) {
      section.problem(Keys.LABELS.name(), Text.withoutField(e));
      return null;
    }
  }

  private void refuseTwins(Section section, Device device, Map<Integer, String> uuidByIndex) {
    String path = pathByUuid.putIfAbsent(device.uuid(), section.path());
    if (path != null) {
      section.problem(Keys.UUID.name(), "must be unique but is that of " + path + " too");
    }
    String uuid = uuidByIndex.putIfAbsent(device.index(), device.uuid());
    if (uuid != null) {
      section.problem(
          Keys.INDEX.name(), "must be unique in its pool but is that of " + uuid + " too");
    }
  }

  private static List<Device> reserved(Section pool, List<Device> devices, long reserveMib) {
    List<Device> left = new ArrayList<>();
    for (Device device : devices) {
      if (reserveMib > device.memoryMib()) {
        pool.problem(
            Keys.RESERVE_MIB.name(),
            "must be at most the memory of each device but "
                + device.uuid()
                + " has "
                + device.memoryMib()
                + " MiB");
        return left;
      }
      left.add(device.withMemoryMib(device.memoryMib() - reserveMib));
    }
    return left;
  }
}
