package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.sluice.proto.v1.AdaptivePolicy;
import io.sluice.proto.v1.AwsCubicPolicy;
import io.sluice.proto.v1.BreakerPolicy;
import io.sluice.proto.v1.ConcurrencyAimdPolicy;
import io.sluice.proto.v1.ConcurrencyPolicy;
import io.sluice.proto.v1.DevicesPolicy;
import io.sluice.proto.v1.FixedPolicy;
import io.sluice.proto.v1.GetLimitRequest;
import io.sluice.proto.v1.GovernorPolicy;
import io.sluice.proto.v1.GradientProbePolicy;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.PutLimitRequest;
import io.sluice.proto.v1.RateAimdPolicy;
import io.sluice.proto.v1.RatePolicy;
import io.sluice.proto.v1.SuccessRatioPolicy;
import io.sluice.proto.v1.VegasPolicy;
import io.sluice.server.ServerFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What limits learn by, as administrators see it and set it. */
class LearningLimitsOverSocketsTest {
  private static final String[] NAMES = {
    "governor", "rate_aimd", "success_ratio", "aws_cubic",
    "gradient_probe", "concurrency_aimd", "vegas", "closed"
  };

  private ServerFixture server;

  @BeforeEach
  void start() throws Exception {
    server =
        ServerFixture.start(
            """
            limits:
              - { name: governor, match: { resource: a }, rate: { permits: 100, per: 1m }, adaptive: { controller: governor } }
              - { name: rate_aimd, match: { resource: a }, rate: { permits: 100 }, adaptive: { controller: aimd } }
              - { name: success_ratio, match: { resource: a }, rate: { permits: 100 }, adaptive: { controller: success_ratio } }
              - { name: aws_cubic, match: { resource: a }, rate: { permits: 100 }, adaptive: { controller: aws_cubic } }
              - { name: closed, match: { resource: a }, rate: { permits: 0 }, adaptive: { } }
              - { name: gradient_probe, match: { resource: a }, concurrency: { max: 50 }, adaptive: { } }
              - { name: concurrency_aimd, match: { resource: a }, concurrency: { max: 50 }, adaptive: { controller: aimd } }
              - { name: vegas, match: { resource: a }, concurrency: { max: 50 }, adaptive: { controller: vegas } }
              - { name: slots, match: { resource: a }, devices: { slots: 3 }, breaker: { slow_percent: 40, slow_call: 2s } }
              - { name: window, match: { resource: a }, rate: { permits: 3, window: fixed }, breaker: { } }
              - { name: plain, match: { resource: a }, concurrency: { max: 50 } }
            """);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void whatIsShownIsReadAsItWas() {
    for (String name : NAMES) {
      Limit limit = get(name);
      assertThat(limit.hasAdaptive()).as(name).isTrue();
      assertThat(put(limit)).as(name).isEqualTo(limit);
    }
    for (String name : new String[] {"slots", "window", "plain"}) {
      Limit limit = get(name);
      assertThat(limit.hasAdaptive()).as(name).isFalse();
      assertThat(limit.hasBreaker()).as(name).isEqualTo(!name.equals("plain"));
      assertThat(put(limit)).as(name).isEqualTo(limit);
    }
    assertThat(server.admin().listLimits(ListLimitsRequest.getDefaultInstance()).getLimitsList())
        .contains(get("governor"), get("slots"));
  }

  @Test
  void whatIsLeftOutHasTheDefaultOfTheConfiguration() {
    for (String name : NAMES) {
      Limit limit = get(name);
      AdaptivePolicy.Builder bare = AdaptivePolicy.newBuilder();
      if (!name.equals("closed")) { // whose controller is left out too
        var field = AdaptivePolicy.getDescriptor().findFieldByName(name);
        bare.setField(field, bare.newBuilderForField(field).build());
      }
      Limit before = put(limit.toBuilder().setAdaptive(fixed()).build());
      assertThat(before.hasAdaptive()).as(name).isFalse();
      assertThat(put(limit.toBuilder().setAdaptive(bare).build())).as(name).isEqualTo(limit);
    }
    Limit window = get("window");
    assertThat(put(window.toBuilder().setBreaker(BreakerPolicy.getDefaultInstance()).build()))
        .isEqualTo(window);
  }

  @Test
  void everySettingIsReadAsItIsWritten() {
    for (AdaptivePolicy.Builder adaptive :
        new AdaptivePolicy.Builder[] {
          AdaptivePolicy.newBuilder()
              .setGovernor(GovernorPolicy.newBuilder().setBackoff(0.7).setRecovery(seconds(20))),
          AdaptivePolicy.newBuilder()
              .setRateAimd(
                  RateAimdPolicy.newBuilder()
                      .setThrottledFactor(0.6)
                      .setErrorFactor(1)
                      .setIncreasePerSecond(0)
                      .setCooldown(seconds(0))),
          AdaptivePolicy.newBuilder()
              .setSuccessRatio(
                  SuccessRatioPolicy.newBuilder()
                      .setWindow(seconds(9))
                      .setRaiseAbove(0.9)
                      .setRaiseFactor(2)
                      .setLowerBelow(0)
                      .setLowerFactor(0.5)),
          AdaptivePolicy.newBuilder().setAwsCubic(AwsCubicPolicy.getDefaultInstance())
        }) {
      AdaptivePolicy whole = adaptive.setCeiling(99.5).setFloor(0.25).setInitial(1 / 3.0).build();
      assertThat(put(get("governor").toBuilder().setAdaptive(whole).build()).getAdaptive())
          .isEqualTo(whole);
    }
    for (AdaptivePolicy.Builder adaptive :
        new AdaptivePolicy.Builder[] {
          AdaptivePolicy.newBuilder().setGradientProbe(GradientProbePolicy.getDefaultInstance()),
          AdaptivePolicy.newBuilder()
              .setConcurrencyAimd(
                  ConcurrencyAimdPolicy.newBuilder().setBackoff(0.5).setTimeout(seconds(9))),
          AdaptivePolicy.newBuilder().setVegas(VegasPolicy.getDefaultInstance())
        }) {
      AdaptivePolicy whole = adaptive.setCeiling(99).setFloor(2).setInitial(3).build();
      assertThat(put(get("plain").toBuilder().setAdaptive(whole).build()).getAdaptive())
          .isEqualTo(whole);
    }
    BreakerPolicy breaker =
        BreakerPolicy.newBuilder()
            .setWindow(seconds(3))
            .setMinCalls(4)
            .setFailurePercent(5)
            .setSlowPercent(6)
            .setSlowCall(seconds(7))
            .setConsecutiveFailures(8)
            .setOpen(seconds(9))
            .setMaxOpen(seconds(10))
            .setProbes(11)
            .setProbeTtl(seconds(12))
            .build();
    assertThat(put(get("plain").toBuilder().setBreaker(breaker).build()).getBreaker())
        .isEqualTo(breaker);
  }

  @Test
  void whatIsAbsentStaysWhereItFits() {
    Limit plain = get("plain").toBuilder().setBreaker(BreakerPolicy.getDefaultInstance()).build();
    Limit learns = put(plain.toBuilder().setAdaptive(AdaptivePolicy.getDefaultInstance()).build());
    Limit changed = put(learns.toBuilder().clearAdaptive().clearBreaker().setMaxKeys(7).build());
    assertThat(changed).isEqualTo(learns.toBuilder().setMaxKeys(7).build());

    Limit slots =
        put(
            changed.toBuilder()
                .clearAdaptive()
                .clearBreaker()
                .clearKind()
                .setDevices(DevicesPolicy.newBuilder().setSlots(2))
                .clearConcurrency()
                .build());
    assertThat(slots.hasAdaptive()).isFalse();
    assertThat(slots.getBreaker()).isEqualTo(learns.getBreaker());
  }

  @Test
  void fixedAndDisabledTakeAway() {
    Limit learns =
        put(
            get("governor").toBuilder()
                .setBreaker(BreakerPolicy.newBuilder().setFailurePercent(10))
                .build());
    Limit fixed = put(learns.toBuilder().setAdaptive(fixed()).build());
    assertThat(fixed).isEqualTo(learns.toBuilder().clearAdaptive().build());
    assertThat(server.limit("governor").hasAdaptive()).isFalse();
    assertThat(server.limit("governor").hasBreaker()).isTrue();
    Limit calm =
        put(fixed.toBuilder().setBreaker(BreakerPolicy.newBuilder().setDisabled(true)).build());
    assertThat(calm).isEqualTo(fixed.toBuilder().clearBreaker().build());
    assertThat(server.limit("governor").hasBreaker()).isFalse();
    assertThat(put(calm)).isEqualTo(calm);
  }

  @Test
  void whatIsPutIsInForce() {
    Limit plain = get("plain");
    put(
        plain.toBuilder()
            .setAdaptive(AdaptivePolicy.newBuilder().setFloor(2).setInitial(2).setCeiling(4))
            .build());
    assertThat(server.limit("plain").getAdaptive().getCurrent()).isEqualTo(2);
    assertThat(server.limit("plain").getAdaptive().getFloor()).isEqualTo(2);
    assertThat(server.limit("plain").getAdaptive().getCeiling()).isEqualTo(4);
  }

  @Test
  void whatTheConfigurationRefusesIsRefusedByItsField() {
    Limit rate = get("governor");
    AdaptivePolicy.Builder adaptive = rate.getAdaptive().toBuilder();
    refuses("adaptive.ceiling", rate, adaptive.clone().setCeiling(1e10));
    refuses("adaptive.ceiling", rate, adaptive.clone().setCeiling(Double.NaN));
    refuses("adaptive.floor", rate, adaptive.clone().setFloor(0));
    refuses("adaptive.floor", rate, adaptive.clone().setFloor(101));
    refuses("adaptive.initial", rate, adaptive.clone().setInitial(0.01));
    GovernorPolicy.Builder governor = GovernorPolicy.newBuilder();
    refuses("adaptive.governor.backoff", rate, adaptive.setGovernor(governor.setBackoff(1)));
    governor.clearBackoff().setRecovery(Duration.newBuilder().setNanos(5));
    refuses("adaptive.governor.recovery", rate, adaptive.setGovernor(governor));
    governor.setRecovery(seconds(3601));
    refuses("adaptive.governor.recovery", rate, adaptive.setGovernor(governor));
    governor.setRecovery(seconds(-1));
    refuses("adaptive.governor.recovery", rate, adaptive.setGovernor(governor));
    refuses(
        "adaptive.rate_aimd.throttled_factor",
        rate,
        adaptive.setRateAimd(RateAimdPolicy.newBuilder().setThrottledFactor(0)));
    refuses(
        "adaptive.rate_aimd.increase_per_second",
        rate,
        adaptive.setRateAimd(RateAimdPolicy.newBuilder().setIncreasePerSecond(-1)));
    refuses(
        "adaptive.success_ratio.lower_below",
        rate,
        adaptive.setSuccessRatio(SuccessRatioPolicy.newBuilder().setRaiseAbove(0.5)));
    refuses("adaptive.controller", rate, adaptive.setVegas(VegasPolicy.getDefaultInstance()));
    refuses("adaptive.ceiling", rate, fixed().setCeiling(5));
    refuses("adaptive.initial", rate, fixed().setInitial(5));
    assertThat(get("governor")).isEqualTo(rate);

    Limit seats = get("vegas");
    AdaptivePolicy.Builder of = AdaptivePolicy.newBuilder();
    refuses("adaptive.ceiling", seats, of.clone().setCeiling(2.5));
    refuses("adaptive.ceiling", seats, of.clone().setCeiling(1_000_001));
    refuses("adaptive.ceiling", seats, of.clone().setCeiling(Double.POSITIVE_INFINITY));
    refuses("adaptive.floor", seats, of.clone().setFloor(0));
    refuses("adaptive.initial", seats, of.clone().setInitial(51));
    refuses(
        "adaptive.concurrency_aimd.backoff",
        seats,
        of.setConcurrencyAimd(ConcurrencyAimdPolicy.newBuilder().setBackoff(0.2)));
    refuses(
        "adaptive.concurrency_aimd.timeout",
        seats,
        of.setConcurrencyAimd(ConcurrencyAimdPolicy.newBuilder().setTimeout(seconds(0))));
    refuses("adaptive.controller", seats, of.setAwsCubic(AwsCubicPolicy.getDefaultInstance()));
    refuses("adaptive", get("slots"), AdaptivePolicy.newBuilder());
    refuses("adaptive", get("window"), AdaptivePolicy.newBuilder());
  }

  @Test
  void aBreakerThatTheConfigurationRefusesIsRefused() {
    refusesBreaker("breaker.window", BreakerPolicy.newBuilder().setWindow(seconds(0)));
    refusesBreaker("breaker.window", BreakerPolicy.newBuilder().setWindow(seconds(3601)));
    refusesBreaker("breaker.min_calls", BreakerPolicy.newBuilder().setMinCalls(0));
    refusesBreaker("breaker.failure_percent", BreakerPolicy.newBuilder().setFailurePercent(101));
    refusesBreaker("breaker.slow_percent", BreakerPolicy.newBuilder().setSlowPercent(-1));
    refusesBreaker("breaker.slow_call", BreakerPolicy.newBuilder().setSlowCall(seconds(1)));
    refusesBreaker(
        "breaker.max_open", BreakerPolicy.newBuilder().setOpen(seconds(2)).setMaxOpen(seconds(1)));
    refusesBreaker("breaker.probes", BreakerPolicy.newBuilder().setProbes(0));
    refusesBreaker("breaker.probe_ttl", BreakerPolicy.newBuilder().setProbeTtl(seconds(90_000)));
    refusesBreaker(
        "breaker.consecutive_failures", BreakerPolicy.newBuilder().setConsecutiveFailures(-1));
    refusesBreaker("breaker.disabled", BreakerPolicy.newBuilder().setDisabled(true).setProbes(1));
    assertThat(
            put(get("plain").toBuilder()
                    .setBreaker(BreakerPolicy.newBuilder().setOpen(seconds(120)))
                    .build())
                .getBreaker()
                .getMaxOpen())
        .isEqualTo(seconds(120));
  }

  @Test
  void aPolicyOfAnotherKindIsPutWithItsOwnController() {
    Limit limit =
        put(
            get("plain").toBuilder()
                .clearKind()
                .clearConcurrency()
                .setRate(RatePolicy.newBuilder().setPermits(5))
                .setAdaptive(AdaptivePolicy.getDefaultInstance())
                .build());
    assertThat(limit.getAdaptive().hasGovernor()).isTrue();
    assertThat(limit.getAdaptive().getCeiling()).isEqualTo(5);
    Limit seats =
        put(
            limit.toBuilder()
                .clearKind()
                .clearRate()
                .clearAdaptive()
                .setConcurrency(ConcurrencyPolicy.newBuilder().setMax(5))
                .build());
    assertThat(seats.hasAdaptive()).isFalse();
  }

  private static AdaptivePolicy.Builder fixed() {
    return AdaptivePolicy.newBuilder().setFixed(FixedPolicy.getDefaultInstance());
  }

  private void refuses(String field, Limit limit, AdaptivePolicy.Builder adaptive) {
    refuses(field, limit.toBuilder().setAdaptive(adaptive).build());
  }

  private void refusesBreaker(String field, BreakerPolicy.Builder breaker) {
    refuses(field, get("plain").toBuilder().setBreaker(breaker).build());
  }

  private void refuses(String field, Limit limit) {
    assertThatThrownBy(() -> put(limit))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              try {
                BadRequest details =
                    StatusProto.fromThrowable(e).getDetails(0).unpack(BadRequest.class);
                assertThat(details.getFieldViolations(0).getField()).isEqualTo("limit." + field);
              } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
                throw new AssertionError(broken);
              }
            });
  }

  private Limit put(Limit limit) {
    return server.admin().putLimit(PutLimitRequest.newBuilder().setLimit(limit).build()).getLimit();
  }

  private Limit get(String name) {
    return server.admin().getLimit(GetLimitRequest.newBuilder().setLimit(name).build()).getLimit();
  }

  private static Duration seconds(long count) {
    return Duration.newBuilder().setSeconds(count).build();
  }
}
