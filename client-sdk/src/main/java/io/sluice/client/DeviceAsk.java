package io.sluice.client;

/**
 * GPU devices asked for together. Immutable.
 *
 * <pre>{@code
 * DeviceAsk.memoryMib(8192).count(2).exclusive()
 * }</pre>
 *
 * @param count how many distinct devices, 1..64
 * @param memoryMib memory on each of them in MiB, 0..16777216; zero = a share of the device without
 *     a claim on its memory
 * @param isExclusive whether nobody else may share the devices while the lease is held
 */
public record DeviceAsk(int count, long memoryMib, boolean isExclusive) {

  /**
   * Checks the bounds.
   *
   * @param count how many devices
   * @param memoryMib memory on each
   * @param isExclusive whether unshared
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public DeviceAsk {
    Bounds.inRange("count", count, 1, 64);
    Bounds.inRange("memoryMib", memoryMib, 0, 16_777_216);
  }

  /**
   * One shared device with so much memory.
   *
   * @param memoryMib in MiB, 0..16777216
   * @return the ask
   * @throws IllegalArgumentException if the memory is outside its bounds
   */
  public static DeviceAsk memoryMib(long memoryMib) {
    return new DeviceAsk(1, memoryMib, false);
  }

  /**
   * The same on another number of devices.
   *
   * @param count 1..64
   * @return a new ask
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public DeviceAsk count(int count) {
    return new DeviceAsk(count, memoryMib, isExclusive);
  }

  /**
   * The same with the devices to itself.
   *
   * @return a new ask
   */
  public DeviceAsk exclusive() {
    return new DeviceAsk(count, memoryMib, true);
  }
}
