package io.sluice.engine.model;

/**
 * A part of a device that a grant gives.
 *
 * @param resource the resource whose demand this answers
 * @param deviceUuid the stable name of the device
 * @param deviceIndex the index of the device on its host, from 0; of its parent for a MIG instance
 * @param memoryMib the memory granted on it
 * @param computePercent the compute granted on it, in percent; 0 = no claim on compute; 100 for an
 *     exclusive grant
 */
public record Allotment(
    String resource, String deviceUuid, int deviceIndex, long memoryMib, int computePercent) {}
