package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.RevokeLeaseRequest;
import io.sluice.server.cli.SluiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Concurrency control of workflows, as commands. */
class S1PrefectIT {
  @TempDir private static Path directory;
  private static SluiceProcess server;

  @BeforeAll
  static void serve() throws Exception {
    Path config = directory.resolve("flows.yaml");
    Files.writeString(
        config,
        """
        server: { listen: 127.0.0.1:0, uds: %s/s.sock, admin: null, drain_grace: 1s }
        limits:
          - { name: rpa3, match: { resource: flow/rpa3 }, concurrency: { max: 10 } }
          - { name: sort, match: { resource: task/sort }, concurrency: { max: cores } }
        profiles:
          dev: { limits: { rpa3: { concurrency: { max: 5 } } } }
        """
            .formatted(directory));
    server = SluiceProcess.start("serve", "--config", config.toString(), "--profile", "dev");
    server.await("listening ");
  }

  @AfterAll
  static void stop() throws Exception {
    server.signal("TERM");
    server.exitCode();
    server.close();
  }

  @Test
  void s1_19_commandPrintsTheCores() throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    try (SluiceProcess limits = sluice("limits", "--resource", "task/sort")) {
      assertThat(limits.exitCode()).isZero();
      assertThat(limits.output()).contains(cores + " at once");
    }
  }

  @Test
  void s1_20_commandPrintsTheNumberOfTheEnvironment() throws Exception {
    try (SluiceProcess limits = sluice("limits", "--resource", "flow/rpa3")) {
      assertThat(limits.exitCode()).isZero();
      assertThat(limits.output()).contains("5 at once");
    }
  }

  @Test
  void s1_20_exitCodeIsPassedOn() throws Exception {
    try (SluiceProcess run = sluice("run", "-r", "flow/rpa3", "--", "sh", "-c", "exit 7")) {
      assertThat(run.exitCode()).isEqualTo(7);
    }
  }

  @Test
  void s1_20_programIsEndedWhenItsLeaseIsLost() throws Exception {
    try (SluiceProcess run = holder("ended", "TERMINATE", "echo ready; exec sleep 60")) {
      revoke("ended");
      assertThat(run.exitCode()).isEqualTo(128 + 15);
      assertThat(run.output()).contains("is lost");
    }
  }

  @Test
  void s1_20_programIsOnlyWarnedWhereItSaysSo() throws Exception {
    Path goOn = directory.resolve("go-on");
    String untilToldTo = "echo ready; while [ ! -e " + goOn + " ]; do sleep 0.05; done; exit 3";
    try (SluiceProcess run = holder("warned", "WARN", untilToldTo)) {
      revoke("warned");
      run.await("is lost");
      Files.createFile(goOn);
      assertThat(run.exitCode()).isEqualTo(3);
    }
  }

  private static SluiceProcess holder(String client, String onLost, String script)
      throws Exception {
    SluiceProcess run =
        sluice(
            "run",
            "-r",
            "flow/rpa3",
            "--client",
            client,
            "--on-lost",
            onLost,
            "--",
            "sh",
            "-c",
            script);
    run.await("ready");
    return run;
  }

  private static void revoke(String client) {
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget(server.address("grpc")).usePlaintext().build();
    try {
      var admin = AdminServiceGrpc.newBlockingStub(channel);
      ListLeasesRequest ofClient = ListLeasesRequest.newBuilder().setClientId(client).build();
      String lease = admin.listLeases(ofClient).getLeases(0).getLeaseId();
      admin.revokeLease(RevokeLeaseRequest.newBuilder().setLeaseId(lease).build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static SluiceProcess sluice(String command, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(command, "--target", server.address("grpc")));
    all.addAll(List.of(arguments));
    return SluiceProcess.start(all.toArray(String[]::new));
  }
}
