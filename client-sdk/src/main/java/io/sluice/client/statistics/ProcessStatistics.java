package io.sluice.client.statistics;

import java.time.Duration;

/**
 * The server itself.
 *
 * @param uptime since its start
 * @param version of the server
 * @param serving true from the start until the shutdown begins
 * @param leases held, of all limits
 * @param waiting acquires that wait, for all limits
 * @param heapUsedBytes heap in use
 * @param heapMaxBytes the most that it may grow to
 * @param cpuCores processors used on the mean since the start; 1.0 = one core
 * @param problem why what is granted cannot be kept or shared; empty = all is well
 */
public record ProcessStatistics(
    Duration uptime,
    String version,
    boolean serving,
    long leases,
    long waiting,
    long heapUsedBytes,
    long heapMaxBytes,
    double cpuCores,
    String problem) {}
