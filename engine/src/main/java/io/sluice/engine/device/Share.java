package io.sluice.engine.device;

/**
 * What one ask takes of one device.
 *
 * @param memoryMib memory
 * @param computePercent compute, in percent of the device
 * @param slots share slots
 * @param exclusive nobody else is let on the device
 */
record Share(long memoryMib, int computePercent, int slots, boolean exclusive) {}
