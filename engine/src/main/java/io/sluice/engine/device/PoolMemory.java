package io.sluice.engine.device;

import java.util.List;

/**
 * How fragmented the free memory of a pool is. Memory is a vector: what is free on two devices is
 * no use to an ask that needs it on one.
 *
 * @param grantableMib memory that asks could get, over all devices
 * @param largestMib the most of it on one device
 * @param strandedMib memory that is free on devices that take no more asks: cordoned, held
 *     exclusively, or out of share slots
 */
public record PoolMemory(long grantableMib, long largestMib, long strandedMib) {
  /** Sums the devices of a pool up. */
  public static PoolMemory of(List<DeviceUsage> devices) {
    long grantable = 0;
    long largest = 0;
    long stranded = 0;
    for (DeviceUsage usage : devices) {
      grantable += usage.grantableMib();
      largest = Math.max(largest, usage.grantableMib());
      stranded += usage.strandedMib();
    }
    return new PoolMemory(grantable, largest, stranded);
  }

  /** Returns how much of what asks could get is not on the device that has the most, in percent. */
  public int fragmentationPercent() {
    return grantableMib == 0 ? 0 : (int) (100 - 100 * largestMib / grantableMib);
  }
}
