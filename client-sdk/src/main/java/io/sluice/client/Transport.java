package io.sluice.client;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.AdmissionServiceGrpc.AdmissionServiceFutureStub;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResponse;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
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
  private static final String UNIX = "unix:";
  private static final long CLOSE_MILLIS = 1_000;

  private final ManagedChannel channel;
  private final @Nullable EventLoopGroup ownLoop;
  private final AdmissionServiceFutureStub stub;

  private Transport(ManagedChannel channel, @Nullable EventLoopGroup ownLoop) {
    this.channel = channel;
    this.ownLoop = ownLoop;
    this.stub = AdmissionServiceGrpc.newFutureStub(channel).withExecutor(Runnable::run);
  }

  /** Connects in plain text to {@code host:port} or {@code unix:///path}; nothing is sent yet. */
  static Transport to(String target) {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, Threads.daemons("sluice-io"), NioIoHandler.newFactory());
    try {
      NettyChannelBuilder builder = target.startsWith(UNIX) ? unix(target) : tcp(target);
      return new Transport(builder.eventLoopGroup(loop).directExecutor().build(), loop);
    } catch (RuntimeException refused) {
      var unused = loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw refused;
    }
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
    if (ownLoop != null) {
      channel.resetConnectBackoff();
    }
  }

  @Override
  public void close() {
    if (ownLoop == null) {
      return;
    }
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    var unused = ownLoop.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private AdmissionServiceFutureStub within(long timeoutNanos) {
    return stub.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS);
  }

  private static NettyChannelBuilder tcp(String target) {
    return NettyChannelBuilder.forTarget(target, InsecureChannelCredentials.create())
        .channelType(NioSocketChannel.class);
  }

  private static NettyChannelBuilder unix(String target) {
    String path = target.substring(UNIX.length());
    SocketAddress address =
        UnixDomainSocketAddress.of(path.startsWith("//") ? path.substring(2) : path);
    return NettyChannelBuilder.forAddress(address, InsecureChannelCredentials.create())
        .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
        // Set by default, unknown to Unix sockets, and warned of on every connection; null unsets.
        .withOption(ChannelOption.SO_KEEPALIVE, null)
        .overrideAuthority("localhost");
  }
}
