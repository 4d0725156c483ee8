package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Duration;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Dedup;
import io.sluice.proto.v1.DedupConflict;
import io.sluice.proto.v1.DedupScope;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.LeaseState;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.ListWaitersRequest;
import io.sluice.proto.v1.ListWaitersResponse;
import io.sluice.proto.v1.Waiter;
import io.sluice.server.ServerFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queues, work that is asked for twice, and deadlines, over TCP. */
class WaitingOverSocketsTest {
  private static final Duration MINUTE = Duration.newBuilder().setSeconds(60).build();

  private ServerFixture server;

  @BeforeEach
  void start() throws Exception {
    server =
        ServerFixture.start(
            """
            limits:
              - { name: jobs, match: { resource: jobs }, concurrency: { max: 1 },
                  queue: { fairness: [tenant], weights: { a: 3 }, aging: 7s, max_bypasses: 4, mode: interactive } }
              - { name: calls, match: { resource: calls }, rate: { permits: 1, per: 1m } }
            """);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void queueRulesAreShown() {
    var limits = server.admin().listLimits(ListLimitsRequest.getDefaultInstance()).getLimitsList();
    assertThat(limits.get(0).getQueue().getMode()).isEqualTo("interactive");
    assertThat(limits.get(0).getQueue().getFairnessList()).containsExactly("tenant");
    assertThat(limits.get(0).getQueue().getWeightsMap()).containsEntry("a", 3);
    assertThat(limits.get(0).getQueue().getAging().getSeconds()).isEqualTo(7);
    assertThat(limits.get(0).getQueue().getMaxBypasses()).isEqualTo(4);
    assertThat(limits.get(1).getQueue().getFairnessList()).containsExactly("client");
  }

  @Test
  void waitersAreListedWithTheirPlacesInPages() throws Exception {
    server.grant("jobs");
    List<ListenableFuture<AcquireResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(call(ServerFixture.request("jobs").setClientId("c" + i).setMaxWait(MINUTE)));
      awaitWaiters(i + 1);
    }

    ListWaitersResponse first =
        server.admin().listWaiters(ListWaitersRequest.newBuilder().setPageSize(2).build());
    assertThat(first.getWaitersList()).extracting(Waiter::getClientId).containsExactly("c0", "c1");
    assertThat(first.getWaitersList()).extracting(Waiter::getPosition).containsExactly(1, 2);
    assertThat(first.getWaiters(0).getLimitsList()).containsExactly("jobs");
    assertThat(first.getWaiters(0).getRemaining().getSeconds()).isBetween(1L, 60L);
    ListWaitersResponse second =
        server
            .admin()
            .listWaiters(
                ListWaitersRequest.newBuilder()
                    .setPageSize(2)
                    .setPageToken(first.getNextPageToken())
                    .build());
    assertThat(second.getWaitersList()).extracting(Waiter::getClientId).containsExactly("c2");
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(
            server
                .admin()
                .listWaiters(ListWaitersRequest.newBuilder().setClientId("c1").build())
                .getWaitersList())
        .hasSize(1);
    Denial behind = server.acquire("jobs").getDenial();
    assertThat(behind.getPosition()).isEqualTo(4);
    assertThat(behind.hasExpectedWait()).isTrue();
    assertThat(behind.getExpectedWait().getSeconds() + 1)
        .isGreaterThanOrEqualTo(behind.getRetryAfter().getSeconds());
    calls.forEach(call -> call.cancel(true));
  }

  @Test
  void sameWorkIsToldOfTheFirst() throws Exception {
    String running = server.grant("jobs").getLeaseId();
    AcquireRequest.Builder named =
        ServerFixture.request("jobs").setMaxWait(MINUTE).setRequestId("first");
    ListenableFuture<AcquireResponse> first =
        call(named.setDedup(dedup(DedupConflict.DEDUP_CONFLICT_UNSPECIFIED)));
    awaitWaiters(1);

    Denial second =
        server
            .admission()
            .acquire(
                ServerFixture.request("jobs")
                    .setDedup(dedup(DedupConflict.DEDUP_CONFLICT_REUSE))
                    .setMaxWait(MINUTE)
                    .build())
            .getDenial();
    assertThat(second.getReason()).isEqualTo(DenialReason.DENIAL_REASON_DUPLICATE);
    assertThat(second.getExisting().getRequestId()).isEqualTo("first");
    assertThat(second.getExisting().getState()).isEqualTo(LeaseState.LEASE_STATE_QUEUED);

    Demand other = Demand.newBuilder().setResource("jobs").putAttributes("amount", "2").build();
    assertThatThrownBy(
            () ->
                server
                    .admission()
                    .acquire(
                        AcquireRequest.newBuilder()
                            .addDemands(other)
                            .setDedup(dedup(DedupConflict.DEDUP_CONFLICT_REJECT))
                            .build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
              assertThat(refused.getMessage())
                  .contains("demands[0].attributes[amount] was absent and is 2");
            });

    ListenableFuture<AcquireResponse> joined =
        call(
            ServerFixture.request("jobs")
                .setDedup(dedup(DedupConflict.DEDUP_CONFLICT_JOIN))
                .setMaxWait(MINUTE));
    // Nothing tells that a call has joined a wait but its own answer.
    server.admission().acquire(ServerFixture.request("calls").build());
    server.release(running);
    String lease = first.get(10, TimeUnit.SECONDS).getGrant().getLeaseId();
    assertThat(joined.get(10, TimeUnit.SECONDS).getGrant().getLeaseId()).isEqualTo(lease);
  }

  @Test
  void deadlineThatCannotBeMetIsRefusedAtOnce() {
    server.grant("calls");
    Denial denial =
        server
            .admission()
            .acquire(
                ServerFixture.request("calls")
                    .setMaxWait(MINUTE)
                    .setWorkDeadline(Duration.newBuilder().setSeconds(5))
                    .build())
            .getDenial();
    assertThat(denial.getReason()).isEqualTo(DenialReason.DENIAL_REASON_DEADLINE_TOO_SHORT);
  }

  @Test
  void badDedupIsRefused() {
    refused(Dedup.newBuilder(), "dedup.key");
    refused(Dedup.newBuilder().setKey("k").setTtl(MINUTE), "dedup.ttl");
    refused(Dedup.newBuilder().setKey("k").setScopeValue(9), "dedup.scope");
    refused(Dedup.newBuilder().setKey("k").setOnConflictValue(9), "dedup.on_conflict");
  }

  private void refused(Dedup.Builder dedup, String field) {
    assertThatThrownBy(
            () -> server.admission().acquire(ServerFixture.request("jobs").setDedup(dedup).build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(field);
  }

  private ListenableFuture<AcquireResponse> call(AcquireRequest.Builder request) {
    return AdmissionServiceGrpc.newFutureStub(server.tcp()).acquire(request.build());
  }

  private void awaitWaiters(int count) throws InterruptedException {
    ListWaitersRequest all = ListWaitersRequest.getDefaultInstance();
    while (server.admin().listWaiters(all).getWaitersCount() < count) {
      TimeUnit.MILLISECONDS.sleep(2); // another thread
    }
  }

  private static Dedup dedup(DedupConflict onConflict) {
    return Dedup.newBuilder()
        .setKey("work")
        .setScope(DedupScope.DEDUP_SCOPE_PENDING_OR_RUNNING)
        .setOnConflict(onConflict)
        .build();
  }
}
