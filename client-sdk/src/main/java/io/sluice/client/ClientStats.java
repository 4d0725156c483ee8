package io.sluice.client;

/**
 * What a client holds, and what went wrong behind its callers' backs since it was built.
 *
 * @param leasesTracked leases held, and acquires and releases under way, now
 * @param leasesLost leases that ended before they were released
 * @param renewalFailures renewal calls that failed; each is tried again while its leases last
 * @param releaseFailures releases given up after all retries; those leases end with their time to
 *     live
 * @param listenerFailures listeners that threw
 */
public record ClientStats(
    int leasesTracked,
    long leasesLost,
    long renewalFailures,
    long releaseFailures,
    long listenerFailures) {}
