package io.sluice.server.conformance;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.server.SluiceServer;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server with a journal, on addresses that it keeps when it is started anew. */
final class ServerUnderTest implements AutoCloseable {
  private static final EventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private static final String LIMITS =
      """
      devices: { gpu: { inventory: fake:2x24576 } }
      limits:
        - { name: rate, match: { resource: "rate/*" }, key: [t], rate: { permits: 10, per: 1h, burst: 10 } }
        - { name: jobs, match: { resource: "jobs/*" }, key: [t], concurrency: { max: 2 } }
        - { name: one, match: { resource: "one/*" }, key: [t], concurrency: { max: 1 } }
        - { name: cards, match: { resource: gpu }, devices: { pool: gpu } }
      """;

  private final Path directory;
  private final List<Caller> callers = new ArrayList<>();
  private SluiceServer server;
  private int port;

  ServerUnderTest(Path directory) throws Exception {
    this.directory = directory;
    start();
  }

  Caller caller(Form form, String clientId) {
    NettyChannelBuilder builder =
        form.isUnix()
            ? NettyChannelBuilder.forAddress(
                    UnixDomainSocketAddress.of(socket()), InsecureChannelCredentials.create())
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                .overrideAuthority("localhost")
            : NettyChannelBuilder.forAddress(
                    new InetSocketAddress("127.0.0.1", port), InsecureChannelCredentials.create())
                .channelType(NioSocketChannel.class);
    ManagedChannel channel = builder.eventLoopGroup(LOOPS).directExecutor().build();
    Caller caller = form.over(channel, clientId);
    callers.add(caller);
    return caller;
  }

  void leave(Caller caller) {
    callers.remove(caller);
    caller.close();
  }

  /** Ends the server and starts another one, which has nothing but its journal. */
  void restart() throws Exception {
    server.close();
    start();
    callers.forEach(Caller::reconnect);
  }

  @Override
  public void close() {
    callers.forEach(Caller::close);
    server.close();
  }

  private void start() throws Exception {
    String yaml =
        "server: { listen: '127.0.0.1:%d', admin: '127.0.0.1:0', uds: '%s' }\nstate: { dir: '%s' }\n%s"
            .formatted(port, socket(), directory.resolve("state"), LIMITS);
    server =
        SluiceServer.start(ConfigurationLoader.load(ConfigurationInput.of("test", yaml)), "test");
    port = server.grpcAddress().port();
  }

  private Path socket() {
    return directory.resolve("s.sock");
  }
}
