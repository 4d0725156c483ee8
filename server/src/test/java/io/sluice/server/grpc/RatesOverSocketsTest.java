package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.RatePolicy;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.server.ServerFixture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a caller sees of estimates, headroom, shadow limits and windows. */
class RatesOverSocketsTest {
  private static final String LIMITS =
      """
      limits:
        - { name: tokens, match: { resource: chat }, rate: { permits: 1, per: 1d, burst: 100 } }
        - { name: part, match: { resource: part }, headroom: 0.8, rate: { permits: 100, per: 1m } }
        - { name: quota, match: { resource: quota }, rate: { permits: 2, per: 1mo, window: calendar, zone: Asia/Kathmandu } }
        - { name: watched, match: { resource: watched }, mode: shadow, rate: { permits: 1, per: 1d } }
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
  void estimateIsSettledWithTheRelease() {
    Grant less = estimated(500);
    assertThat(less.getStates(0).getRemaining()).as("cut to the burst").isZero();
    assertThat(settle(less.getLeaseId(), 40)).isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    Grant more = estimated(60);
    assertThatThrownBy(() -> settle(more.getLeaseId(), -1))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("actual_permits must be in [0, ");
    settle(more.getLeaseId(), 110);
    LimitStats stats = server.limit("tokens");
    assertThat(stats.getAvailable()).isEqualTo(-50);
    assertThat(stats.getPermitsRefunded()).isEqualTo(60);
    assertThat(stats.getPermitsDebited()).isEqualTo(50);
    assertThat(stats.getPermitsOverrun()).isZero();
  }

  @Test
  void actualWithoutEstimateIsRefusedAndEndsNothing() {
    Grant certain =
        server
            .admission()
            .acquire(ServerFixture.request("free").setWantLease(true).build())
            .getGrant();
    assertThatThrownBy(() -> settle(certain.getLeaseId(), 1))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining("actual_permits must be absent");
    assertThat(server.release(certain.getLeaseId()))
        .isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
  }

  @Test
  void headroomIsShownBesideTheBase() {
    Limit limit =
        server
            .admin()
            .listLimits(ListLimitsRequest.newBuilder().setResource("part").build())
            .getLimits(0);
    assertThat(limit.getRate().getPermits()).isEqualTo(100);
    assertThat(limit.getHeadroom()).isEqualTo(0.8);
    assertThat(limit.getEffectiveCapacity()).isEqualTo(80);
    assertThat(limit.getEffectiveRate()).isEqualTo(80 / 60.0);
    assertThat(server.limit("part").getCapacity()).isEqualTo(80);
    assertThat(server.grant("part").getStates(0).getLimitValue()).isEqualTo(80);
  }

  @Test
  void shadowGrantsAndCounts() {
    for (int i = 0; i < 3; i++) {
      assertThat(server.grant("watched").getStates(0).getLimit()).isEqualTo("watched");
    }
    assertThat(server.limit("watched").getWouldDeny()).isEqualTo(2);
    assertThat(server.limit("watched").getDenied()).isZero();
  }

  @Test
  void quotaOfTheCalendarIsDeniedAsSuchAndTellsItsThresholds() {
    RatePolicy rate =
        server
            .admin()
            .listLimits(ListLimitsRequest.newBuilder().setResource("quota").build())
            .getLimits(0)
            .getRate();
    assertThat(rate.getWindow()).isEqualTo("calendar");
    assertThat(rate.getCalendarUnit()).isEqualTo("month");
    assertThat(rate.getZone()).isEqualTo("Asia/Kathmandu");
    server.grant("quota");
    server.grant("quota");
    Denial denial = server.acquire("quota").getDenial();
    assertThat(denial.getReason()).isEqualTo(DenialReason.DENIAL_REASON_QUOTA);
    assertThat(denial.getRetryAfter().getSeconds()).isLessThanOrEqualTo(60);
    assertThat(server.limit("quota").getThresholdsList())
        .extracting(threshold -> threshold.getPercent() + ":" + threshold.getCrossings())
        .containsExactly("50:1", "80:1", "90:1");
    assertThat(server.limit("quota").getCurrentRate()).isZero();
  }

  private static Grant estimated(long permits) {
    return server
        .admission()
        .acquire(
            AcquireRequest.newBuilder()
                .addDemands(
                    Demand.newBuilder().setResource("chat").setPermits(permits).setEstimate(true))
                .build())
        .getGrant();
  }

  private static ReleaseStatus settle(String lease, long actual) {
    return server
        .admission()
        .release(
            ReleaseRequest.newBuilder()
                .addReleases(
                    Release.newBuilder()
                        .setLeaseId(lease)
                        .setOutcome(Outcome.OUTCOME_SUCCESS)
                        .setActualPermits(actual))
                .build())
        .getResults(0)
        .getStatus();
  }
}
