package io.sluice.engine.model;

/**
 * A part of a device that a grant gives.
 *
 * @param resource the resource whose demand this answers
 * @param deviceUuid the stable name of the device
 * @param deviceIndex the index of the device on its host, from 0
 * @param memoryMib the memory granted on it
 */
public record Allotment(String resource, String deviceUuid, int deviceIndex, long memoryMib) {}
