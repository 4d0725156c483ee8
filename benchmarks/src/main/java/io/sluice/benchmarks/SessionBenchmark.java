package io.sluice.benchmarks;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import io.sluice.server.SluiceServer;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sessions over a real socket: the SDK against Sluice, and in turns the same shape against a server
 * that answers without deciding. Client and servers share one process and so its cores; only ratios
 * count.
 */
final class SessionBenchmark {
  private static final String CONFIG =
      """
      server: { listen: 127.0.0.1:0, admin: 127.0.0.1:0 }
      limits:
        - { name: rate, match: { resource: rate }, rate: { permits: 1000000000, per: 1s, burst: 1000000000 } }
        - { name: jobs, match: { resource: jobs }, concurrency: { max: 1000000 } }
      """;

  private final int rounds;
  private final double seconds;

  private SessionBenchmark(int rounds, double seconds) {
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /** Runs it: rounds (3) and seconds of each (4) may be given. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 4;
    new SessionBenchmark(rounds, seconds).run();
  }

  private void run() throws Exception {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (SluiceServer sluice =
            SluiceServer.start(
                ConfigurationLoader.load(ConfigurationInput.of("session", CONFIG)), "benchmark");
        EchoServer echo = new EchoServer(new InetSocketAddress("127.0.0.1", 0));
        SluiceClient client = SluiceClient.connect("127.0.0.1:" + sluice.grpcAddress().port())) {
      System.out.println("| what | callers | bare echo/s | sluice/s | ratio |");
      System.out.println("|---|---|---|---|---|");
      for (int callers : new int[] {16, 128, 1024}) {
        ManagedChannel channel = channel(echo, loop);
        try (EchoSession bare = new EchoSession(channel)) {
          compare(
              "acquires, futures",
              callers,
              () -> futures(callers, bare::call),
              () -> futures(callers, () -> client.acquireAsync(RATE)));
        }
        channel.shutdownNow();
      }
      for (int threads : new int[] {16, 128}) {
        ManagedChannel channel = channel(echo, loop);
        try (EchoSession bare = new EchoSession(channel)) {
          compare(
              "acquires, blocking threads",
              threads,
              () -> threads(threads, () -> bare.call().join()),
              () -> threads(threads, () -> acquire(client)));
        }
        channel.shutdownNow();
      }
      for (int callers : new int[] {128, 1024}) {
        ManagedChannel channel = channel(echo, loop);
        try (EchoSession bare = new EchoSession(channel)) {
          compare(
              "acquire + release of a lease, futures",
              callers,
              () -> futures(callers, () -> bare.call().thenCompose(first -> bare.call())),
              () ->
                  futures(
                      callers,
                      () ->
                          client
                              .acquireAsync(JOBS)
                              .thenCompose(lease -> lease.releaseAsync(Outcome.SUCCESS))));
        }
        channel.shutdownNow();
      }
    }
    loop.shutdownGracefully();
  }

  private static final Acquisition RATE = Acquisition.of(Demand.of("rate"));
  private static final Acquisition JOBS = Acquisition.of(Demand.of("jobs"));

  private static ManagedChannel channel(EchoServer echo, EventLoopGroup loop) {
    return NettyChannelBuilder.forAddress(echo.address(), InsecureChannelCredentials.create())
        .channelType(NioSocketChannel.class)
        .eventLoopGroup(loop)
        .directExecutor()
        .build();
  }

  private static void acquire(SluiceClient client) {
    try {
      Lease unowed = client.acquire(RATE);
      if (!unowed.isLimited()) {
        throw new AssertionError("not limited");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void compare(String what, int callers, LongSupplier bare, LongSupplier sluice) {
    bare.getAsLong(); // warms up
    sluice.getAsLong();
    double[] echoes = new double[rounds];
    double[] sluices = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      echoes[round] = bare.getAsLong() / seconds;
      sluices[round] = sluice.getAsLong() / seconds;
    }
    Arrays.sort(echoes);
    Arrays.sort(sluices);
    double reference = echoes[rounds / 2];
    double measured = sluices[rounds / 2];
    System.out.printf(
        "| %s | %d | %,.0f | %,.0f | %.2f |%n",
        what, callers, reference, measured, measured / reference);
  }

  /** So many callers, each of which calls again when it is answered, without a thread. */
  private long futures(int callers, Supplier<CompletableFuture<?>> call) {
    AtomicBoolean stop = new AtomicBoolean();
    LongAdder done = new LongAdder();
    CountDownLatch ended = new CountDownLatch(callers);
    for (int i = 0; i < callers; i++) {
      again(call, stop, done, ended);
    }
    sleep();
    long counted = done.sum();
    stop.set(true);
    await(ended);
    return counted;
  }

  private static void again(
      Supplier<CompletableFuture<?>> call,
      AtomicBoolean stop,
      LongAdder done,
      CountDownLatch ended) {
    call.get()
        .whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                failure.printStackTrace();
              }
              done.increment();
              if (stop.get() || failure != null) {
                ended.countDown();
              } else {
                again(call, stop, done, ended);
              }
            });
  }

  private long threads(int count, Runnable call) {
    AtomicBoolean stop = new AtomicBoolean();
    LongAdder done = new LongAdder();
    CountDownLatch ended = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      Thread thread =
          new Thread(
              () -> {
                while (!stop.get()) {
                  call.run();
                  done.increment();
                }
                ended.countDown();
              });
      thread.setDaemon(true);
      thread.start();
    }
    sleep();
    long counted = done.sum();
    stop.set(true);
    await(ended);
    return counted;
  }

  private void sleep() {
    try {
      TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
