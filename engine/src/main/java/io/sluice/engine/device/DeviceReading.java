package io.sluice.engine.device;

import io.sluice.engine.model.Bounds;

/**
 * What was seen of one device at one moment.
 *
 * @param device its facts
 * @param usedMib memory in use by all processes, granted or not, 0..16777216 MiB; {@link #UNKNOWN}
 *     = not told, and then nothing is taken to be in use
 * @param utilizationPercent how busy it was, 0..100, for people; {@link #UNKNOWN} = not told
 */
public record DeviceReading(Device device, long usedMib, int utilizationPercent) {
  /** Not told. */
  public static final int UNKNOWN = -1;

  /** Checks the bounds. */
  public DeviceReading {
    Bounds.requireRange("device.used_mib", usedMib, UNKNOWN, 1L << 24);
    Bounds.requireRange("device.utilization_percent", utilizationPercent, UNKNOWN, 100);
  }

  /** A device of which only the facts are known. */
  public static DeviceReading of(Device device) {
    return new DeviceReading(device, UNKNOWN, UNKNOWN);
  }
}
