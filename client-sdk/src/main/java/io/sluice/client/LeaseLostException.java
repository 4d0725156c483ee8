package io.sluice.client;

import io.sluice.proto.v1.Denial;

/**
 * A lease was granted and is no longer held: it expired, was revoked, or was held for its longest
 * time. The work that needs it must stop.
 */
public final class LeaseLostException extends ConcurrencyException {
  LeaseLostException(String resource, String leaseId) {
    super(
        DenialReason.LEASE_LOST,
        Denial.newBuilder()
            .setResource(resource)
            .setMessage("lease " + leaseId + " is no longer held")
            .build());
  }
}
