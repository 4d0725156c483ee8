package io.sluice.benchmarks;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.benchmarks.Load.Figures;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.Demand;
import io.sluice.server.SluiceServer;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Unary calls over real sockets, Sluice and a bare echo server in turns: what the admission costs
 * on top of the transport. Client and servers share one process and so its cores; only ratios
 * count.
 */
final class LoadBenchmark {
  private static final String CONFIG =
      """
      server: { listen: 127.0.0.1:0, uds: %s, admin: 127.0.0.1:0, max_concurrent_calls: 10000 }
      limits:
        - { name: rate, match: { resource: rate }, rate: { permits: 1000000000, per: 1s, burst: 1000000000 } }
        - { name: jobs, match: { resource: jobs }, concurrency: { max: 1000000 } }
      """;

  private final int rounds;
  private final double seconds;

  private LoadBenchmark(int rounds, double seconds) {
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /** Runs it: rounds (3) and seconds of each (5) may be given. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 5;
    new LoadBenchmark(rounds, seconds).run();
  }

  private void run() throws Exception {
    Path directory = Files.createTempDirectory("sluice-load");
    Path socket = directory.resolve("sluice.sock");
    Path echoSocket = directory.resolve("echo.sock");
    try (SluiceServer sluice =
            SluiceServer.start(
                ConfigurationLoader.load(
                    ConfigurationInput.of("load", String.format(CONFIG, socket))),
                "benchmark");
        EchoServer echoTcp = new EchoServer(new InetSocketAddress("127.0.0.1", 0));
        EchoServer echoUnix = new EchoServer(UnixDomainSocketAddress.of(echoSocket))) {
      SocketAddress tcp = new InetSocketAddress("127.0.0.1", sluice.grpcAddress().port());
      SocketAddress unix = UnixDomainSocketAddress.of(socket);
      System.out.println(
          "| what | transport | in flight | echo/s | sluice/s | ratio | echo p50/p99 µs | sluice p50/p99 µs |");
      System.out.println("|---|---|---|---|---|---|---|---|");
      for (int inFlight : new int[] {1, 16, 128}) {
        compare("acquire", "tcp", echoTcp.address(), tcp, "rate", inFlight);
        compare("acquire", "unix", echoUnix.address(), unix, "rate", inFlight);
      }
      compare("acquire+release", "tcp", echoTcp.address(), tcp, "jobs", 128);
      compare("acquire+release", "unix", echoUnix.address(), unix, "jobs", 128);
    }
  }

  private void compare(
      String what,
      String transport,
      SocketAddress echo,
      SocketAddress sluice,
      String resource,
      int inFlight)
      throws InterruptedException {
    AcquireRequest request =
        AcquireRequest.newBuilder()
            .setClientId("load")
            .addDemands(Demand.newBuilder().setResource(resource))
            .build();
    boolean release = what.contains("release");
    List<Figures> echoes = new ArrayList<>();
    List<Figures> sluices = new ArrayList<>();
    once(echo, request, inFlight, release, 1); // warms up
    once(sluice, request, inFlight, release, 1);
    for (int round = 0; round < rounds; round++) {
      echoes.add(once(echo, request, inFlight, release, seconds));
      sluices.add(once(sluice, request, inFlight, release, seconds));
    }
    Figures reference = median(echoes);
    Figures measured = median(sluices);
    System.out.printf(
        "| %s | %s | %d | %,.0f | %,.0f | %.2f | %.0f / %.0f | %.0f / %.0f |%n",
        what,
        transport,
        inFlight,
        reference.perSecond(),
        measured.perSecond(),
        measured.perSecond() / reference.perSecond(),
        reference.p50Micros(),
        reference.p99Micros(),
        measured.p50Micros(),
        measured.p99Micros());
    long denied = sluices.stream().mapToLong(Figures::denied).sum();
    if (denied > 0) {
      System.out.println("(" + denied + " were denied)");
    }
  }

  static Figures once(
      SocketAddress address, AcquireRequest request, int inFlight, boolean release, double seconds)
      throws InterruptedException {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address, InsecureChannelCredentials.create())
            .eventLoopGroup(loop)
            .directExecutor();
    if (address instanceof UnixDomainSocketAddress) {
      builder
          .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
          .overrideAuthority("localhost");
    } else {
      builder.channelType(NioSocketChannel.class);
    }
    ManagedChannel channel = builder.build();
    try {
      return new Load(channel, request, inFlight, release).run(seconds);
    } finally {
      channel.shutdownNow();
      loop.shutdownGracefully();
    }
  }

  static Figures median(List<Figures> figures) {
    return figures.stream()
        .sorted(Comparator.comparingDouble(Figures::perSecond))
        .toList()
        .get(figures.size() / 2);
  }
}
