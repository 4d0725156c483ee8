package io.sluice.server.grpc;

import com.google.protobuf.Duration;
import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.concurrency.VegasRules;
import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.adaptive.rate.AwsCubicRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.adaptive.rate.SuccessRatioRules;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.proto.v1.AdaptivePolicy;
import io.sluice.proto.v1.AdaptivePolicy.ControllerCase;
import io.sluice.proto.v1.ConcurrencyAimdPolicy;
import io.sluice.proto.v1.GovernorPolicy;
import io.sluice.proto.v1.RateAimdPolicy;
import io.sluice.proto.v1.SuccessRatioPolicy;
import java.util.Set;

/**
 * Reads what finds the number of a limit. What is left out has the default that it has in the
 * configuration; what is out of bounds is refused by the rules themselves.
 */
final class AdaptiveFromWire {
  private static final String NANOS = "Nanos";
  private static final Set<String> OF_EACH = Set.of("controller", "ceiling", "floor", "initial");

  private final AdaptivePolicy wire;

  private AdaptiveFromWire(AdaptivePolicy wire) {
    this.wire = wire;
  }

  /** Reads what a limit of a policy finds; fields in errors begin with {@code adaptive}. */
  static Learning read(AdaptivePolicy wire, Policy policy) {
    String refusal = Learning.refusal(policy);
    if (refusal != null) {
      throw new InvalidArgumentException("adaptive", refusal);
    }
    return new AdaptiveFromWire(wire).read(policy);
  }

  private Learning read(Policy policy) {
    if (wire.hasFixed()) {
      requireNothingElse();
      return Learning.NONE;
    }
    try {
      return policy instanceof Policy.Rate
          ? Learning.NONE.withRate(rate(StatsToWire.currentRate(policy)))
          : Learning.NONE.withConcurrency(concurrency(policy.capacity()));
    } catch (InvalidArgumentException e) {
      throw asWritten(e);
    }
  }

  private RateRules rate(double configured) {
    double base = configured == 0 ? 1 : configured; // if the limit is closed, one a second
    double ceiling = wire.hasCeiling() ? wire.getCeiling() : base;
    double floor = wire.hasFloor() ? wire.getFloor() : Math.min(ceiling, leastRate());
    double initial =
        wire.hasInitial() ? wire.getInitial() : Math.max(floor, Math.min(ceiling, firstRate(base)));
    return switch (wire.getControllerCase()) {
      case GOVERNOR, CONTROLLER_NOT_SET -> governor(initial, floor, ceiling);
      case RATE_AIMD -> aimd(initial, floor, ceiling);
      case SUCCESS_RATIO -> successRatio(initial, floor, ceiling);
      case AWS_CUBIC -> new AwsCubicRules(initial, floor, ceiling);
      default -> throw misfit("governor, rate_aimd, success_ratio, aws_cubic or fixed for a rate");
    };
  }

  private double leastRate() {
    return switch (wire.getControllerCase()) {
      case SUCCESS_RATIO -> SuccessRatioRules.FLOOR;
      case AWS_CUBIC -> AwsCubicRules.FLOOR;
      default -> GovernorRules.FLOOR;
    };
  }

  private double firstRate(double base) {
    return switch (wire.getControllerCase()) {
      case GOVERNOR, CONTROLLER_NOT_SET -> Math.min(base, GovernorRules.INITIAL);
      default -> base;
    };
  }

  private RateRules governor(double initial, double floor, double ceiling) {
    GovernorPolicy own = wire.getGovernor();
    return new GovernorRules(
        initial,
        floor,
        ceiling,
        own.hasBackoff() ? own.getBackoff() : GovernorRules.BACKOFF,
        own.hasRecovery() ? nanos("recovery", own.getRecovery()) : GovernorRules.RECOVERY_NANOS);
  }

  private RateRules aimd(double initial, double floor, double ceiling) {
    RateAimdPolicy own = wire.getRateAimd();
    return new AimdRules(
        initial,
        floor,
        ceiling,
        own.hasThrottledFactor() ? own.getThrottledFactor() : AimdRules.THROTTLED_FACTOR,
        own.hasErrorFactor() ? own.getErrorFactor() : AimdRules.ERROR_FACTOR,
        own.hasIncreasePerSecond()
            ? own.getIncreasePerSecond()
            : ceiling * AimdRules.INCREASE_SHARE,
        own.hasCooldown() ? nanos("cooldown", own.getCooldown()) : AimdRules.COOLDOWN_NANOS);
  }

