package io.sluice.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.DeviceState;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.RevokeLeaseRequest;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.server.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as people run it: real processes, killed for real. */
class ProcessIT {
  /** Longer than a machine stands still, or the lease is not renewed in time. */
  private static final Duration TTL = Duration.ofSeconds(8);

  @TempDir private static Path directory;
  private static SluiceProcess server;
  private static String target;
  private static ManagedChannel channel;

  @BeforeAll
  static void serve() throws Exception {
    Path config = directory.resolve("sluice.yaml");
    Files.writeString(
        config,
        """
        server: { listen: 127.0.0.1:0, uds: %s/s.sock, admin: 127.0.0.1:0, drain_grace: 1s }
        devices: { gpu: { inventory: fake:2x24576 } }
        limits:
          - { name: job, match: { resource: job }, concurrency: { max: 1, ttl: %ds } }
          - { name: api, match: { resource: api }, rate: { permits: 1, per: 1h, burst: 1 } }
          - { name: paced, match: { resource: paced }, rate: { permits: 10 }, adaptive: governor }
          - { name: gpu, match: { resource: gpu }, devices: { pool: gpu, max_sharers: 4 } }
          - { name: dead, match: { resource: dead }, devices: { slots: 1, on_disconnect: reclaim, disconnect_grace: 0s } }
        """
            .formatted(directory, TTL.toSeconds()));
    server = SluiceProcess.serve(config);
    target = server.address("grpc");
    channel = ManagedChannelBuilder.forTarget(target).usePlaintext().build();
  }

  @AfterAll
  static void stop() throws Exception {
    channel.shutdownNow();
    server.signal("TERM");
    assertThat(server.exitCode()).isEqualTo(143);
    assertThat(directory.resolve("s.sock")).doesNotExist();
  }

  @Test
  void runSetsTheEnvironmentAndPassesTheExitCodeOn() throws Exception {
    try (SluiceProcess run =
        sluice("run", "-r", "gpu", "--gpu-memory", "8GiB", "--", "sh", "-c", "env; exit 7")) {
      assertThat(run.exitCode()).isEqualTo(7);
      assertThat(run.output())
          .containsPattern("CUDA_VISIBLE_DEVICES=GPU-fake-[01]\n")
          .contains("SLUICE_GPU_MEMORY_MIB=8192")
          .containsPattern("SLUICE_LEASE_ID=[0-9a-f]{32}");
    }
    assertThat(stats("gpu").getUsed()).isZero();
    assertThat(stats("gpu").getOutcomesMap()).containsKey("ERROR");
  }

