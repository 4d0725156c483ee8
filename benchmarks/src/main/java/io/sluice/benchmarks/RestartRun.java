package io.sluice.benchmarks;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
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
import java.util.List;
import java.util.SplittableRandom;

/** How long a server takes to be ready again when so many leases are in its journal. */
final class RestartRun {
  private static final int ROUNDS = 3;

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
    for (int round = 0; round < ROUNDS; round++) {
      System.out.printf("exec to ready %d: %,d ms%n", round + 1, start(args[0], config));
    }
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

  private static long start(String program, Path config) throws Exception {
    NanoClock clock = NanoClock.system();
    Process process =
        new ProcessBuilder(program, "serve", "--config", config.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("listening ")) {
          return clock.nanos() / 1_000_000;
        }
        System.out.println(line);
      }
      throw new IOException("the server ended before it listened");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
