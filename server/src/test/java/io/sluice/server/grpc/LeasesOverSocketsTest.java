package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.GetLeaseRequest;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Lease;
import io.sluice.proto.v1.LeaseState;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.server.ServerFixture;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What may happen to a lease between its grant and its end, over sockets. */
class LeasesOverSocketsTest {
  private static final String LIMITS =
      """
      limits:
        - { name: gpu, match: { resource: "gpu/*" }, concurrency: { max: 2 } }
      """;

  private static ServerFixture server;

  @BeforeAll
  static void start() throws Exception {
    server = ServerFixture.start(LIMITS);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Test
  void twoJobsThatBothEnterTheGuardFinish() throws Exception {
    Grant first = server.grant("gpu/job");
    Grant second = server.grant("gpu/job");
    Future<AcquireResponse> third = waiting("gpu/job");
    for (Grant job : List.of(first, second)) {
      Grant guard = server.admission().acquire(nested(job, "gpu/guard")).getGrant();
      assertThat(guard.getLeaseId()).isNotEmpty().isNotEqualTo(job.getLeaseId());
      Lease lease = lease(guard.getLeaseId());
      assertThat(lease.getParentLeaseId()).isEqualTo(job.getLeaseId());
      assertThat(lease.getCharges(0).getRidden()).isEqualTo(1);
      assertThat(server.limit("gpu").getUsed()).isEqualTo(2);
      assertThat(server.release(guard.getLeaseId()))
          .isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    }
    Grant left = server.admission().acquire(nested(first, "gpu/guard")).getGrant();
    server.release(first.getLeaseId());
    assertThat(lease(left.getLeaseId()).getState()).isEqualTo(LeaseState.LEASE_STATE_RELEASED);
    assertThat(lease(left.getLeaseId()).getMessage()).isEqualTo("its parent ended");
    server.release(second.getLeaseId());
    server.release(third.get(5, TimeUnit.SECONDS).getGrant().getLeaseId());
    assertThat(server.limit("gpu").getUsed()).isZero();
  }

  @Test
  void wrongParentIsNamed() {
    for (String parent : List.of("x", "0".repeat(32))) {
      AcquireRequest request = ServerFixture.request("gpu/guard").setParentLeaseId(parent).build();
      assertThatThrownBy(() -> server.admission().acquire(request))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(violation(e).getField()).isEqualTo("parent_lease_id");
              });
    }
    assertThat(server.limit("gpu").getUsed()).isZero();
  }

  private static Future<AcquireResponse> waiting(String resource) throws Exception {
    Future<AcquireResponse> waiting =
        AdmissionServiceGrpc.newFutureStub(server.tcp())
            .acquire(
                ServerFixture.request(resource)
                    .setMaxWait(Duration.newBuilder().setSeconds(20))
                    .build());
    while (server.limit("gpu").getWaiting() == 0) {
      TimeUnit.MILLISECONDS.sleep(1); // another thread
    }
    return waiting;
  }

  private static AcquireRequest nested(Grant parent, String resource) {
    return ServerFixture.request(resource).setParentLeaseId(parent.getLeaseId()).build();
  }

  private static Lease lease(String id) {
    return server.admin().getLease(GetLeaseRequest.newBuilder().setLeaseId(id).build()).getLease();
  }

  private static BadRequest.FieldViolation violation(StatusRuntimeException e) {
    try {
      return StatusProto.fromThrowable(e)
          .getDetails(0)
          .unpack(BadRequest.class)
          .getFieldViolations(0);
    } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
      throw new AssertionError(broken);
    }
  }
}
