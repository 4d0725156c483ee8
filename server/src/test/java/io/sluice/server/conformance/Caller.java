package io.sluice.server.conformance;

import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.ReportRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A client of AdmissionService in one of its forms, as thin as can be. What is refused fails with a
 * StatusRuntimeException. Cancelling an acquire cancels it.
 */
interface Caller extends AutoCloseable {
  CompletableFuture<AcquireResponse> acquire(AcquireRequest request);

  CompletableFuture<List<ReleaseStatus>> release(ReleaseRequest request);

  CompletableFuture<List<RenewResult>> renew(RenewRequest request);

  /** Completes when the reports are counted, or refused. */
  CompletableFuture<Void> report(ReportRequest request);

  /** The server was started anew: nothing of the connection is left. */
  void reconnect();

  @Override
  void close();
}
