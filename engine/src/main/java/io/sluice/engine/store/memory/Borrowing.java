package io.sluice.engine.store.memory;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.Holding;
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
  private record Part(long memoryMib, int computePercent, boolean exclusive) {
    Part plus(Part other) {
      return new Part(
          memoryMib + other.memoryMib,
          computePercent + other.computePercent,
          exclusive || other.exclusive);
    }
  }

  Borrowing(List<Holding> held) {
    for (Holding holding : held) {
      Part part = new Part(holding.memoryMib(), holding.computePercent(), holding.isExclusive());
      parts.merge(holding.device(), part, Part::plus);
    }
  }

  /** Adds the devices that an ask borrows, the first that fit; false if there are too few. */
  boolean borrow(DeviceAsk ask, String resource, List<Allotment> borrowed) {
    List<Map.Entry<Device, Part>> fitting =
        parts.entrySet().stream()
            .filter(entry -> fits(ask, entry.getKey(), entry.getValue()))
            .limit(ask.distinctDevices())
            .toList();
    if (fitting.size() < ask.distinctDevices()) {
      return false;
    }
    for (Map.Entry<Device, Part> entry : fitting) {
      Device device = entry.getKey();
      Part part = entry.getValue();
      borrowed.add(
          new Allotment(
              resource,
              device.uuid(),
              device.index(),
              ask.exclusive() ? part.memoryMib() : ask.memoryMibPerDevice(),
              ask.exclusive() ? part.computePercent() : ask.computePercentPerDevice()));
    }
    return true;
  }

  private static boolean fits(DeviceAsk ask, Device device, Part part) {
    return device.mismatch(ask.selector()) == null
        && ask.memoryMibPerDevice() <= part.memoryMib()
        && ask.computePercentPerDevice() <= part.computePercent()
        && (part.exclusive() || !ask.exclusive());
  }
}
