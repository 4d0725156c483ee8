package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.ReleaseStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DrainTest {
  @Test
  void tellsWaitersRefusesNewWorkAndLetsHoldersFinish() throws Exception {
    try (ServerFixture server =
        ServerFixture.start(
            "limits: [ { name: job, match: { resource: job }, concurrency: { max: 1 } } ]",
            ", drain_grace: 30s")) {
      Grant held = server.grant("job");
      Future<AcquireResponse> waiting =
          AdmissionServiceGrpc.newFutureStub(server.tcp())
              .acquire(
                  ServerFixture.request("job")
                      .setMaxWait(Duration.newBuilder().setSeconds(60))
                      .build());
      while (server.limit("job").getWaiting() == 0) {
        Thread.onSpinWait();
      }
      CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> server.server().drain());
      assertThat(waiting.get(5, TimeUnit.SECONDS).getDenial().getReason())
          .isEqualTo(DenialReason.DENIAL_REASON_DRAINING);
      assertThat(server.acquire("job").getDenial().getReason())
          .isEqualTo(DenialReason.DENIAL_REASON_DRAINING);
      assertThat(
              HealthGrpc.newBlockingStub(server.tcp())
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(drained).isNotDone();
      assertThat(server.release(held.getLeaseId()))
          .isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
      drained.get(5, TimeUnit.SECONDS);
    }
  }
}
