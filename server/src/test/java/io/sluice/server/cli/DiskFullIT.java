package io.sluice.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.RenewStatus;
import io.sluice.proto.v1.StateStats;
import io.sluice.proto.v1.StatsServiceGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no more, made by the bound that a system can put on the length of files. */
class DiskFullIT {
  private static final int BLOCKS = 2_048; // of 512 or 1024 bytes

  @TempDir private Path directory;
  private SluiceProcess server;
  private ManagedChannel channel;

  @AfterEach
  void stop() {
    disconnect();
  }

  @Test
  void nothingIsPromisedThatCannotBeWrittenAndNothingPromisedIsLost() throws Exception {
    Path config = directory.resolve("sluice.yaml");
    Files.writeString(
        config,
        """
        server: { listen: "127.0.0.1:0", uds: "", admin: "" }
        state: { dir: %s/state }
        limits: [ { name: jobs, match: { resource: jobs }, concurrency: { max: 100000 } } ]
        """
            .formatted(directory));
    connect(SluiceProcess.serveWithFilesOfAtMost(BLOCKS, config));
    List<String> granted = new ArrayList<>();
    AcquireResponse last = acquire();
    while (last.hasGrant()) {
      granted.add(last.getGrant().getLeaseId());
      assertThat(granted).as("the disk is full by then").hasSizeLessThan(20_000);
      last = acquire();
    }
    assertThat(last.getDenial().getReason())
        .isEqualTo(DenialReason.DENIAL_REASON_STORE_UNAVAILABLE);
    assertThat(granted).hasSizeGreaterThan(50);
    assertThat(acquire().hasDenial()).as("and so for ever").isTrue();
    StateStats state =
        StatsServiceGrpc.newBlockingStub(channel)
            .getStats(GetStatsRequest.getDefaultInstance())
            .getSnapshot()
            .getProcess()
            .getState();
    assertThat(state.getProblem()).contains("journal-");
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(renewed(granted)).as("what was promised is still promised").isTrue();
    assertThat(releaseStatus(granted.get(0))).isEqualTo(Status.Code.UNAVAILABLE);
    disconnect();

    connect(SluiceProcess.serve(config));
    assertThat(renewed(granted)).isTrue();
    assertThat(acquire().hasGrant()).isTrue();
  }

  private AcquireResponse acquire() {
    AcquireRequest.Builder request =
        AcquireRequest.newBuilder().addDemands(Demand.newBuilder().setResource("jobs"));
    for (int i = 0; i < 16; i++) {
      request.putLabels("label-" + i, "x".repeat(250));
    }
    return AdmissionServiceGrpc.newBlockingStub(channel).acquire(request.build());
  }

  private boolean renewed(List<String> leases) {
    for (int from = 0; from < leases.size(); from += 1_000) {
      List<RenewResult> results =
          AdmissionServiceGrpc.newBlockingStub(channel)
              .renew(
                  RenewRequest.newBuilder()
                      .addAllLeaseIds(leases.subList(from, Math.min(from + 1_000, leases.size())))
                      .build())
              .getResultsList();
      for (RenewResult result : results) {
        if (result.getStatus() != RenewStatus.RENEW_STATUS_RENEWED) {
          return false;
        }
      }
    }
    return true;
  }

  private Status.Code releaseStatus(String lease) {
    try {
      var unused =
          AdmissionServiceGrpc.newBlockingStub(channel)
              .release(
                  ReleaseRequest.newBuilder()
                      .addReleases(
                          Release.newBuilder()
                              .setLeaseId(lease)
                              .setOutcome(Outcome.OUTCOME_SUCCESS))
                      .build());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private void connect(SluiceProcess process) {
    server = process;
    channel = ManagedChannelBuilder.forTarget(server.address("grpc")).usePlaintext().build();
  }

  private void disconnect() {
    channel.shutdownNow();
    server.close();
  }
}
