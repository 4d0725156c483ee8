package io.sluice.client;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.AdmissionServiceGrpc.AdmissionServiceFutureStub;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResponse;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The channel to the server, and the three calls made over it. Nothing here blocks but {@link
 * #close}.
 *
 * <p>Answers are handled on the thread that reads them ({@code sluice-io}, one of the client's
 * own), so no executor that the application shares or fills stands between an answer and the
 * client.
 */
final class Transport implements AutoCloseable {
  private final ManagedChannel channel;
  private final @Nullable OwnChannel own;
  private final AdmissionServiceFutureStub stub;

  private Transport(ManagedChannel channel, @Nullable OwnChannel own) {
    this.channel = channel;
    this.own = own;
    this.stub = AdmissionServiceGrpc.newFutureStub(channel).withExecutor(Runnable::run);
  }

  /** Connects in plain text to {@code host:port} or {@code unix:///path}; nothing is sent yet. */
  static Transport to(String target) {
    OwnChannel own = OwnChannel.to(target);
    return new Transport(own.channel(), own);
  }

  /** Uses a channel that stays its owner's to close. */
  static Transport over(ManagedChannel channel) {
    return new Transport(channel, null);
  }

  ListenableFuture<AcquireResponse> acquire(AcquireRequest request, long timeoutNanos) {
    return within(timeoutNanos).acquire(request);
  }

  ListenableFuture<RenewResponse> renew(RenewRequest request, long timeoutNanos) {
    return within(timeoutNanos).renew(request);
  }

  ListenableFuture<ReleaseResponse> release(ReleaseRequest request, long timeoutNanos) {
    return within(timeoutNanos).release(request);
  }

  /**
   * Ends the pause that the channel makes between attempts to connect, up to two minutes; callers
   * pace themselves. A channel that somebody else owns keeps its pauses.
   */
  void reconnect() {
    if (own != null) {
      channel.resetConnectBackoff();
    }
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }

  private AdmissionServiceFutureStub within(long timeoutNanos) {
    return stub.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS);
  }
}
