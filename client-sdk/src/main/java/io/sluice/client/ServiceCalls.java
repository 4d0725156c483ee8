package io.sluice.client;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.AdminServiceGrpc.AdminServiceFutureStub;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.proto.v1.StatsServiceGrpc.StatsServiceFutureStub;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The calls that look and change but admit nobody: one attempt each, which waits for a connection,
 * within the client's timeout.
 */
final class ServiceCalls {
  private final ManagedChannel channel;
  private final Duration timeout;

  ServiceCalls(ManagedChannel channel, Duration timeout) {
    this.channel = channel;
    this.timeout = timeout;
  }

  AdminServiceFutureStub admin() {
    return AdminServiceGrpc.newFutureStub(channel)
        .withExecutor(Runnable::run)
        .withWaitForReady()
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  StatsServiceFutureStub stats() {
    return StatsServiceGrpc.newFutureStub(channel)
        .withExecutor(Runnable::run)
        .withWaitForReady()
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for the answer. An interrupt cancels the call. */
  static <T> T await(ListenableFuture<T> call) throws InterruptedException {
    try {
      return call.get();
    } catch (ExecutionException failed) {
      throw exception(failed.getCause() == null ? failed : failed.getCause());
    } catch (InterruptedException interrupted) {
      call.cancel(true);
      throw interrupted;
    }
  }

  private static RuntimeException exception(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    RuntimeException exception = Failures.exception(failure);
    return status.getCode() == Status.Code.NOT_FOUND
        ? new NoSuchElementException(status.getDescription(), failure)
        : exception;
  }
}
