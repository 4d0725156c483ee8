package io.sluice.engine.device;

/**
 * A {@link Holding}, to be kept beyond a restart.
 *
 * @param uuid the device
 * @param index its index on its host
 * @param memoryMib the memory held on it
 * @param computePercent the compute held on it
 * @param slots the share slots held on it
 * @param exclusive whether nobody else may share the device
 * @param askIndex which of the asks it is for
 */
public record SavedHolding(
    String uuid,
    int index,
    long memoryMib,
    int computePercent,
    int slots,
    boolean exclusive,
    int askIndex) {}
