package io.sluice.engine.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * GPU devices asked for together: {@code count} shares, each on a device of its own unless {@code
 * sameDevice} says otherwise.
 *
 * @param count shares, 1..64
 * @param memoryMib memory of each share, 0..16777216 MiB; 0 is a share without a claim on memory
 * @param computePercent compute of each share, in percent of the device, 0..100; 0 is a share
 *     without a claim on compute
 * @param exclusive nobody else may share the devices meanwhile
 * @param sameDevice all shares on one device: count times the memory, the compute and the share
 *     slots; else each on another device
 * @param selector attributes that a device must have, with these values; at most 32; empty = any
 *     device
 */
public record DeviceAsk(
    int count,
    long memoryMib,
    int computePercent,
    boolean exclusive,
    boolean sameDevice,
    Map<String, String> selector) {
  /** Most shares in one ask. */
  public static final int MAX_COUNT = 64;

  /** Most memory of one share, in MiB. */
  public static final long MAX_MEMORY_MIB = 1L << 24;

  /** All the compute of a device. */
  public static final int WHOLE_PERCENT = 100;

  /** Checks the bounds. */
  public DeviceAsk {
    Bounds.requireRange("devices.count", count, 1, MAX_COUNT);
    Bounds.requireRange("devices.memory_mib", memoryMib, 0, MAX_MEMORY_MIB);
    Bounds.requireRange("devices.compute_percent", computePercent, 0, WHOLE_PERCENT);
    // Sorted, so that the first attribute that differs is the same one in every run.
    selector =
        Collections.unmodifiableMap(
            new TreeMap<>(Bounds.requireMap("devices.selector", selector, Bounds.MAX_ATTRIBUTES)));
  }

  /** Asks for shares of any devices, without a claim on compute. */
  public DeviceAsk(int count, long memoryMib, boolean exclusive) {
    this(count, memoryMib, 0, exclusive, false, Map.of());
  }

  /** Asks for one device, shared, with this much memory. */
  public static DeviceAsk ofMemory(long memoryMib) {
    return new DeviceAsk(1, memoryMib, false);
  }

  /** The same ask with another claim on memory. */
  public DeviceAsk withMemoryMib(long newMemoryMib) {
    return new DeviceAsk(count, newMemoryMib, computePercent, exclusive, sameDevice, selector);
  }

  /** The same ask with a claim on compute. */
  public DeviceAsk withComputePercent(int percent) {
    return new DeviceAsk(count, memoryMib, percent, exclusive, sameDevice, selector);
  }

  /** The same ask with all shares on one device. */
  public DeviceAsk onSameDevice() {
    return new DeviceAsk(count, memoryMib, computePercent, exclusive, true, selector);
  }

  /** The same ask for devices with these attributes only. */
  public DeviceAsk withSelector(Map<String, String> newSelector) {
    return new DeviceAsk(count, memoryMib, computePercent, exclusive, sameDevice, newSelector);
  }

  /** Returns how many distinct devices it needs. */
  public int distinctDevices() {
    return sameDevice ? 1 : count;
  }

  /** Returns the share slots that it needs on each of its devices. */
  public int sharesPerDevice() {
    return sameDevice ? count : 1;
  }

  /** Returns the memory that it needs on each of its devices, in MiB. */
  public long memoryMibPerDevice() {
    return memoryMib * sharesPerDevice();
  }

  /** Returns the compute that it needs on each of its devices, in percent; may exceed 100. */
  public int computePercentPerDevice() {
    return computePercent * sharesPerDevice();
  }
}
