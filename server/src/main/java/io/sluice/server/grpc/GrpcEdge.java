package io.sluice.server.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.engine.device.Device;
import io.sluice.server.driver.EngineDriver;
import io.sluice.server.grpc.export.Export;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** The gRPC servers, one for each address, over the same services. */
public final class GrpcEdge implements AutoCloseable {
  private static final int SOFT_METADATA_BYTES = 4 * 1024;
  private static final int MAX_METADATA_BYTES = 8 * 1024;
  private static final int MAX_RESETS = 2000;
  private static final int RESET_WINDOW_SECONDS = 30;

  private final HealthStatusManager health = new HealthStatusManager();
  private final ScheduledExecutorService watches =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("sluice-watch", true));
  private final EventLoopGroup acceptors =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("sluice-accept", true), NioIoHandler.newFactory());
  private final EventLoopGroup workers =
      new MultiThreadIoEventLoopGroup(
          Runtime.getRuntime().availableProcessors(),
          new DefaultThreadFactory("sluice-grpc", true),
          NioIoHandler.newFactory());
  private final List<BindableService> services;
  private final GrpcSettings settings;
  private final Connections connections;
  private final Sessions sessions;
  private final StatsToWire stats;
  private final List<Server> servers = new ArrayList<>();
  private @Nullable UnixSocketFile socketFile;

  /**
   * Creates the edge; nothing listens yet.
   *
   * @param pools the devices of each pool by its name
   * @param reload reads the configuration file again
   * @param jitter from 0 to 1, spreads the times told to come back
   */
  public GrpcEdge(
      EngineDriver driver,
      Map<String, List<Device>> pools,
      ConfigReload reload,
      ProcessInfo process,
      GrpcSettings settings,
      DoubleSupplier jitter) {
    this.settings = settings;
    this.connections = new Connections(driver);
    this.stats = new StatsToWire(driver, process, settings.topKeys());
    OutcomesFromWire outcomes = new OutcomesFromWire(process.wallClock());
    this.sessions = new Sessions(driver, connections, outcomes, watches, jitter);
    services =
        List.of(
            new AdmissionEndpoint(driver, connections, outcomes, sessions, jitter),
            new StatsEndpoint(stats, watches),
            new AdminEndpoint(
                driver,
                new LimitCalls(driver, new LimitFromWire(pools), reload),
                new Adjustments(driver, process.wallClock())),
            health.getHealthService(),
            ProtoReflectionServiceV1.newInstance());
    serving(false);
  }

  /**
   * Listens on TCP.
   *
   * @return the port, which differs from the address's if that was 0
   */
  public int listen(InetSocketAddress address) throws IOException {
    return start(address, NioServerSocketChannel.class).getPort();
  }

  /** Listens on a Unix socket. A file left over by a dead process is replaced. */
  public void listen(Path path) throws IOException {
    UnixSocketFile file = new UnixSocketFile(path);
    file.prepare();
    start(UnixDomainSocketAddress.of(path), NioServerDomainSocketChannel.class);
    file.restrict();
    socketFile = file;
  }

  /** Takes a snapshot of all statistics and writes it, as ExportStats does. */
  public String export(Export format) {
    return format.write(stats.take("", ""));
  }

  /** Tells the health service whether the server takes work. */
  public void serving(boolean serving) {
    ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    if (!serving) {
      sessions.draining();
    }
    for (BindableService service : services) {
      health.setStatus(service.bindService().getServiceDescriptor().getName(), status);
    }
  }

  /** Stops accepting, lets calls under way finish for a while, then cuts them. */
  @Override
  public void close() {
    sessions.close(); // their streams would not end by themselves
    watches.shutdownNow();
    servers.forEach(Server::shutdown);
    try {
      for (Server server : servers) {
        if (!server.awaitTermination(1, TimeUnit.SECONDS)) {
          server.shutdownNow();
          server.awaitTermination(1, TimeUnit.SECONDS);
        }
      }
    } catch (InterruptedException e) {
      servers.forEach(Server::shutdownNow);
      Thread.currentThread().interrupt();
    }
    if (socketFile != null) {
      socketFile.delete();
    }
    Future<?> unused = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    unused = acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private Server start(SocketAddress address, Class<? extends ServerChannel> channelType)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .channelType(channelType)
            .bossEventLoopGroup(acceptors)
            .workerEventLoopGroup(workers)
            .directExecutor() // no handler blocks
            .addTransportFilter(connections)
            .intercept(connections)
            .maxInboundMessageSize(settings.maxMessageBytes())
            .maxInboundMetadataSize(SOFT_METADATA_BYTES, MAX_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(settings.maxConcurrentCalls())
            .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
            .handshakeTimeout(10, TimeUnit.SECONDS)
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(10, TimeUnit.MINUTES);
    if (channelType == NioServerDomainSocketChannel.class) {
      builder.withChildOption(ChannelOption.SO_KEEPALIVE, null); // unknown to Unix sockets
    }
    services.forEach(builder::addService);
    Server server = builder.build().start();
    servers.add(server);
    return server;
  }
}
