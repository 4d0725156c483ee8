package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.GetLeaseRequest;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Lease;
import io.sluice.proto.v1.LeaseState;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.ResumeRequest;
import io.sluice.proto.v1.ResumeResponse;
import io.sluice.proto.v1.RevokeLeaseRequest;
import io.sluice.proto.v1.SuspendRequest;
import io.sluice.proto.v1.SuspendStatus;
import io.sluice.server.ServerFixture;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may happen to a lease between its grant and its end, over sockets. */
class LeasesOverSocketsTest {
  private static final String LIMITS =
      """
      limits:
        - { name: gpu, match: { resource: "gpu/*" }, concurrency: { max: 2 } }
        - { name: safe, match: { resource: safe }, concurrency: { max: 1, lock_delay: 1h } }
        - { name: one, match: { resource: one }, concurrency: { max: 1 } }
        - name: reclaimed
          match: { resource: reclaimed }
          concurrency: { max: 1, on_disconnect: reclaim, disconnect_grace: 0s }
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

  @Test
  void revocationWithGraceShortensRenewals() {
    Grant grant = server.grant("one");
    Lease told =
        server
            .admin()
            .revokeLease(
                RevokeLeaseRequest.newBuilder()
                    .setLeaseId(grant.getLeaseId())
                    .setMessage("make room")
                    .setGrace(Duration.newBuilder().setSeconds(10))
                    .build())
            .getLease();
    assertThat(told.getState()).isEqualTo(LeaseState.LEASE_STATE_GRANTED);
    assertThat(told.getMessage()).isEqualTo("make room");
    assertThat(
            server
                .admission()
                .renew(RenewRequest.newBuilder().addLeaseIds(grant.getLeaseId()).build())
                .getResults(0)
                .getTtl()
                .getSeconds())
        .isBetween(1L, 10L);
    assertThat(server.release(grant.getLeaseId())).isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    assertThatThrownBy(
            () ->
                server
                    .admin()
                    .revokeLease(
                        RevokeLeaseRequest.newBuilder()
                            .setLeaseId(grant.getLeaseId())
                            .setGrace(Duration.newBuilder().setSeconds(-1))
                            .build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(violation(e).getField()).isEqualTo("grace"));
  }

  @Test
  void quarantineIsListedAndEndsWithTheLateRelease() {
    Grant grant = server.grant("safe");
    RevokeLeaseRequest revoke =
        RevokeLeaseRequest.newBuilder().setLeaseId(grant.getLeaseId()).build();
    assertThat(server.admin().revokeLease(revoke).getLease().getState())
        .isEqualTo(LeaseState.LEASE_STATE_QUARANTINED);
    Lease listed =
        server
            .admin()
            .listLeases(ListLeasesRequest.newBuilder().setLimit("safe").build())
            .getLeases(0);
    assertThat(listed.getState()).isEqualTo(LeaseState.LEASE_STATE_QUARANTINED);
    assertThat(listed.getRemaining().getSeconds()).isBetween(3_590L, 3_600L);
    assertThat(server.acquire("safe").hasDenial()).isTrue();
    assertThat(server.release(grant.getLeaseId())).isEqualTo(ReleaseStatus.RELEASE_STATUS_EXPIRED);
    Grant next = server.grant("safe");
    server.admin().revokeLease(revoke.toBuilder().setLeaseId(next.getLeaseId()).build());
    assertThat(
            server
                .admin()
                .revokeLease(revoke.toBuilder().setLeaseId(next.getLeaseId()).build())
                .getLease()
                .getState())
        .as("an administrator ends it")
        .isEqualTo(LeaseState.LEASE_STATE_REVOKED);
    assertThat(server.limit("safe").getUsed()).isZero();
  }

  @Test
  void suspendsAndResumes() throws Exception {
    Grant grant = server.grant("one");
    Future<AcquireResponse> waiting = waiting("one");
    assertThat(suspend(grant.getLeaseId())).isEqualTo(SuspendStatus.SUSPEND_STATUS_SUSPENDED);
    Grant other = waiting.get(5, TimeUnit.SECONDS).getGrant();
    assertThat(lease(grant.getLeaseId()).getState()).isEqualTo(LeaseState.LEASE_STATE_SUSPENDED);
    ResumeRequest resume = ResumeRequest.newBuilder().setLeaseId(grant.getLeaseId()).build();
    assertThat(server.admission().resume(resume).getDenial().getReason())
        .isEqualTo(DenialReason.DENIAL_REASON_CONCURRENCY);
    Future<ResumeResponse> resumed =
        AdmissionServiceGrpc.newFutureStub(server.tcp())
            .resume(resume.toBuilder().setMaxWait(Duration.newBuilder().setSeconds(20)).build());
    awaitWaiting("one");
    server.release(other.getLeaseId());
    Grant again = resumed.get(5, TimeUnit.SECONDS).getGrant();
    assertThat(again.getLeaseId()).isEqualTo(grant.getLeaseId());
    assertThat(again.getFencingToken()).isGreaterThan(other.getFencingToken());
    assertThat(server.admission().resume(resume).getGrant().getReplayed()).isTrue();
    server.release(grant.getLeaseId());
    assertThat(server.admission().resume(resume).getLost())
        .isEqualTo(LeaseState.LEASE_STATE_RELEASED);
    assertThat(suspend(grant.getLeaseId())).isEqualTo(SuspendStatus.SUSPEND_STATUS_LOST);
    assertThat(suspend("0".repeat(32))).isEqualTo(SuspendStatus.SUSPEND_STATUS_UNKNOWN);
    assertThatThrownBy(
            () ->
                server
                    .admission()
                    .resume(ResumeRequest.newBuilder().setLeaseId("0".repeat(32)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void leaseIsReclaimedWhenTheLastConnectionOfItsClientCloses(String transport) throws Exception {
    ManagedChannel first = transport.equals("tcp") ? server.tcp() : server.unix();
    ManagedChannel second = transport.equals("tcp") ? server.tcp() : server.unix();
    AcquireRequest request =
        ServerFixture.request("reclaimed").setClientId("c-" + transport).build();
    String lease =
        AdmissionServiceGrpc.newBlockingStub(first).acquire(request).getGrant().getLeaseId();
    AdmissionServiceGrpc.newBlockingStub(second)
        .renew(RenewRequest.newBuilder().addLeaseIds(lease).build());
    first.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    Future<AcquireResponse> waiting = waiting("reclaimed");
    TimeUnit.MILLISECONDS.sleep(100); // nothing is to happen on another thread
    assertThat(waiting.isDone()).as("the other connection keeps it").isFalse();
    second.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    Grant next = waiting.get(5, TimeUnit.SECONDS).getGrant();
    assertThat(lease(lease).getState()).isEqualTo(LeaseState.LEASE_STATE_EXPIRED);
    assertThat(lease(lease).getMessage()).isEqualTo("its client disconnected");
    server.release(next.getLeaseId());
  }

  private static SuspendStatus suspend(String lease) {
    return server
        .admission()
        .suspend(SuspendRequest.newBuilder().setLeaseId(lease).build())
        .getStatus();
  }

  private static Future<AcquireResponse> waiting(String resource) throws Exception {
    Future<AcquireResponse> waiting =
        AdmissionServiceGrpc.newFutureStub(server.tcp())
            .acquire(
                ServerFixture.request(resource)
                    .setMaxWait(Duration.newBuilder().setSeconds(20))
                    .build());
    awaitWaiting(resource.startsWith("gpu") ? "gpu" : resource);
    return waiting;
  }

  private static void awaitWaiting(String limit) throws Exception {
    while (server.limit(limit).getWaiting() == 0) {
      TimeUnit.MILLISECONDS.sleep(1); // another thread
    }
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
