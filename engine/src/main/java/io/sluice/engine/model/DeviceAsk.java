package io.sluice.engine.model;

/**
 * GPU devices asked for together.
 *
 * @param count distinct devices, 1..64
 * @param memoryMib memory on each device, 0..16777216 MiB; 0 is a share without a claim on memory
 * @param exclusive nobody else may share the devices meanwhile
 */
public record DeviceAsk(int count, long memoryMib, boolean exclusive) {
  /** Most devices in one ask. */
  public static final int MAX_COUNT = 64;

  /** Most memory on one device, in MiB. */
  public static final long MAX_MEMORY_MIB = 1L << 24;

  /** Checks the bounds. */
  public DeviceAsk {
    Bounds.requireRange("devices.count", count, 1, MAX_COUNT);
    Bounds.requireRange("devices.memory_mib", memoryMib, 0, MAX_MEMORY_MIB);
  }

  /** Asks for one device, shared, with this much memory. */
  public static DeviceAsk ofMemory(long memoryMib) {
    return new DeviceAsk(1, memoryMib, false);
  }
}