  private RateRules successRatio(double initial, double floor, double ceiling) {
    SuccessRatioPolicy own = wire.getSuccessRatio();
    return new SuccessRatioRules(
        initial,
        floor,
        ceiling,
        own.hasWindow() ? nanos("window", own.getWindow()) : SuccessRatioRules.WINDOW_NANOS,
        own.hasRaiseAbove() ? own.getRaiseAbove() : SuccessRatioRules.RAISE_ABOVE,
        own.hasRaiseFactor() ? own.getRaiseFactor() : SuccessRatioRules.RAISE_FACTOR,
        own.hasLowerBelow() ? own.getLowerBelow() : SuccessRatioRules.LOWER_BELOW,
        own.hasLowerFactor() ? own.getLowerFactor() : SuccessRatioRules.LOWER_FACTOR);
  }

  private ConcurrencyRules concurrency(long configured) {
    long ceiling =
        wire.hasCeiling()
            ? whole("ceiling", wire.getCeiling())
            : Math.min(configured, ConcurrencyRules.MAX_LIMIT);
    long floor = wire.hasFloor() ? whole("floor", wire.getFloor()) : 1;
    long initial =
        wire.hasInitial()
            ? whole("initial", wire.getInitial())
            : Math.max(floor, Math.min(ceiling, GradientProbeRules.DEFAULT.initial()));
    return switch (wire.getControllerCase()) {
      case GRADIENT_PROBE, CONTROLLER_NOT_SET -> new GradientProbeRules(initial, floor, ceiling);
      case CONCURRENCY_AIMD -> aimd(initial, floor, ceiling);
      case VEGAS -> new VegasRules(initial, floor, ceiling);
      default -> throw misfit("gradient_probe, concurrency_aimd, vegas or fixed for a concurrency");
    };
  }

  private ConcurrencyRules aimd(long initial, long floor, long ceiling) {
    ConcurrencyAimdPolicy own = wire.getConcurrencyAimd();
    var standard = io.sluice.engine.adaptive.concurrency.AimdRules.DEFAULT;
    return new io.sluice.engine.adaptive.concurrency.AimdRules(
        initial,
        floor,
        ceiling,
        own.hasBackoff() ? own.getBackoff() : standard.backoff(),
        own.hasTimeout() ? nanos("timeout", own.getTimeout()) : standard.timeoutNanos());
  }

  private void requireNothingElse() {
    if (wire.hasCeiling() || wire.hasFloor() || wire.hasInitial()) {
      throw new InvalidArgumentException(
          "adaptive." + (wire.hasCeiling() ? "ceiling" : wire.hasFloor() ? "floor" : "initial"),
          "must not be there with fixed, only with another controller");
    }
  }

  private InvalidArgumentException misfit(String must) {
    return new InvalidArgumentException("controller", "must be " + must + " but was " + word());
  }

  private String word() {
    return Words.of(wire.getControllerCase());
  }

  /** Says of the field that was written what the rules say of theirs. */
  private InvalidArgumentException asWritten(InvalidArgumentException e) {
    boolean ofTime = e.field().endsWith(NANOS);
    String field =
        switch (e.field()) {
          case "min" -> "floor";
          case "max" -> "ceiling";
          default -> Words.snake(ofTime ? e.field().replace(NANOS, "") : e.field());
        };
    String place =
        OF_EACH.contains(field) || wire.getControllerCase() == ControllerCase.CONTROLLER_NOT_SET
            ? "adaptive."
            : "adaptive." + word() + ".";
    return new InvalidArgumentException(
        place + field, ofTime ? e.problem() + ", in nanoseconds" : e.problem());
  }

  private static long whole(String field, double permits) {
    if (permits != Math.rint(permits)) { // so is no number
      throw new InvalidArgumentException(
          field, "must be a whole number for a concurrency but was " + permits);
    }
    return (long) permits;
  }

  private static long nanos(String field, Duration duration) {
    return Durations.nanos(field, duration, Bounds.MAX_LATENCY_NANOS);
  }
}
