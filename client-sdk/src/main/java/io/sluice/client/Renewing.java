package io.sluice.client;

import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A renewal under way.
 *
 * @param request the leases
 * @param deadlineNanos until when an answer is of use
 * @param done completes with the answer
 */
record Renewing(
    RenewRequest request, long deadlineNanos, CompletableFuture<List<RenewResult>> done) {

  /** Sends renewals. */
  interface Sender {
    /** Renews leases; fails when there is no answer in time. */
    CompletableFuture<List<RenewResult>> renew(List<String> leaseIds, long timeoutNanos);
  }
}
