package io.sluice.server.config;

import io.sluice.engine.device.Device;
import java.util.List;

/** Where the devices of a pool are known from. */
public sealed interface InventorySource {
  /**
   * The devices that {@code nvidia-smi} reports.
   *
   * @param reserveMib memory of each device that is never granted, in MiB; still to be subtracted
   * @param pollNanos how long after one look the next begins
   */
  record NvidiaSmi(long reserveMib, long pollNanos) implements InventorySource {}

  /**
   * Devices that are listed in the configuration, or pretended.
   *
   * @param devices the devices; what is reserved has been subtracted from their memory
   */
  record Static(List<Device> devices) implements InventorySource {
    /** Copies the list. */
    public Static {
      devices = List.copyOf(devices);
    }
  }
}
