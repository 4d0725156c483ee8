package io.sluice.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that is killed under load, again and again, as its clients see it. {@code
 * -Dsluice.rounds=50} for as many rounds as it takes to believe in it.
 */
class CrashIT {
  private static final int ROUNDS = Integer.getInteger("sluice.rounds", 3);
  private static final int CLIENTS = 200;
  private static final int MAX_HELD = 50;
  private static final int RATE = 2_000;
  private static final int CHANNELS = 8;

  @TempDir private Path directory;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private SluiceProcess server;

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"interval", "always"})
  void nothingThatWasAcknowledgedIsLost(String fsync) throws Exception {
    Path config = config(fsync);
    server = SluiceProcess.serve(config);
    long began = System.nanoTime();
    String target = server.address("grpc");
    for (int i = 0; i < CHANNELS; i++) {
      channels.add(ManagedChannelBuilder.forTarget(target).usePlaintext().build());
    }
    CrashHistory history = new CrashHistory();
    List<CrashClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new CrashClient("client-" + i, channels.get(i % CHANNELS), history));
    }
    clients.forEach(Thread::start);
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < ROUNDS; round++) {
      long grants = history.size();
      TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(400)); // of load, in a process of its own
      history.awaitMoreThan(grants + 200);
      server.signal("KILL");
      assertThat(server.exitCode()).isEqualTo(137);
      server = SluiceProcess.serve(config);
    }
    clients.forEach(CrashClient::finish);
    for (CrashClient client : clients) {
      client.join(TimeUnit.SECONDS.toMillis(60));
      assertThat(client.isAlive()).as("every call is answered").isFalse();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "fsync %s: %d kills, %d grants acknowledged, %d of them told twice, %d held over a kill%n",
        fsync, ROUNDS, history.size(), history.replays(), history.heldOverKills());
    assertThat(history.lost()).as("acknowledged, and not known any more").isEmpty();
    assertThat(history.mostHeld())
        .as("held at once, as clients know it")
        .isLessThanOrEqualTo(MAX_HELD);
    assertThat(history.fenceErrors()).isEmpty();
    assertThat(history.size())
        .as("of the rate")
        .isLessThanOrEqualTo((long) (RATE + RATE * seconds));
  }

  @Test
  void secondServerOnTheSameStateIsRefused() throws Exception {
    server = SluiceProcess.serve(config("interval"));
    try (SluiceProcess second =
        SluiceProcess.start(
            "serve",
            "--config",
            directory.resolve("sluice.yaml").toString(),
            "--listen",
            "127.0.0.1:0")) {
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.output()).contains(directory.resolve("state").toString());
    }
  }

  private Path config(String fsync) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort(); // the next process has to be found where the last one was
    }
    Path config = directory.resolve("sluice.yaml");
    Files.writeString(
        config,
        """
        server: { listen: "127.0.0.1:%d", uds: "", admin: "" }
        state: { dir: %s/state, fsync: %s }
        limits:
          - { name: jobs, match: { resource: jobs }, concurrency: { max: %d } }
          - { name: api, match: { resource: api }, rate: { permits: %d, per: 1s } }
        """
            .formatted(port, directory, fsync, MAX_HELD, RATE));
    return config;
  }
}
