package io.sluice.server.conformance;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResult;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResponse;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.ReportRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A call for everything. */
final class UnaryCaller implements Caller {
  private final ManagedChannel channel;
  private final String clientId;
  private final AdmissionServiceGrpc.AdmissionServiceFutureStub stub;

  UnaryCaller(ManagedChannel channel, String clientId) {
    this.channel = channel;
    this.clientId = clientId;
    this.stub = AdmissionServiceGrpc.newFutureStub(channel).withWaitForReady();
  }

  @Override
  public CompletableFuture<AcquireResponse> acquire(AcquireRequest request) {
    return follow(stub.acquire(request.toBuilder().setClientId(clientId).build()));
  }

  @Override
  public CompletableFuture<List<ReleaseStatus>> release(ReleaseRequest request) {
    return follow(stub.release(request))
        .thenApply(r -> r.getResultsList().stream().map(ReleaseResult::getStatus).toList());
  }

  @Override
  public CompletableFuture<List<RenewResult>> renew(RenewRequest request) {
    return follow(stub.renew(request)).thenApply(RenewResponse::getResultsList);
  }

  @Override
  public CompletableFuture<Void> report(ReportRequest request) {
    return follow(stub.report(request)).thenApply(done -> null);
  }

  @Override
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static <T> CompletableFuture<T> follow(ListenableFuture<T> call) {
    CompletableFuture<T> future =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            call.cancel(true);
            return super.cancel(mayInterruptIfRunning);
          }
        };
    Futures.addCallback(
        call,
        new FutureCallback<>() {
          @Override
          public void onSuccess(T result) {
            future.complete(result);
          }

          @Override
          public void onFailure(Throwable failure) {
            future.completeExceptionally(failure);
          }
        },
        Runnable::run);
    return future;
  }
}
