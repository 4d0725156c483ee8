package io.sluice.client.tasks;

import java.time.Duration;

/**
 * What a {@link ConcurrencyManager} has and had to do since it was made.
 *
 * @param active tasks that run now
 * @param pending tasks that wait now, here or at the server
 * @param completed tasks that succeeded
 * @param failed tasks that failed, timed out or were denied
 * @param timeouts of those, the ones that timed out
 * @param cancelled tasks
 * @param total tasks that were taken
 * @param meanDuration how long the work ran of those that ended, tries together, on the mean
 * @param tasksPerSecond that ran to an end in the last minute; 0 without monitoring
 * @param peakActive the most that ever ran at once
 * @param peakPending the most that ever waited at once
 * @param refusals how often tasks were refused because there were as many as may be
 * @param listenerFailures listeners that threw, and events that were dropped
 * @param overloaded whether it is overloaded now
 * @param heapUsedBytes of this process
 * @param cpuCores processors that this process used on the mean since its start; 1.0 = one core
 * @param uptime of the manager
 */
public record TaskStatistics(
    int active,
    int pending,
    long completed,
    long failed,
    long timeouts,
    long cancelled,
    long total,
    Duration meanDuration,
    double tasksPerSecond,
    int peakActive,
    int peakPending,
    long refusals,
    long listenerFailures,
    boolean overloaded,
    long heapUsedBytes,
    double cpuCores,
    Duration uptime) {}
