package io.sluice.engine.store.memory;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DevicePool;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.DeviceAsk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The devices that a line of nested leases holds, to be worked on by one more lease. Nothing is
 * used up: all of them are parts of one piece of work, which shares out among them what it holds.
 */
final class Borrowing {
  private final Map<Device, Part> parts = new LinkedHashMap<>();

  /** What the leases have of a device together. */
  private record Part(long memoryMib, boolean exclusive) {
    Part plus(Part other) {
      return new Part(memoryMib + other.memoryMib, exclusive || other.exclusive);
    }
  }

  Borrowing(List<DevicePool.Holding> held) {
    for (DevicePool.Holding holding : held) {
      Part part = new Part(holding.memoryMib(), holding.isExclusive());
      parts.merge(holding.device(), part, Part::plus);
    }
  }

  /** Adds the devices that an ask borrows, the first that fit; false if there are too few. */
  boolean borrow(DeviceAsk ask, String resource, List<Allotment> borrowed) {
    List<Map.Entry<Device, Part>> fitting =
        parts.entrySet().stream()
            .filter(entry -> fits(ask, entry.getValue()))
            .limit(ask.count())
            .toList();
    if (fitting.size() < ask.count()) {
      return false;
    }
    for (Map.Entry<Device, Part> entry : fitting) {
      Device device = entry.getKey();
      long memoryMib = ask.exclusive() ? entry.getValue().memoryMib() : ask.memoryMib();
      borrowed.add(new Allotment(resource, device.uuid(), device.index(), memoryMib));
    }
    return true;
  }

  private static boolean fits(DeviceAsk ask, Part part) {
    return ask.memoryMib() <= part.memoryMib() && (part.exclusive() || !ask.exclusive());
  }
}
