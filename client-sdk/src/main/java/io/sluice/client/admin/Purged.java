package io.sluice.client.admin;

/**
 * How many were sent away.
 *
 * @param waiters acquires that waited
 * @param leases that ended, also those nested on others
 */
public record Purged(int waiters, int leases) {}
