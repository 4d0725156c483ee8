package io.sluice.engine.device;

/**
 * One device and what is held on it, at one moment.
 *
 * @param device the device
 * @param grantedMib memory granted
 * @param sharers asks that share it
 * @param exclusive one ask has it alone
 */
public record DeviceUsage(Device device, long grantedMib, int sharers, boolean exclusive) {}
