package io.sluice.client;

/**
 * A part of a device that a grant gives.
 *
 * @param resource the resource whose demand this answers
 * @param deviceUuid the stable name of the device, as {@code nvidia-smi -L} prints it
 * @param deviceIndex the index of the device on its host, from 0
 * @param memoryMib the memory granted on it, in MiB
 * @param computePercent the compute granted on it, in percent; zero = no claim on compute
 */
public record Allotment(
    String resource, String deviceUuid, int deviceIndex, long memoryMib, int computePercent) {}
