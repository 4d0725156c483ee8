package io.sluice.server;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A server on free ports and a Unix socket of its own, with clients of it. */
public final class ServerFixture implements AutoCloseable {
  private static final EventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

  private final Path directory = Files.createTempDirectory("sluice");
  private final SluiceServer server;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ManagedChannel channel;

  private ServerFixture(
      String limits, String settings, UnaryOperator<ConfigurationInput> surroundings)
      throws Exception {
    String yaml =
        "server: { listen: '127.0.0.1:0', admin: '127.0.0.1:0', uds: '"
            + directory.resolve("s.sock")
            + "'"
            + settings
            + " }\n"
            + limits;
    ConfigurationInput input = surroundings.apply(ConfigurationInput.of("test", yaml));
    server = SluiceServer.start(ConfigurationLoader.load(input), "test");
    channel = tcp();
  }

  /** Starts a server with the given {@code limits:} and other sections. */
  public static ServerFixture start(String yaml) throws Exception {
    return start(yaml, "");
  }

  /** Starts a server with more settings of the section {@code server}: {@code ", key: value"}. */
  public static ServerFixture start(String yaml, String settings) throws Exception {
    return new ServerFixture(yaml, settings, UnaryOperator.identity());
  }

  /** Starts a server in other surroundings: variables, a profile, flags. */
  public static ServerFixture start(String yaml, UnaryOperator<ConfigurationInput> surroundings)
      throws Exception {
    return new ServerFixture(yaml, "", surroundings);
  }

  public SluiceServer server() {
    return server;
  }

  public String target() {
    return server.grpcAddress().toString();
  }

  /** A new connection over TCP. */
  public ManagedChannel tcp() {
    return open(new InetSocketAddress("127.0.0.1", server.grpcAddress().port()));
  }

  /** A new connection over the Unix socket. */
  public ManagedChannel unix() {
    return open(UnixDomainSocketAddress.of(directory.resolve("s.sock")));
  }

  public AdmissionServiceGrpc.AdmissionServiceBlockingStub admission() {
    return AdmissionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public AdminServiceGrpc.AdminServiceBlockingStub admin() {
    return AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public StatsServiceGrpc.StatsServiceBlockingStub stats() {
    return StatsServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public AcquireResponse acquire(String resource) {
    return admission().acquire(request(resource).build());
  }

  public Grant grant(String resource) {
    AcquireResponse response = acquire(resource);
    if (!response.hasGrant()) {
      throw new AssertionError("denied: " + response);
    }
    return response.getGrant();
  }

  public ReleaseStatus release(String leaseId) {
    return admission()
        .release(
            ReleaseRequest.newBuilder()
                .addReleases(
                    Release.newBuilder().setLeaseId(leaseId).setOutcome(Outcome.OUTCOME_SUCCESS))
                .build())
        .getResults(0)
        .getStatus();
  }

  public LimitStats limit(String name) {
    return stats()
        .getStats(GetStatsRequest.newBuilder().setLimit(name).build())
        .getSnapshot()
        .getLimits(0);
  }

  public static AcquireRequest.Builder request(String resource) {
    return AcquireRequest.newBuilder().addDemands(Demand.newBuilder().setResource(resource));
  }

  public HttpResponse<String> http(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + server.adminAddress() + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() throws IOException {
    channels.forEach(ManagedChannel::shutdownNow);
    server.close();
    Files.deleteIfExists(directory);
  }

  private ManagedChannel open(SocketAddress address) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address, InsecureChannelCredentials.create())
            .eventLoopGroup(LOOPS)
            .directExecutor();
    if (address instanceof UnixDomainSocketAddress) {
      builder
          .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
          .overrideAuthority("localhost");
    } else {
      builder.channelType(NioSocketChannel.class);
    }
    ManagedChannel opened = builder.build();
    channels.add(opened);
    return opened;
  }
}
