package io.sluice.client;

import java.util.List;

/**
 * What a request id, or the name of work, led to before.
 *
 * @param requestId the identity of the first acquire; empty if it has none
 * @param leaseId the lease that it was granted; empty if none
 * @param state where that lease stands
 * @param differences in what the two acquires differ, at most 64
 */
public record ExistingRequest(
    String requestId, String leaseId, LeaseState state, List<Difference> differences) {

  /**
   * Keeps a copy of the differences.
   *
   * @param requestId the identity of the first acquire
   * @param leaseId the lease that it was granted
   * @param state where that lease stands
   * @param differences copied
   */
  public ExistingRequest {
    differences = List.copyOf(differences);
  }
}
