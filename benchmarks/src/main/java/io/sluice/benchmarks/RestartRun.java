package io.sluice.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.server.driver.NanoClock;
import io.sluice.server.driver.StepLog;
import io.sluice.server.journal.Fsync;
import io.sluice.server.journal.JournalSettings;
import io.sluice.server.state.JournaledState;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** How long a server takes to be ready again when so many leases are in its journal. */
final class RestartRun {
  private static final int ROUNDS = 7;

  /** When it listened, and when it had answered who asked for what he was granted before. */
  private record Ready(long millis, long answeredMillis) {}

  private RestartRun() {}

  /** Runs it: the program, and how many leases (1 000 000). */
  public static void main(String[] args) throws Exception {
    int leases = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
    Path directory = Files.createTempDirectory("sluice-restart");
    Path state = directory.resolve("state");
    fill(state, leases);
    try (var files = Files.list(state)) {
      long bytes = files.mapToLong(file -> file.toFile().length()).sum();
      System.out.printf("%,d leases, %,d bytes each%n", leases, bytes / leases);
    }
    Path config = directory.resolve("sluice.yaml");
    Files.writeString(
        config,
        """
        server: { listen: 127.0.0.1:0, uds: "", admin: "" }
        state: { dir: "%s" }
        leases: { max: 10000000 }
        limits: [ { name: jobs, match: { resource: jobs }, concurrency: { max: 10000000, ttl: 1h } } ]
        """
            .formatted(state));
    new ProcessBuilder(args[0], "--version").start().waitFor(); // makes its class-data archive
    long[] millis = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      Ready ready = start(args[0], config, leases);
      millis[round] = ready.millis();
      System.out.printf(
          "exec to ready %d: %,d ms; told again what it granted, and how much is held: %,d ms%n",
          round + 1, ready.millis(), ready.answeredMillis());
    }
    Arrays.sort(millis);
    System.out.printf(
        "exec to ready, median of %d: %,d ms, longest %,d ms%n",
        ROUNDS, millis[ROUNDS / 2], millis[ROUNDS - 1]);
  }

  private static void fill(Path directory, int leases) throws IOException {
    Limit jobs =
        Limit.of(
            "jobs",
            "jobs",
            new Policy.Concurrency(10_000_000, LeaseTerms.DEFAULT.and(LeaseTerms.DEFAULT)));
    MemoryStore store =
        new MemoryStore(new MemorySettings(1, 10_000_000, 100_000, 1), new SplittableRandom(1), 0);
    AdmissionEngine engine =
        new AdmissionEngine(
            List.of(jobs), EngineSettings.DEFAULT, store, new SplittableRandom(3), 0);
    try (JournaledState state =
        JournaledState.open(
            directory,
            JournalSettings.defaults(Fsync.NEVER),
            engine::limit,
            store,
            engine::restored,
            false,
            0,
            NanoClock.system()::nanos,
            new SecureRandom())) {
      state.start(
          new StepLog.Listener() {
            @Override
            public void durable(long position) {}

            @Override
            public void failed(String problem) {
              throw new IllegalStateException(problem);
            }
          });
      state.beginStep(1);
      for (int i = 0; i < leases; i++) {
        Acquire acquire =
            Acquire.builder(Demand.of("jobs"))
                .clientId("client-" + i % 1000)
                .requestId("request-" + i)
                .build();
        var unused = engine.acquire(acquire, decision -> {}, 0);
        while (!state.problem().isEmpty()) {
          Thread.onSpinWait(); // for the disk
        }
      }
      state.endStep();
    }
  }

  private static Ready start(String program, Path config, int leases) throws Exception {
    NanoClock clock = NanoClock.system();
    Process process =
        new ProcessBuilder(program, "serve", "--config", config.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("listening ")) {
          long ready = clock.nanos() / 1_000_000;
          requireAllBack(line.replaceFirst("listening grpc=(\\S+).*", "$1"), leases);
          return new Ready(ready, clock.nanos() / 1_000_000);
        }
        System.out.println(line);
      }
      throw new IOException("the server ended before it listened");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Asks for the last lease once more, and how much is held. */
  private static void requireAllBack(String target, int leases) {
    ManagedChannel channel = ManagedChannelBuilder.forTarget(target).usePlaintext().build();
    try {
      int last = leases - 1;
      boolean replayed =
          AdmissionServiceGrpc.newBlockingStub(channel)
              .acquire(
                  AcquireRequest.newBuilder()
                      .addDemands(
                          io.sluice.proto.v1.Demand.newBuilder().setResource("jobs").setPermits(1))
                      .setClientId("client-" + last % 1000)
                      .setRequestId("request-" + last)
                      .build())
              .getGrant()
              .getReplayed();
      long used =
          StatsServiceGrpc.newBlockingStub(channel)
              .getStats(GetStatsRequest.getDefaultInstance())
              .getSnapshot()
              .getLimits(0)
              .getUsed();
      if (!replayed || used != leases) {
        throw new IllegalStateException("replayed: " + replayed + ", used: " + used);
      }
    } finally {
      channel.shutdownNow();
    }
  }
}
