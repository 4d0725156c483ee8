package io.sluice.client.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One who holds a lease.
 *
 * @param leaseId what the server knows the lease by
 * @param clientId who acquired it
 * @param resources that its demands named, in their order
 * @param charges permits taken of each limit, by its name
 * @param labels of the acquire
 * @param fencingToken as in the grant, unsigned
 * @param age since the grant
 * @param remaining how long the lease lives unless renewed
 */
public record Holder(
    String leaseId,
    String clientId,
    List<String> resources,
    Map<String, Long> charges,
    Map<String, String> labels,
    long fencingToken,
    Duration age,
    Duration remaining) {}
