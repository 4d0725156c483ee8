package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewStatus;
import io.sluice.proto.v1.Report;
import io.sluice.proto.v1.ReportRequest;
import io.sluice.server.ServerFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcquireOverSocketsTest {
  private static final String LIMITS =
      """
      limits:
        - { name: api, match: { resource: "api/*" }, key: [tenant], rate: { permits: 1, per: 1m, burst: 2 } }
        - { name: job, match: { resource: job }, concurrency: { max: 1 } }
        - { name: handed, match: { resource: handed }, concurrency: { max: 1 } }
        - { name: joint, match: { resource: joint }, concurrency: { max: 5 } }
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

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void grantsDeniesWaitsAndReleases(String transport) throws Exception {
    ManagedChannel channel = transport.equals("tcp") ? server.tcp() : server.unix();
    AdmissionServiceGrpc.AdmissionServiceBlockingStub admission =
        AdmissionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    AdmissionServiceGrpc.AdmissionServiceFutureStub futures =
        AdmissionServiceGrpc.newFutureStub(channel);
    Grant first = admission.acquire(ServerFixture.request("job").build()).getGrant();
    assertThat(first.getLeaseId()).matches("[0-9a-f]{32}");
    assertThat(first.getTtl().getSeconds()).isBetween(29L, 30L);
    assertThat(first.getRenewAfter().getSeconds()).isBetween(9L, 10L);
    assertThat(first.getLimited()).isTrue();

    AcquireResponse refused = admission.acquire(ServerFixture.request("job").build());
    assertThat(refused.getDenial().getReason()).isEqualTo(DenialReason.DENIAL_REASON_CONCURRENCY);
    assertThat(refused.getDenial().getLimit()).isEqualTo("job");
    assertThat(refused.getDenial().getResource()).isEqualTo("job");
    assertThat(refused.getDenial().getMessage()).contains("limit job has 0 permits left");
    assertThat(refused.getDenial().getBlockersList()).hasSize(1);
    assertThat(refused.getDenial().hasRetryAfter()).isTrue();

    Future<AcquireResponse> waiting =
        futures.acquire(
            ServerFixture.request("job").setMaxWait(Duration.newBuilder().setSeconds(10)).build());
    awaitWaiting("job", 1);
    assertThat(release(admission, first.getLeaseId()))
        .isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    Grant second = waiting.get(5, TimeUnit.SECONDS).getGrant();
    assertThat(second.hasWaited()).isTrue();
    assertThat(second.getFencingToken()).isGreaterThan(first.getFencingToken());
    assertThat(release(admission, first.getLeaseId()))
        .isEqualTo(ReleaseStatus.RELEASE_STATUS_ALREADY_RELEASED);
    assertThat(release(admission, second.getLeaseId()))
        .isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    assertThat(release(admission, "f".repeat(32))).isEqualTo(ReleaseStatus.RELEASE_STATUS_UNKNOWN);
    assertThat(server.limit("job").getUsed()).isZero();
  }

  @Test
  void rateIsKeptForEachTenant() {
    for (String tenant : List.of("a", "b")) {
      assertThat(api(tenant).hasGrant()).isTrue();
      assertThat(api(tenant).getGrant().getStates(0).getRemaining()).isZero();
      AcquireResponse third = api(tenant);
      assertThat(third.getDenial().getReason()).isEqualTo(DenialReason.DENIAL_REASON_RATE);
      assertThat(third.getDenial().getRetryAfter().getSeconds()).isBetween(55L, 60L);
      assertThat(third.getGrant().getLeaseId()).isEmpty();
    }
  }

  @Test
  void renewsAndTellsWhatIsLost() {
    Grant grant = server.grant("joint");
    String unknown = "e".repeat(32);
    var results =
        server
            .admission()
            .renew(
                RenewRequest.newBuilder()
                    .addLeaseIds(grant.getLeaseId())
                    .addLeaseIds(unknown)
                    .setTtl(Duration.newBuilder().setSeconds(60))
                    .build())
            .getResultsList();
    assertThat(results.get(0).getStatus()).isEqualTo(RenewStatus.RENEW_STATUS_RENEWED);
    assertThat(results.get(0).getTtl().getSeconds()).isEqualTo(60);
    assertThat(results.get(0).getFencingToken()).isEqualTo(grant.getFencingToken());
    assertThat(results.get(1).getStatus()).isEqualTo(RenewStatus.RENEW_STATUS_UNKNOWN);
    server.release(grant.getLeaseId());
    assertThat(
            server
                .admission()
                .renew(RenewRequest.newBuilder().addLeaseIds(grant.getLeaseId()).build())
                .getResults(0)
                .getStatus())
        .isEqualTo(RenewStatus.RENEW_STATUS_LOST);
  }

  @Test
  void sameRequestIdLeadsToSameLeaseAndOtherBodyIsRefused() {
    AcquireRequest request = ServerFixture.request("joint").setRequestId("r-1").build();
    Grant first = server.admission().acquire(request).getGrant();
    Grant again = server.admission().acquire(request).getGrant();
    assertThat(again.getLeaseId()).isEqualTo(first.getLeaseId());
    assertThat(again.getReplayed()).isTrue();
    assertThatThrownBy(() -> server.admission().acquire(request.toBuilder().setPriority(1).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS));
    server.release(first.getLeaseId());
    var ended = server.admission().acquire(request).getDenial();
    assertThat(ended.getReason()).isEqualTo(DenialReason.DENIAL_REASON_DUPLICATE);
    assertThat(ended.getExisting().getLeaseId()).isEqualTo(first.getLeaseId());
  }

  @Test
  void cancelledCallsLeaveNothingBehindAndTheNextIsServed() throws Exception {
    long cancelledBefore = server.limit("handed").getCancelled();
    Grant holder = server.grant("handed");
    Context.CancellableContext context = Context.current().withCancellation();
    AcquireRequest request =
        ServerFixture.request("handed").setMaxWait(Duration.newBuilder().setSeconds(30)).build();
    List<Future<AcquireResponse>> cancelled = new ArrayList<>();
    context.run(
        () -> {
          for (int i = 0; i < 100; i++) {
            cancelled.add(AdmissionServiceGrpc.newFutureStub(server.tcp()).acquire(request));
          }
        });
    awaitWaiting("handed", 100);
    Future<AcquireResponse> last =
        AdmissionServiceGrpc.newFutureStub(server.tcp()).acquire(request);
    awaitWaiting("handed", 101);
    context.cancel(null);
    awaitWaiting("handed", 1);
    server.release(holder.getLeaseId());
    Grant served = last.get(5, TimeUnit.SECONDS).getGrant();
    assertThat(server.limit("handed").getUsed()).isEqualTo(1);
    assertThat(server.limit("handed").getCancelled() - cancelledBefore).isEqualTo(100);
    server.release(served.getLeaseId());
    assertThat(server.limit("handed").getUsed()).isZero();
    assertThat(
            server
                .admin()
                .listLeases(ListLeasesRequest.newBuilder().setLimit("handed").build())
                .getLeasesList())
        .isEmpty();
  }

  @Test
  void deadlineOfTheCallEndsTheWait() throws Exception {
    Grant holder = server.grant("handed");
    AcquireRequest request =
        ServerFixture.request("handed").setMaxWait(Duration.newBuilder().setSeconds(30)).build();
    try { // the server ends the wait at the same moment, and may be first
      assertThat(
              AdmissionServiceGrpc.newBlockingStub(server.tcp())
                  .withDeadline(Deadline.after(100, TimeUnit.MILLISECONDS))
                  .acquire(request)
                  .getDenial()
                  .getReason())
          .isEqualTo(DenialReason.DENIAL_REASON_WAIT_TIMEOUT);
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
    awaitWaiting("handed", 0);
    server.release(holder.getLeaseId());
    assertThat(server.limit("handed").getUsed()).isZero();
  }

  @Test
  void jointAcquireTakesAllOrNothing() {
    AcquireRequest both =
        AcquireRequest.newBuilder()
            .addDemands(Demand.newBuilder().setResource("joint"))
            .addDemands(Demand.newBuilder().setResource("job").setPermits(1))
            .build();
    Grant job = server.grant("job");
    for (int i = 0; i < 10; i++) {
      assertThat(server.admission().acquire(both).getDenial().getLimit()).isEqualTo("job");
    }
    assertThat(server.limit("joint").getUsed()).isZero();
    server.release(job.getLeaseId());
  }

  @Test
  void reportsAreCounted() {
    server
        .admission()
        .report(
            ReportRequest.newBuilder()
                .addReports(
                    Report.newBuilder()
                        .setResource("api/reported")
                        .setOutcome(Outcome.OUTCOME_THROTTLED))
                .build());
    assertThat(server.limit("api").getOutcomesMap()).containsEntry("THROTTLED", 1L);
  }

  @Test
  void healthIsServing() {
    assertThat(
            HealthGrpc.newBlockingStub(server.tcp())
                .check(
                    HealthCheckRequest.newBuilder()
                        .setService("sluice.v1.AdmissionService")
                        .build())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  record Bad(AcquireRequest request, String field, String bound) {}

  static List<Bad> badRequests() {
    AcquireRequest none = AcquireRequest.getDefaultInstance();
    AcquireRequest good = ServerFixture.request("joint").build();
    return List.of(
        new Bad(none, "demands", "1..16 entries but had 0"),
        new Bad(demand(Demand.newBuilder()), "resource", "1..256 bytes of UTF-8 but was 0"),
        new Bad(resource("x".repeat(257)), "resource", "1..256 bytes of UTF-8 but was 257"),
        new Bad(resource("x".repeat(65_000)), "resource", "but was 65000"),
        new Bad(resource("a\u0000b"), "resource", "control characters but has U+0000 at index 1"),
        new Bad(resource("a\nb"), "resource", "U+000A"),
        new Bad(permits(-1), "permits", "[0, 1099511627776] but was -1"),
        new Bad(permits(Long.MAX_VALUE), "permits", "but was 9223372036854775807"),
        new Bad(
            good.toBuilder()
                .addDemands(Demand.newBuilder().setResource("job").setPermits(-7))
                .build(),
            "demands[1].permits",
            "but was -7"),
        new Bad(
            good.toBuilder()
                .addDemands(Demand.newBuilder().setResource("job").setPermits(0))
                .build(),
            "demands[1].permits",
            "0 in all demands or in none"),
        new Bad(
            good.toBuilder().setMaxWait(Duration.newBuilder().setSeconds(-1)).build(),
            "max_wait",
            "must not be negative but was -1s"),
        new Bad(
            good.toBuilder().setMaxWait(Duration.newBuilder().setSeconds(86_401)).build(),
            "max_wait",
            "at most 86400s but was 86401s"),
        new Bad(
            good.toBuilder().setTtl(Duration.newBuilder().setNanos(1)).build(),
            "ttl",
            "at least 1s"),
        new Bad(
            good.toBuilder().setTtl(Duration.newBuilder().setSeconds(Long.MAX_VALUE)).build(),
            "ttl",
            "at most 86400s"),
        new Bad(good.toBuilder().setPriority(10).build(), "priority", "[0, 9] but was 10"),
        new Bad(good.toBuilder().setPriority(-1).build(), "priority", "[0, 9] but was -1"),
        new Bad(good.toBuilder().setClientId("c".repeat(129)).build(), "client_id", "but was 129"),
        new Bad(
            good.toBuilder().setRequestId("r".repeat(129)).build(), "request_id", "but was 129"),
        new Bad(good.toBuilder().putLabels("", "v").build(), "labels name", "1..64 bytes"),
        new Bad(
            good.toBuilder().putLabels("k", "v".repeat(257)).build(), "labels[k]", "but was 257"));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  void badInputNamesFieldValueAndBoundAndChangesNothing(Bad bad) {
    long granted = server.limit("joint").getGranted();
    assertThatThrownBy(() -> server.admission().acquire(bad.request()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(e.getStatus().getDescription()).contains(bad.field(), bad.bound());
              assertThat(field(e)).isEqualTo(bad.field());
            });
    assertThat(server.limit("joint").getGranted()).isEqualTo(granted);
    assertThat(server.limit("joint").getUsed()).isZero();
  }

  @Test
  void unknownOutcomeIsRefused() {
    Grant grant = server.grant("joint");
    assertThatThrownBy(
            () ->
                server
                    .admission()
                    .release(
                        ReleaseRequest.newBuilder()
                            .addReleases(
                                Release.newBuilder()
                                    .setLeaseId(grant.getLeaseId())
                                    .setOutcomeValue(99))
                            .build()))
        .hasMessageContaining("outcome must be a value of sluice.v1.Outcome but was 99");
    assertThat(server.limit("joint").getUsed()).isEqualTo(1);
    server.release(grant.getLeaseId());
  }

  @Test
  void tooLargeMessageIsRefusedAndTheConnectionGoesOn() {
    ManagedChannel channel = server.tcp();
    AdmissionServiceGrpc.AdmissionServiceBlockingStub admission =
        AdmissionServiceGrpc.newBlockingStub(channel);
    assertThatThrownBy(() -> admission.acquire(resource("x".repeat(5_000_000))))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    assertThat(admission.acquire(ServerFixture.request("free").build()).getGrant().getLimited())
        .isFalse();
  }

  @Test
  void malformedBytesAreRefused() {
    ManagedChannel channel = server.tcp();
    io.grpc.MethodDescriptor<byte[], byte[]> raw =
        io.grpc.MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("sluice.v1.AdmissionService/Acquire")
            .setRequestMarshaller(BytesMarshaller.INSTANCE)
            .setResponseMarshaller(BytesMarshaller.INSTANCE)
            .build();
    for (byte[] body : List.of(new byte[] {(byte) 0xff}, new byte[] {0x0a, 0x7f, 0x01})) {
      assertThatThrownBy(
              () -> ClientCalls.blockingUnaryCall(channel, raw, io.grpc.CallOptions.DEFAULT, body))
          .isInstanceOf(StatusRuntimeException.class);
    }
    assertThat(server.acquire("free").hasGrant()).isTrue();
  }

  private static AcquireRequest demand(Demand.Builder demand) {
    return AcquireRequest.newBuilder().addDemands(demand).build();
  }

  private static AcquireRequest resource(String resource) {
    return demand(Demand.newBuilder().setResource(resource));
  }

  private static AcquireRequest permits(long permits) {
    return demand(Demand.newBuilder().setResource("joint").setPermits(permits));
  }

  private static AcquireResponse api(String tenant) {
    return server
        .admission()
        .acquire(
            demand(Demand.newBuilder().setResource("api/chat").putAttributes("tenant", tenant)));
  }

  private static ReleaseStatus release(
      AdmissionServiceGrpc.AdmissionServiceBlockingStub admission, String leaseId) {
    return admission
        .release(
            ReleaseRequest.newBuilder()
                .addReleases(Release.newBuilder().setLeaseId(leaseId))
                .build())
        .getResults(0)
        .getStatus();
  }

  private static String field(StatusRuntimeException e) {
    try {
      return StatusProto.fromThrowable(e)
          .getDetails(0)
          .unpack(BadRequest.class)
          .getFieldViolations(0)
          .getField();
    } catch (com.google.protobuf.InvalidProtocolBufferException wrong) {
      throw new AssertionError(wrong);
    }
  }

  private static void awaitWaiting(String limit, int count) throws InterruptedException {
    for (int i = 0; i < 1000 && server.limit(limit).getWaiting() != count; i++) {
      Thread.sleep(5); // another thread's RPC is on its way
    }
    assertThat(server.limit(limit).getWaiting()).isEqualTo(count);
  }
}
