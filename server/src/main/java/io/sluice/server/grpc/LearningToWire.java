package io.sluice.server.grpc;

import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.adaptive.rate.AwsCubicRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.adaptive.rate.SuccessRatioRules;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.limit.Learning;
import io.sluice.proto.v1.AdaptivePolicy;
import io.sluice.proto.v1.AwsCubicPolicy;
import io.sluice.proto.v1.BreakerPolicy;
import io.sluice.proto.v1.ConcurrencyAimdPolicy;
import io.sluice.proto.v1.GovernorPolicy;
import io.sluice.proto.v1.GradientProbePolicy;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.RateAimdPolicy;
import io.sluice.proto.v1.SuccessRatioPolicy;
import io.sluice.proto.v1.VegasPolicy;

/** Writes what limits learn, as it is read: whole, with the defaults. */
final class LearningToWire {
  private LearningToWire() {}

  /** Sets what is learnt; what is not stays absent. */
  static void write(Learning learning, Limit.Builder limit) {
    RateRules rate = learning.rate();
    if (rate != null) {
      limit.setAdaptive(adaptive(rate));
    }
    ConcurrencyRules concurrency = learning.concurrency();
    if (concurrency != null) {
      limit.setAdaptive(adaptive(concurrency));
    }
    BreakerRules breaker = learning.breaker();
    if (breaker != null) {
      limit.setBreaker(breaker(breaker));
    }
  }

  private static AdaptivePolicy adaptive(RateRules rules) {
    AdaptivePolicy.Builder wire =
        AdaptivePolicy.newBuilder()
            .setCeiling(rules.ceiling())
            .setFloor(rules.floor())
            .setInitial(rules.initial());
    if (rules instanceof GovernorRules governor) {
      wire.setGovernor(
          GovernorPolicy.newBuilder()
              .setBackoff(governor.backoff())
              .setRecovery(Durations.of(governor.recoveryNanos())));
    } else if (rules instanceof AimdRules aimd) {
      wire.setRateAimd(
          RateAimdPolicy.newBuilder()
              .setThrottledFactor(aimd.throttledFactor())
              .setErrorFactor(aimd.errorFactor())
              .setIncreasePerSecond(aimd.increasePerSecond())
              .setCooldown(Durations.of(aimd.cooldownNanos())));
    } else if (rules instanceof SuccessRatioRules ratio) {
      wire.setSuccessRatio(
          SuccessRatioPolicy.newBuilder()
              .setWindow(Durations.of(ratio.windowNanos()))
              .setRaiseAbove(ratio.raiseAbove())
              .setRaiseFactor(ratio.raiseFactor())
              .setLowerBelow(ratio.lowerBelow())
              .setLowerFactor(ratio.lowerFactor()));
    } else if (rules instanceof AwsCubicRules) {
      wire.setAwsCubic(AwsCubicPolicy.getDefaultInstance());
    }
    return wire.build();
  }

  private static AdaptivePolicy adaptive(ConcurrencyRules rules) {
    AdaptivePolicy.Builder wire =
        AdaptivePolicy.newBuilder()
            .setCeiling((double) rules.max())
            .setFloor((double) rules.min())
            .setInitial((double) rules.initial());
    if (rules instanceof io.sluice.engine.adaptive.concurrency.AimdRules aimd) {
      return wire.setConcurrencyAimd(
              ConcurrencyAimdPolicy.newBuilder()
                  .setBackoff(aimd.backoff())
                  .setTimeout(Durations.of(aimd.timeoutNanos())))
          .build();
    }
    return rules instanceof GradientProbeRules
        ? wire.setGradientProbe(GradientProbePolicy.getDefaultInstance()).build()
        : wire.setVegas(VegasPolicy.getDefaultInstance()).build();
  }

  private static BreakerPolicy breaker(BreakerRules rules) {
    BreakerPolicy.Builder wire =
        BreakerPolicy.newBuilder()
            .setWindow(Durations.of(rules.windowNanos()))
            .setMinCalls(rules.minCalls())
            .setFailurePercent(rules.failurePercent())
            .setSlowPercent(rules.slowPercent())
            .setConsecutiveFailures(rules.consecutiveFailures())
            .setOpen(Durations.of(rules.openNanos()))
            .setMaxOpen(Durations.of(rules.maxOpenNanos()))
            .setProbes(rules.probes())
            .setProbeTtl(Durations.of(rules.probeTtlNanos()));
    if (rules.slowPercent() > 0) {
      wire.setSlowCall(Durations.of(rules.slowNanos()));
    }
    return wire.build();
  }
}
