package io.sluice.client.jobs;

/**
 * What a manager does, and did since it was built.
 *
 * @param maxParallelJobs jobs that it runs at once, if the server lets it
 * @param queueSize jobs that wait
 * @param activeWorkers as {@code maxParallelJobs} while it takes jobs in, else 0
 * @param workersRunning whether it takes jobs in
 * @param busyWorkers jobs that run
 * @param completed jobs that completed
 * @param failed jobs that failed, for whatever reason
 * @param listenerFailures listeners that threw
 */
public record JobStats(
    int maxParallelJobs,
    int queueSize,
    int activeWorkers,
    boolean workersRunning,
    int busyWorkers,
    long completed,
    long failed,
    long listenerFailures) {}