  @Test
  void tenCommandsAtOnceNeverExceedADevice() throws Exception {
    Path goOn = directory.resolve("go-on");
    String untilToldTo = "while [ ! -e " + goOn + " ]; do sleep 0.05; done; sleep 0.2";
    List<SluiceProcess> runs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      runs.add(sluice("run", "-r", "gpu", "--gpu-memory", "10GiB", "--", "sh", "-c", untilToldTo));
    }
    long full = 2 * 2 * 10_240; // two of 10 GiB on each of two devices of 24 GiB
    while (granted() < full || stats("gpu").getWaiting() < 6) {
      requireWithinDevices();
      assertThat(runs).allMatch(ProcessIT::isAlive);
      TimeUnit.MILLISECONDS.sleep(10); // other processes
    }
    assertThat(devices()).allMatch(device -> device.getGrantedMib() == full / 2);
    Files.createFile(goOn);
    while (runs.stream().anyMatch(ProcessIT::isAlive)) {
      requireWithinDevices();
      TimeUnit.MILLISECONDS.sleep(10); // other processes
    }
    for (SluiceProcess run : runs) {
      assertThat(run.exitCode()).as(run.output()).isZero();
    }
    assertThat(granted()).isZero();
  }

  @Test
  void killedHolderIsFreedByItsTimeToLive() throws Exception {
    try (SluiceProcess holder =
        sluice("run", "-r", "job", "--", "sh", "-c", "echo held; sleep 60")) {
      holder.await("held");
      // Longer than the time to live: it is being renewed.
      TimeUnit.SECONDS.sleep(TTL.toSeconds() + 1);
      assertThat(stats("job").getUsed()).isEqualTo(1);
      try (SluiceProcess next = sluice("run", "-r", "job", "--", "echo", "mine")) {
        while (stats("job").getWaiting() == 0) {
          TimeUnit.MILLISECONDS.sleep(5); // another process
        }
        long killedAt = System.nanoTime();
        holder.signal("KILL");
        next.await("mine");
        Patience.requireWithin(TTL.plusSeconds(1), killedAt);
        assertThat(next.exitCode()).isZero();
      }
    }
  }

  @Test
  void killedGpuHolderIsFreedByItsTimeToLive() throws Exception {
    try (SluiceProcess holder =
        sluice(
            "run",
            "-r",
            "gpu",
            "--gpu-memory",
            "1GiB",
            "--ttl",
            "2s",
            "--",
            "sh",
            "-c",
            "echo held; sleep 60")) {
      holder.await("held");
      assertThat(granted()).isGreaterThanOrEqualTo(1024);
      long killedAt = System.nanoTime();
      holder.signal("KILL");
      while (granted() > 0) {
        Patience.requireWithin(Duration.ofSeconds(3), killedAt);
        TimeUnit.MILLISECONDS.sleep(10); // another process
      }
    }
  }

  @Test
  void killedHolderOnTheUnixSocketIsReclaimedAtOnce() throws Exception {
    try (SluiceProcess holder =
        SluiceProcess.start(
            "run",
            "-t",
            "unix:" + directory.resolve("s.sock"),
            "-r",
            "dead",
            "--client",
            "dead",
            "--ttl",
            "1h",
            "--",
            "sh",
            "-c",
            "echo held; sleep 60")) {
      holder.await("held");
      assertThat(stats("dead").getUsed()).isEqualTo(1);
      long killedAt = System.nanoTime();
      holder.signal("KILL");
      while (stats("dead").getUsed() > 0) {
        Patience.requireWithin(Duration.ofSeconds(1), killedAt);
        TimeUnit.MILLISECONDS.sleep(5); // another process
      }
    }
  }

  @Test
  void signalsReachTheProgramAndTheLeaseIsReleased() throws Exception {
    try (SluiceProcess run =
        sluice(
            "run",
            "-r",
            "gpu",
            "--gpu-memory",
            "1",
            "--",
            "sh",
            "-c",
            "trap 'echo got TERM; exit 9' TERM; echo ready; while :; do sleep 0.05; done")) {
      run.await("ready");
      run.signal("TERM");
      assertThat(run.exitCode()).isEqualTo(9);
      assertThat(run.output()).contains("got TERM");
    }
    assertThat(stats("gpu").getOutcomesMap()).containsKey("CANCELLED");
  }

  @Test
  void revokedLeaseEndsTheProgram() throws Exception {
    try (SluiceProcess run =
        sluice(
            "run",
            "-r",
            "gpu",
            "--client",
            "victim",
            "--",
            "sh",
            "-c",
            "echo ready; exec sleep 60")) {
      run.await("ready");
      var admin = AdminServiceGrpc.newBlockingStub(channel);
      String lease =
          admin
              .listLeases(ListLeasesRequest.newBuilder().setClientId("victim").build())
              .getLeases(0)
              .getLeaseId();
      admin.revokeLease(RevokeLeaseRequest.newBuilder().setLeaseId(lease).build());
      assertThat(run.exitCode()).isEqualTo(143);
      assertThat(run.output()).contains("the lease " + lease + " is lost");
    }
  }

  @Test
  void programThatDoesNotExistGivesItsLeaseBackUnused() throws Exception {
    try (SluiceProcess run = sluice("run", "-r", "gpu", "--", "/no/such/program")) {
      assertThat(run.exitCode()).isEqualTo(Exit.NOT_RUN);
      assertThat(run.output()).contains("/no/such/program");
    }
    assertThat(stats("gpu").getOutcomesMap()).containsKey("UNUSED");
  }

  @Test
  void commandsTellWhatThereIs() throws Exception {
    assertThat(output(0, "limits"))
        .contains("job", "1 at once", "GPU-fake-1", "governor 0.1..10 per second");
    assertThat(output(0, "adjust", "paced", "0.5", "--why", "a test")).contains("paced 10 -> 5");
    assertThat(output(1, "adjust", "none", "0.5", "--why", "a test")).contains("none");
    assertThat(output(2, "adjust", "paced", "0.5")).contains("Missing required option", "--why");
    assertThat(output(0, "adjustments")).containsPattern("paced +0.5 +10 +5 .*a test");
    assertThat(output(0, "stats")).contains("LIMIT", "api");
    assertThat(output(0, "stats", "--format", "csv")).contains("limit,api,granted,,");
    assertThat(output(0, "recommend")).isNotEmpty();
    assertThat(output(0, "health")).contains("SERVING");
    String granted = output(0, "acquire", "-r", "api", "--json");
    assertThat(granted).contains("\"remaining\": \"0\"");
    assertThat(output(1, "acquire", "-r", "api")).contains("denied   RATE", "retry in 60s");
    assertThat(output(1, "explain", "-r", "api")).contains("would be denied: RATE");
    assertThat(output(2, "acquire", "-r", "a".repeat(300)))
        .contains("resource must be 1..256 bytes");
    assertThat(output(2, "acquire")).contains("Missing required option", "--resource");
    assertThat(output(1, "release", "0".repeat(32))).contains("UNKNOWN");
    try (SluiceProcess nobody = SluiceProcess.start("stats", "--target", "127.0.0.1:1")) {
      assertThat(nobody.exitCode()).isEqualTo(Exit.UNAVAILABLE);
    }
  }

  @Test
  void acquireAndReleaseOverTheUnixSocket() throws Exception {
    String unix = "unix:" + directory.resolve("s.sock");
    try (SluiceProcess acquire =
        SluiceProcess.start(
            "acquire", "-t", unix, "-r", "gpu", "--gpu-memory", "2GiB", "--ttl", "20s")) {
      assertThat(acquire.exitCode()).as(acquire.output()).isZero();
      String lease = acquire.output().replaceFirst("(?s).*lease +([0-9a-f]{32}).*", "$1");
      try (SluiceProcess release = SluiceProcess.start("release", "-t", unix, lease)) {
        assertThat(release.exitCode()).isZero();
        assertThat(release.output()).contains(lease + " RELEASED");
      }
    }
  }

  @Test
  void checkTellsEveryProblemAtItsLine() throws Exception {
    Path config = directory.resolve("wrong.yaml");
    Files.writeString(config, "limits:\n  - { name: a, concurrency: { max: 0 } }\nserve: {}\n");
    try (SluiceProcess check = SluiceProcess.start("check", config.toString())) {
      assertThat(check.exitCode()).isEqualTo(Exit.NO);
      assertThat(check.output()).contains("wrong.yaml:2:", "wrong.yaml:3:", "did you mean server?");
    }
    try (SluiceProcess serve = SluiceProcess.start("serve", "--config", config.toString())) {
      assertThat(serve.exitCode()).isEqualTo(Exit.USAGE);
      assertThat(serve.output()).contains("wrong.yaml:2:");
    }
  }

  private static SluiceProcess sluice(String command, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(command, "--target", target));
    all.addAll(List.of(arguments));
    return SluiceProcess.start(all.toArray(String[]::new));
  }

  private static String output(int code, String command, String... arguments) throws Exception {
    try (SluiceProcess process = sluice(command, arguments)) {
      assertThat(process.exitCode()).as(process.output()).isEqualTo(code);
      return process.output();
    }
  }

  private static boolean isAlive(SluiceProcess process) {
    return ProcessHandle.of(process.pid()).isPresent();
  }

  private static LimitStats stats(String limit) {
    return StatsServiceGrpc.newBlockingStub(channel)
        .getStats(GetStatsRequest.newBuilder().setLimit(limit).build())
        .getSnapshot()
        .getLimits(0);
  }

  private static List<DeviceState> devices() {
    return AdminServiceGrpc.newBlockingStub(channel)
        .listLimits(ListLimitsRequest.newBuilder().setResource("gpu").build())
        .getLimits(0)
        .getDevices()
        .getDevicesList();
  }

  private static void requireWithinDevices() {
    assertThat(devices()).allMatch(device -> device.getGrantedMib() <= device.getMemoryMib());
  }

  private static long granted() {
    return devices().stream().mapToLong(DeviceState::getGrantedMib).sum();
  }
}
