package io.sluice.client;

import io.sluice.client.admin.AdaptiveRate;
import io.sluice.client.admin.ConcurrencyLimit;
import io.sluice.client.admin.Holder;
import io.sluice.client.admin.Match;
import io.sluice.client.admin.RateLimit;
import io.sluice.proto.v1.AdaptivePolicy;
import io.sluice.proto.v1.ConcurrencyPolicy;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.FixedPolicy;
import io.sluice.proto.v1.GovernorPolicy;
import io.sluice.proto.v1.LeaseCharge;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.RateAimdPolicy;
import io.sluice.proto.v1.RatePolicy;
import io.sluice.proto.v1.SuccessRatioPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Between the values of the package {@code admin} and the messages of the interface. Pure. */
final class LimitMessages {
  private LimitMessages() {}

  static Limit rate(RateLimit value) {
    return limit(value.name(), value.match(), value.queueMax())
        .setRate(
            RatePolicy.newBuilder()
                .setPermits(value.permits())
                .setPer(Messages.duration(value.per()))
                .setBurst(value.burst()))
        .setAdaptive(adaptive(value.adaptive()))
        .build();
  }

  static Limit concurrency(ConcurrencyLimit value) {
    ConcurrencyPolicy.Builder policy = ConcurrencyPolicy.newBuilder().setMax(value.max());
    Duration ttl = value.ttl();
    if (ttl != null) {
      policy.setTtl(Messages.duration(ttl));
    }
    return limit(value.name(), value.match(), value.queueMax()).setConcurrency(policy).build();
  }

  static Holder holder(io.sluice.proto.v1.Lease message) {
    Map<String, Long> charges =
        message.getChargesList().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    LeaseCharge::getLimit, LeaseCharge::getPermits, Long::sum));
    return new Holder(
        message.getLeaseId(),
        message.getClientId(),
        message.getDemandsList().stream().map(Demand::getResource).toList(),
        charges,
        message.getLabelsMap(),
        message.getFencingToken(),
        Messages.duration(message.getAge()),
        Messages.duration(message.getRemaining()));
  }

  private static Limit.Builder limit(String name, Match match, int queueMax) {
    return Limit.newBuilder()
        .setName(name)
        .setResourcePattern(match.resource())
        .putAllAttributes(match.attributes())
        .addAllKey(match.key())
        .setQueueMax(queueMax);
  }

  /** What is not adaptive is said to be fixed, because nothing said leaves it as it was. */
  private static AdaptivePolicy adaptive(@Nullable AdaptiveRate value) {
    AdaptivePolicy.Builder policy = AdaptivePolicy.newBuilder();
    if (value == null) {
      return policy.setFixed(FixedPolicy.getDefaultInstance()).build();
    }
    if (value.initial() != null) {
      policy.setInitial(value.initial());
    }
    if (value.floor() != null) {
      policy.setFloor(value.floor());
    }
    if (value.ceiling() != null) {
      policy.setCeiling(value.ceiling());
    }
    return switch (value.controller()) {
      case GOVERNOR -> policy.setGovernor(governor(value)).build();
      case AIMD -> policy.setRateAimd(aimd(value)).build();
      case SUCCESS_RATIO -> policy.setSuccessRatio(SuccessRatioPolicy.getDefaultInstance()).build();
    };
  }

  private static GovernorPolicy governor(AdaptiveRate value) {
    GovernorPolicy.Builder policy = GovernorPolicy.newBuilder();
    if (value.throttledFactor() != null) {
      policy.setBackoff(value.throttledFactor());
    }
    return policy.build();
  }

  private static RateAimdPolicy aimd(AdaptiveRate value) {
    RateAimdPolicy.Builder policy = RateAimdPolicy.newBuilder();
    if (value.throttledFactor() != null) {
      policy.setThrottledFactor(value.throttledFactor());
    }
    if (value.errorFactor() != null) {
      policy.setErrorFactor(value.errorFactor());
    }
    if (value.increasePerSecond() != null) {
      policy.setIncreasePerSecond(value.increasePerSecond());
    }
    Duration cooldown = value.cooldown();
    if (cooldown != null) {
      policy.setCooldown(Messages.duration(cooldown));
    }
    return policy.build();
  }
}
