package io.sluice.client;

import java.util.HashMap;
import java.util.Map;

/**
 * GPU devices asked for together. Immutable.
 *
 * <pre>{@code
 * DeviceAsk.memoryMib(8192).count(2).exclusive()
 * }</pre>
 *
 * @param count how many shares, 1..64, each on a device of its own unless all are on the same one
 * @param memoryMib memory of each share in MiB, 0..16777216; zero = a share of the device without a
 *     claim on its memory
 * @param computePercent compute of each share in percent of its device, 0..100; zero = no claim on
 *     compute
 * @param isExclusive whether nobody else may share the devices while the lease is held
 * @param isSameDevice whether all shares are on one device
 * @param selector attributes that the devices must have, with these values; at most 32
 */
public record DeviceAsk(
    int count,
    long memoryMib,
    int computePercent,
    boolean isExclusive,
    boolean isSameDevice,
    Map<String, String> selector) {

  /**
   * Checks the bounds.
   *
   * @param count how many shares
   * @param memoryMib memory of each
   * @param computePercent compute of each
   * @param isExclusive whether unshared
   * @param isSameDevice whether all on one device
   * @param selector copied
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public DeviceAsk {
    Bounds.inRange("count", count, 1, 64);
    Bounds.inRange("memoryMib", memoryMib, 0, 16_777_216);
    Bounds.inRange("computePercent", computePercent, 0, 100);
    selector = Bounds.texts("selector", selector, 32);
  }

  /**
   * One shared device with so much memory.
   *
   * @param memoryMib in MiB, 0..16777216
   * @return the ask
   * @throws IllegalArgumentException if the memory is outside its bounds
   */
  public static DeviceAsk memoryMib(long memoryMib) {
    return new DeviceAsk(1, memoryMib, 0, false, false, Map.of());
  }

  /**
   * The same with another number of shares.
   *
   * @param count 1..64
   * @return a new ask
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public DeviceAsk count(int count) {
    return new DeviceAsk(count, memoryMib, computePercent, isExclusive, isSameDevice, selector);
  }

  /**
   * The same with a claim on compute.
   *
   * @param computePercent of each share, 0..100
   * @return a new ask
   * @throws IllegalArgumentException if it is outside its bounds
   */
  public DeviceAsk computePercent(int computePercent) {
    return new DeviceAsk(count, memoryMib, computePercent, isExclusive, isSameDevice, selector);
  }

  /**
   * The same with the devices to itself.
   *
   * @return a new ask
   */
  public DeviceAsk exclusive() {
    return new DeviceAsk(count, memoryMib, computePercent, true, isSameDevice, selector);
  }

  /**
   * The same with all shares on one device.
   *
   * @return a new ask
   */
  public DeviceAsk sameDevice() {
    return new DeviceAsk(count, memoryMib, computePercent, isExclusive, true, selector);
  }

  /**
   * The same on devices that have an attribute, beside those selected already.
   *
   * @param name {@code uuid}, {@code index}, {@code model}, {@code mig_profile} or a label
   * @param value its value
   * @return a new ask
   * @throws IllegalArgumentException if a text is outside its bounds
   */
  public DeviceAsk select(String name, String value) {
    Map<String, String> more = new HashMap<>(selector);
    more.put(name, value);
    return new DeviceAsk(count, memoryMib, computePercent, isExclusive, isSameDevice, more);
  }
}
