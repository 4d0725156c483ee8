package io.sluice.engine.device;

/**
 * One device and what is held on it, at one moment.
 *
 * @param device the device
 * @param grantedMib memory granted
 * @param grantedPercent compute granted, in percent
 * @param sharers share slots in use
 * @param exclusive one ask has it alone
 * @param unmanagedMib memory in use, at the last reading, by processes that were granted none
 * @param utilizationPercent how busy it was at the last reading; {@link DeviceReading#UNKNOWN} =
 *     not told
 * @param cordoned no new grants, by an administrator's word
 * @param lost it was missing from the last inventory
 * @param open it has a share slot for one more ask
 */
public record DeviceUsage(
    Device device,
    long grantedMib,
    int grantedPercent,
    int sharers,
    boolean exclusive,
    long unmanagedMib,
    int utilizationPercent,
    boolean cordoned,
    boolean lost,
    boolean open) {
  /** Returns the memory left; negative while unmanaged processes use what was granted. */
  public long freeMib() {
    return device.memoryMib() - grantedMib - unmanagedMib;
  }

  /** Returns the memory that one more ask could get: what is free, if the device is open. */
  public long grantableMib() {
    return open ? Math.max(0, freeMib()) : 0;
  }

  /** Returns the memory that is free and that nobody can get, because the device is not open. */
  public long strandedMib() {
    return open || lost ? 0 : Math.max(0, freeMib());
  }
}
