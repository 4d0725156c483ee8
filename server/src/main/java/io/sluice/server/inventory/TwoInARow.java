package io.sluice.server.inventory;

import io.sluice.engine.device.DeviceReading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Believes that a device is gone when two readings in a row lack it, because a grant is revoked for
 * that. In the first it stays as it was seen last. Not thread-safe.
 */
final class TwoInARow {
  private final Map<String, DeviceReading> present = new LinkedHashMap<>();
  private final Set<String> missedOnce = new LinkedHashSet<>();

  /** Starts with the devices that are known. */
  TwoInARow(List<DeviceReading> known) {
    known.forEach(reading -> present.put(reading.device().uuid(), reading));
  }

  /** Returns the devices to believe in after one more reading. */
  List<DeviceReading> after(List<DeviceReading> reading) {
    Map<String, DeviceReading> seen = new LinkedHashMap<>();
    reading.forEach(device -> seen.put(device.device().uuid(), device));
    missedOnce.removeAll(seen.keySet());
    for (String uuid : List.copyOf(present.keySet())) {
      if (!seen.containsKey(uuid) && !missedOnce.add(uuid)) {
        missedOnce.remove(uuid);
        present.remove(uuid);
      }
    }
    present.putAll(seen);
    return new ArrayList<>(present.values());
  }
}
