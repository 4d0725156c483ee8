package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.util.Durations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.AdjustRateRequest;
import io.sluice.proto.v1.Adjustment;
import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.ListAdjustmentsRequest;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.Report;
import io.sluice.proto.v1.ReportRequest;
import io.sluice.server.ServerFixture;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits that learn, as their callers and administrators see them. */
class LearningOverSocketsTest {
  private ServerFixture server;

  @BeforeEach
  void start() throws Exception {
    server =
        ServerFixture.start(
            """
            limits:
              - { name: api, match: { resource: api }, rate: { permits: 10, per: 1s },
                  adaptive: { controller: aimd, min: 1 } }
              - { name: jobs, match: { resource: jobs }, concurrency: { max: 3 },
                  breaker: { consecutive_failures: 2 } }
            """);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void parity0x11To0x14_rateFollowsOutcomesAndOrders() {
    assertThat(server.limit("api").getCurrentRate()).isEqualTo(10);
    release("api", Release.newBuilder().setOutcome(Outcome.OUTCOME_THROTTLED));
    assertThat(server.limit("api").getCurrentRate()).isCloseTo(5, within(0.1));
    assertThat(server.limit("api").getAdaptive().getLastCause()).isEqualTo("THROTTLED");
    assertThat(adjust("api", 0.8)).isCloseTo(4, within(0.1));
    assertThat(server.limit("api").getAdaptive().getCurrent()).isCloseTo(4, within(0.1));
    assertThat(adjust("api", 0.001)).isEqualTo(1);
    assertThat(server.limit("api").getAdaptive().getFloor()).isEqualTo(1);
  }

  @Test
  void adjustmentThatCannotBeIsRefused() {
    for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> adjust("api", factor))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("factor must be finite and above 0");
    }
    assertThatThrownBy(() -> adjust("jobs", 0.5)).hasMessageContaining("must be adaptive");
    assertThatThrownBy(() -> adjust("none", 0.5))
        .satisfies(
            e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.NOT_FOUND));
    assertThat(server.limit("api").getCurrentRate()).isEqualTo(10);
  }

  @Test
  void adjustmentsAreRememberedWithWhoWhenAndWhy() {
    long before = System.currentTimeMillis() / 1000;
    adjust("api", 0.5);
    assertThatThrownBy(() -> adjust("api", 0)).hasMessageContaining("factor");
    assertThatThrownBy(() -> adjust("jobs", 2)).hasMessageContaining("adaptive");
    AdjustRateRequest unnamed = AdjustRateRequest.newBuilder().setLimit("api").setFactor(4).build();
    assertThat(server.admin().adjustRate(unnamed).getFrom()).isCloseTo(5, within(0.1));
    assertThat(AdminServiceGrpc.newBlockingStub(server.unix()).adjustRate(unnamed).getValue())
        .isEqualTo(10);

    List<Adjustment> adjustments = adjustments("");
    assertThat(adjustments).extracting(Adjustment::getFactor).containsExactly(4.0, 4.0, 0.5);
    assertThat(adjustments.get(0).getBy()).isEqualTo("unix");
    assertThat(adjustments.get(1).getBy()).matches("127\\.0\\.0\\.1:[0-9]+");
    assertThat(adjustments.get(1).getReason()).isEmpty();
    Adjustment first = adjustments.get(2);
    assertThat(first.getLimit()).isEqualTo("api");
    assertThat(first.getBy()).isEqualTo("tester");
    assertThat(first.getReason()).isEqualTo("a test");
    assertThat(first.getFrom()).isEqualTo(10);
    assertThat(first.getTo()).isEqualTo(5);
    assertThat(first.getAt().getSeconds()).isBetween(before, before + 60);
    assertThat(adjustments("api")).isEqualTo(adjustments);
    assertThat(adjustments("jobs")).isEmpty();
  }

  @Test
  void theLastHundredAdjustmentsAreKept() {
    for (int i = 1; i <= Adjustments.MAX_REMEMBERED + 5; i++) {
      adjust("api", i);
    }
    assertThat(adjustments(""))
        .hasSize(Adjustments.MAX_REMEMBERED)
        .extracting(Adjustment::getFactor)
        .startsWith(105.0, 104.0)
        .endsWith(7.0, 6.0);
  }

  @Test
  void retryAfterHoldsHoweverItIsTold() throws Exception {
    release(
        "api",
        Release.newBuilder()
            .setOutcome(Outcome.OUTCOME_THROTTLED)
            .setRetryAfter(Durations.fromSeconds(40)));
    Denial denial = server.acquire("api").getDenial();
    assertThat(denial.getReason()).isEqualTo(DenialReason.DENIAL_REASON_HOLD);
    assertThat(Durations.toSeconds(denial.getRetryAfter())).isBetween(39L, 50L);
    assertThat(Durations.toSeconds(server.limit("api").getAdaptive().getHeldFor()))
        .isBetween(38L, 45L);

    stop();
    start();
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(30));
    server
        .admission()
        .report(
            ReportRequest.newBuilder()
                .addReports(
                    Report.newBuilder()
                        .setResource("api")
                        .setOutcome(Outcome.OUTCOME_THROTTLED)
                        .putProviderHeaders("retry-AFTER", date))
                .build());
    denial = server.acquire("api").getDenial();
    assertThat(denial.getReason()).isEqualTo(DenialReason.DENIAL_REASON_HOLD);
    assertThat(Durations.toSeconds(denial.getRetryAfter())).isBetween(25L, 40L);
  }

  @Test
  void hostileHeadersChangeNothing() {
    release(
        "api",
        Release.newBuilder()
            .setOutcome(Outcome.OUTCOME_SUCCESS)
            .putProviderHeaders("Retry-After", "-5")
            .putProviderHeaders("x-ratelimit-remaining", "NaN")
            .putProviderHeaders("x-ratelimit-reset", "99999999999999999999"));
    assertThat(server.acquire("api").hasGrant()).isTrue();
    assertThatThrownBy(
            () -> release("api", Release.newBuilder().putProviderHeaders("x", "y".repeat(1025))))
        .hasMessageContaining("provider_headers");
  }

  @Test
  void parity1x15_breakerOpensAndSaysWhenToComeBack() {
    release("jobs", Release.newBuilder().setOutcome(Outcome.OUTCOME_ERROR));
    assertThat(server.limit("jobs").getBreaker().getState()).isEqualTo("CLOSED");
    release("jobs", Release.newBuilder().setOutcome(Outcome.OUTCOME_TIMEOUT));
    Denial denial = server.acquire("jobs").getDenial();
    assertThat(denial.getReason()).isEqualTo(DenialReason.DENIAL_REASON_BREAKER_OPEN);
    assertThat(denial.getMessage()).contains("breaker of limit jobs is open");
    assertThat(Durations.toMillis(denial.getRetryAfter())).isBetween(4_000L, 6_100L);
    assertThat(server.limit("jobs").getBreaker().getState()).isEqualTo("OPEN");
    assertThat(server.limit("jobs").getBreaker().getOpened()).isEqualTo(1);
    assertThat(server.limit("jobs").getDeniedByReasonMap()).containsEntry("BREAKER_OPEN", 1L);
  }

  private List<Adjustment> adjustments(String limit) {
    return server
        .admin()
        .listAdjustments(ListAdjustmentsRequest.newBuilder().setLimit(limit).build())
        .getAdjustmentsList();
  }

  private double adjust(String limit, double factor) {
    return server
        .admin()
        .adjustRate(
            AdjustRateRequest.newBuilder()
                .setLimit(limit)
                .setFactor(factor)
                .setReason("a test")
                .setClientId("tester")
                .build())
        .getValue();
  }

  private void release(String resource, Release.Builder release) {
    var unused =
        server
            .admission()
            .release(
                ReleaseRequest.newBuilder()
                    .addReleases(release.setLeaseId(server.grant(resource).getLeaseId()))
                    .build());
  }
}
