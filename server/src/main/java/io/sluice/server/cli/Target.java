package io.sluice.server.cli;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Which server a command talks to. */
final class Target {
  private static final String UNIX = "unix:";
  private static final long CALL_SECONDS = 10;

  @Option(
      names = {"-t", "--target"},
      paramLabel = "TARGET",
      description = "HOST:PORT or unix:PATH (default: $SLUICE_TARGET, else 127.0.0.1:7400).",
      defaultValue = "${env:SLUICE_TARGET:-127.0.0.1:7400}")
  private String target = "";

  /** Opens a channel; the caller shuts it down. */
  ManagedChannel channel() {
    MultiThreadIoEventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("sluice-cli", true), NioIoHandler.newFactory());
    NettyChannelBuilder builder;
    if (target.startsWith(UNIX)) {
      String path = target.substring(UNIX.length()).replaceFirst("^//", "");
      builder =
          NettyChannelBuilder.forAddress(
                  UnixDomainSocketAddress.of(path), InsecureChannelCredentials.create())
              .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
              .withOption(ChannelOption.SO_KEEPALIVE, null) // unknown to Unix sockets
              .overrideAuthority("localhost");
    } else {
      builder =
          NettyChannelBuilder.forTarget(target, InsecureChannelCredentials.create())
              .channelType(NioSocketChannel.class);
    }
    return builder.eventLoopGroup(loop).directExecutor().build();
  }

  /** Makes a call on a channel of its own. */
  <T> T call(Function<ManagedChannel, T> call) {
    ManagedChannel channel = channel();
    try {
      return call.apply(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  /** How long a call that does not wait in a queue may take. */
  static long callSeconds() {
    return CALL_SECONDS;
  }

  @Override
  public String toString() {
    return target;
  }
}
