package io.sluice.engine.device;

import io.sluice.engine.model.Bounds;

/**
 * One GPU.
 *
 * @param uuid its stable name
 * @param index its index on the host, from 0
 * @param model its model, for people
 * @param memoryMib memory that may be granted: total less what is reserved; 0..16777216
 */
public record Device(String uuid, int index, String model, long memoryMib) {
  /** Checks the bounds. */
  public Device {
    Bounds.requireText("device.uuid", uuid, 1, Bounds.MAX_ID_BYTES);
    Bounds.requireRange("device.index", index, 0, 1023);
    Bounds.requireText("device.model", model, 0, Bounds.MAX_ID_BYTES);
    Bounds.requireRange("device.memory_mib", memoryMib, 0, 1L << 24);
  }
}
