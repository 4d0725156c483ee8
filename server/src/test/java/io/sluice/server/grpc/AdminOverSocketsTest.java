package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Allotment;
import io.sluice.proto.v1.CordonDeviceRequest;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.DeviceAsk;
import io.sluice.proto.v1.DevicesPolicy;
import io.sluice.proto.v1.ExplainRequest;
import io.sluice.proto.v1.ExplainResponse;
import io.sluice.proto.v1.GetLeaseRequest;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Lease;
import io.sluice.proto.v1.LeaseState;
import io.sluice.proto.v1.LimitKind;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.ListLeasesResponse;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.RevokeLeaseRequest;
import io.sluice.proto.v1.StatsSnapshot;
import io.sluice.proto.v1.WatchStatsRequest;
import io.sluice.proto.v1.WatchStatsResponse;
import io.sluice.server.ServerFixture;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminOverSocketsTest {
  private ServerFixture server;

  @BeforeEach
  void start() throws Exception {
    server =
        ServerFixture.start(
            """
            devices: { gpu: { inventory: fake:2x24576 } }
            limits:
              - { name: chat, match: { resource: "openai/*" }, key: [tenant], rate: { permits: 60, per: 1m, burst: 10 } }
              - { name: jobs, match: { resource: pipeline/jobs }, concurrency: { max: 2, ttl: 20s, max_ttl: 1m } }
              - { name: cards, match: { resource: gpu }, devices: { pool: gpu, max_sharers: 4 } }
            """);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void listsLimitsAsConfigured() {
    var limits = server.admin().listLimits(ListLimitsRequest.getDefaultInstance()).getLimitsList();
    assertThat(limits)
        .extracting(limit -> limit.getName())
        .containsExactly("chat", "jobs", "cards");
    assertThat(limits.get(0).getKind()).isEqualTo(LimitKind.LIMIT_KIND_RATE);
    assertThat(limits.get(0).getKeyList()).containsExactly("tenant");
    assertThat(limits.get(0).getRate().getPermits()).isEqualTo(60);
    assertThat(limits.get(1).getConcurrency().getTtl().getSeconds()).isEqualTo(20);
    assertThat(limits.get(1).getConcurrency().getMaxTtl().getSeconds()).isEqualTo(60);
    assertThat(limits.get(2).getDevices().getDevicesCount()).isEqualTo(2);
    assertThat(
            server
                .admin()
                .listLimits(ListLimitsRequest.newBuilder().setResource("openai/gpt").build())
                .getLimitsList())
        .extracting(limit -> limit.getName())
        .containsExactly("chat");
  }

  @Test
  void listsLeasesInPages() {
    for (int i = 0; i < 2; i++) {
      server
          .admission()
          .acquire(ServerFixture.request("pipeline/jobs").setClientId("c" + i).build());
    }
    gpu(8192);
    ListLeasesResponse first =
        server.admin().listLeases(ListLeasesRequest.newBuilder().setPageSize(2).build());
    assertThat(first.getLeasesList()).extracting(Lease::getClientId).containsExactly("c0", "c1");
    ListLeasesResponse second =
        server
            .admin()
            .listLeases(
                ListLeasesRequest.newBuilder()
                    .setPageSize(2)
                    .setPageToken(first.getNextPageToken())
                    .build());
    assertThat(second.getLeasesList()).hasSize(1);
    assertThat(second.getLeases(0).getAllotments(0).getMemoryMib()).isEqualTo(8192);
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(
            server
                .admin()
                .listLeases(ListLeasesRequest.newBuilder().setClientId("c1").build())
                .getLeasesList())
        .hasSize(1);
    assertThatThrownBy(
            () ->
                server.admin().listLeases(ListLeasesRequest.newBuilder().setPageToken("x").build()))
        .hasMessageContaining("page_token must be one that an answer carried but was x");
  }

  @Test
  void endedLeaseStaysReadable() {
    Grant grant = server.grant("pipeline/jobs");
    assertThat(lease(grant.getLeaseId()).getState()).isEqualTo(LeaseState.LEASE_STATE_GRANTED);
    assertThat(lease(grant.getLeaseId()).getRemaining().getSeconds()).isBetween(18L, 20L);
    server.release(grant.getLeaseId());
    Lease ended = lease(grant.getLeaseId());
    assertThat(ended.getState()).isEqualTo(LeaseState.LEASE_STATE_RELEASED);
    assertThat(ended.getOutcome()).isEqualTo(Outcome.OUTCOME_SUCCESS);
    assertThat(ended.hasRemaining()).isFalse();
    assertThatThrownBy(() -> lease("0".repeat(32)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    assertThatThrownBy(() -> lease("nonsense"))
        .hasMessageContaining("lease_id must be 32 hexadecimal digits but had 8 characters");
  }

  @Test
  void revokedLeaseGoesToTheNextWaiter() throws Exception {
    Grant first = server.grant("pipeline/jobs");
    server.grant("pipeline/jobs");
    Future<AcquireResponse> waiting =
        AdmissionServiceGrpc.newFutureStub(server.tcp())
            .acquire(
                ServerFixture.request("pipeline/jobs")
                    .setMaxWait(Duration.newBuilder().setSeconds(10))
                    .build());
    while (server.limit("jobs").getWaiting() == 0) {
      Thread.onSpinWait();
    }
    Lease revoked =
        server
            .admin()
            .revokeLease(
                RevokeLeaseRequest.newBuilder()
                    .setLeaseId(first.getLeaseId())
                    .setMessage("maintenance")
                    .build())
            .getLease();
    assertThat(revoked.getState()).isEqualTo(LeaseState.LEASE_STATE_REVOKED);
    assertThat(revoked.getMessage()).isEqualTo("maintenance");
    assertThat(waiting.get(5, TimeUnit.SECONDS).hasGrant()).isTrue();
  }

  @Test
  void explainSaysWhyAndChangesNothing() {
    server.grant("pipeline/jobs");
    server.grant("pipeline/jobs");
    StatsSnapshot before = snapshot();
    ExplainResponse denied = explain(Demand.newBuilder().setResource("pipeline/jobs"));
    assertThat(denied.getAdmitted()).isFalse();
    assertThat(denied.getReason()).isEqualTo(DenialReason.DENIAL_REASON_CONCURRENCY);
    assertThat(denied.getLimits(0).getBlocker().getMessage()).contains("0 permits left, 1 asked");
    ExplainResponse granted =
        explain(Demand.newBuilder().setResource("openai/gpt").putAttributes("tenant", "new"));
    assertThat(granted.getAdmitted()).isTrue();
    assertThat(granted.getLimits(0).getKeyList()).containsExactly("new");
    assertThat(granted.getLimits(0).getState().getRemaining()).isEqualTo(10);
    assertThat(explain(Demand.newBuilder().setResource("unknown")).getMessage())
        .contains("no limit matches");
    StatsSnapshot after = snapshot();
    assertThat(counted(after)).isEqualTo(counted(before));
  }

  /** What changes only when something is counted; the window moves with time. */
  private static List<LimitStats> counted(StatsSnapshot snapshot) {
    return snapshot.getLimitsList().stream()
        .map(limit -> limit.toBuilder().clearWindow().build())
        .toList();
  }

  @Test
  void devicesAreSharedByMemoryAndNamedInTheEnvironment() {
    Grant first = gpu(16_000).getGrant();
    Grant second = gpu(16_000).getGrant();
    assertThat(List.of(first.getAllotments(0), second.getAllotments(0)))
        .extracting(allotment -> allotment.getDeviceUuid())
        .containsExactlyInAnyOrder("GPU-fake-0", "GPU-fake-1");
    assertThat(first.getEnvironmentMap())
        .containsEntry("CUDA_VISIBLE_DEVICES", first.getAllotments(0).getDeviceUuid());
    AcquireResponse third = gpu(16_000);
    assertThat(third.getDenial().getReason()).isEqualTo(DenialReason.DENIAL_REASON_DEVICES);
    assertThat(third.getDenial().getMessage())
        .contains("GPU-fake-0 has 8576 MiB free of 24576, 16000 asked");
    AcquireResponse never = gpu(24_577);
    assertThat(never.getDenial().getReason()).isEqualTo(DenialReason.DENIAL_REASON_EXCEEDS_LIMIT);
    assertThat(never.getDenial().hasRetryAfter()).isFalse();
  }

  @Test
  void theWholeDeviceAskArrivesAndIsShown() {
    DeviceAsk ask =
        DeviceAsk.newBuilder()
            .setCount(2)
            .setMemoryMib(1_000)
            .setComputePercent(20)
            .setSameDevice(true)
            .putSelector("uuid", "GPU-fake-1")
            .build();
    Grant grant = gpu(ask).getGrant();
    assertThat(grant.getAllotmentsList())
        .containsExactly(
            Allotment.newBuilder()
                .setResource("gpu")
                .setDeviceUuid("GPU-fake-1")
                .setDeviceIndex(1)
                .setMemoryMib(2_000)
                .setComputePercent(40)
                .build());
    assertThat(grant.getEnvironmentMap()).containsEntry("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", "40");
    assertThat(lease(grant.getLeaseId()).getDemands(0).getDevices()).isEqualTo(ask);
    DevicesPolicy pool = pool();
    assertThat(pool.getDevices(1).getGrantedPercent()).isEqualTo(40);
    assertThat(pool.getDevices(1).getFreeMib()).isEqualTo(22_576);
    assertThat(pool.getDevices(1).hasUtilizationPercent()).isFalse();
    assertThat(pool.getGrantableMib()).isEqualTo(24_576 + 22_576);
    assertThat(pool.getLargestMib()).isEqualTo(24_576);
    assertThatThrownBy(() -> gpu(ask.toBuilder().setComputePercent(101).build()))
        .hasMessageContaining("devices.compute_percent must be in [0, 100] but was 101");
  }

  @Test
  void aCordonedDeviceTakesNoNewGrants() {
    CordonDeviceRequest request =
        CordonDeviceRequest.newBuilder()
            .setLimit("cards")
            .setDeviceUuid("GPU-fake-0")
            .setCordoned(true)
            .build();
    assertThat(server.admin().cordonDevice(request).getDevice().getCordoned()).isTrue();
    assertThat(pool().getDevices(0).getCordoned()).isTrue();
    assertThat(pool().getStrandedMib()).isEqualTo(24_576);
    DeviceAsk ask = DeviceAsk.newBuilder().putSelector("index", "0").build();
    assertThat(gpu(ask).getDenial().getMessage())
        .endsWith("GPU-fake-0 is cordoned, GPU-fake-1 is not index=0");
    server.admin().cordonDevice(request.toBuilder().setCordoned(false).build());
    assertThat(gpu(ask).hasGrant()).isTrue();
    assertThatThrownBy(
            () -> server.admin().cordonDevice(request.toBuilder().setDeviceUuid("x").build()))
        .hasMessage("NOT_FOUND: no device x of limit cards");
  }

  @Test
  void statsAreOneSnapshot() {
    server.grant("pipeline/jobs");
    server.acquire("pipeline/jobs");
    server.acquire("pipeline/jobs");
    StatsSnapshot snapshot = snapshot();
    var jobs = snapshot.getLimits(1);
    assertThat(jobs.getCapacity() - jobs.getUsed()).isEqualTo(jobs.getAvailable());
    assertThat(jobs.getUsed()).isEqualTo(jobs.getLeases()).isEqualTo(2);
    assertThat(jobs.getGranted()).isEqualTo(2);
    assertThat(jobs.getDeniedByReasonMap()).containsExactly(java.util.Map.entry("CONCURRENCY", 1L));
    assertThat(snapshot.getProcess().getServing()).isTrue();
    assertThat(snapshot.getResources(0).getResource()).isEqualTo("pipeline/jobs");
    assertThatThrownBy(
            () -> server.stats().getStats(GetStatsRequest.newBuilder().setLimit("no").build()))
        .hasMessageContaining("NOT_FOUND: no limit no");
  }

  @Test
  void watchSendsSnapshotsUntilTheReaderGoes() {
    Iterator<WatchStatsResponse> watch =
        server
            .stats()
            .watchStats(
                WatchStatsRequest.newBuilder()
                    .setLimit("jobs")
                    .setInterval(Duration.newBuilder().setNanos(100_000_000))
                    .build());
    List<Long> granted = new ArrayList<>();
    granted.add(watch.next().getSnapshot().getLimits(0).getGranted());
    server.grant("pipeline/jobs");
    for (int i = 0; i < 20 && granted.get(granted.size() - 1) == 0; i++) {
      granted.add(watch.next().getSnapshot().getLimits(0).getGranted());
    }
    assertThat(granted).startsWith(0L).endsWith(1L);
    assertThatThrownBy(
            () ->
                server
                    .stats()
                    .watchStats(
                        WatchStatsRequest.newBuilder()
                            .setInterval(Duration.newBuilder().setNanos(1))
                            .build())
                    .next())
        .hasMessageContaining("interval must be at least 100ms but was 1ns");
  }

  private DevicesPolicy pool() {
    return server
        .admin()
        .listLimits(ListLimitsRequest.newBuilder().setResource("gpu").build())
        .getLimits(0)
        .getDevices();
  }

  private AcquireResponse gpu(long memoryMib) {
    return gpu(DeviceAsk.newBuilder().setMemoryMib(memoryMib).build());
  }

  private AcquireResponse gpu(DeviceAsk ask) {
    return server
        .admission()
        .acquire(
            io.sluice.proto.v1.AcquireRequest.newBuilder()
                .addDemands(Demand.newBuilder().setResource("gpu").setDevices(ask))
                .build());
  }

  private Lease lease(String id) {
    return server.admin().getLease(GetLeaseRequest.newBuilder().setLeaseId(id).build()).getLease();
  }

  private ExplainResponse explain(Demand.Builder demand) {
    return server.admin().explain(ExplainRequest.newBuilder().addDemands(demand).build());
  }

  private StatsSnapshot snapshot() {
    return server.stats().getStats(GetStatsRequest.getDefaultInstance()).getSnapshot();
  }
}
