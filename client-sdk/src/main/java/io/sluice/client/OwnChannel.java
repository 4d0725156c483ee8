package io.sluice.client;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.client.internal.Daemons;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A channel that the client makes itself, with its event loop. The only class that needs the shaded
 * Netty, so that an application that brings its own channel can leave it out.
 */
final class OwnChannel implements AutoCloseable {
  private static final String UNIX = "unix:";
  private static final long CLOSE_MILLIS = 1_000;

  private final ManagedChannel channel;
  private final EventLoopGroup loop;

  private OwnChannel(ManagedChannel channel, EventLoopGroup loop) {
    this.channel = channel;
    this.loop = loop;
  }

  static OwnChannel to(String target) {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, Daemons.named("sluice-io"), NioIoHandler.newFactory());
    try {
      NettyChannelBuilder builder = target.startsWith(UNIX) ? unix(target) : tcp(target);
      return new OwnChannel(builder.eventLoopGroup(loop).directExecutor().build(), loop);
    } catch (RuntimeException refused) {
      var unused = loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw refused;
    }
  }

  ManagedChannel channel() {
    return channel;
  }

  /** Runs a task on the thread that reads and writes; drops it once that has ended. */
  void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException closed) {
      // Nothing is sent any more.
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    var unused = loop.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
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
