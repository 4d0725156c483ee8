package io.sluice.engine.adaptive.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.Outcome;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RateRulesTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  @ParameterizedTest
  @MethodSource("bad")
  void badNumbersAreNamedWithTheirBounds(ThrowingCallable rules, String message) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(rules)
        .withMessage(message);
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(() -> new AwsCubicRules(1, 1, 0), "ceiling must be in [0.001, 1000000000] but was 0"),
        bad(
            () -> new AwsCubicRules(1, 1, 2e9),
            "ceiling must be in [0.001, 1000000000] but was 2000000000"),
        bad(
            () -> new AwsCubicRules(1, 1, NAN),
            "ceiling must be in [0.001, 1000000000] but was NaN"),
        bad(
            () -> new AwsCubicRules(1, 1, INFINITE),
            "ceiling must be in [0.001, 1000000000] but was Infinity"),
        bad(() -> new AwsCubicRules(1, 11, 10), "floor must be in [0.001, 10] but was 11"),
        bad(() -> new AwsCubicRules(1, -1, 10), "floor must be in [0.001, 10] but was -1"),
        bad(() -> new AwsCubicRules(0.5, 1, 10), "initial must be in [1, 10] but was 0.5"),
        bad(() -> new AwsCubicRules(NAN, 1, 10), "initial must be in [1, 10] but was NaN"),
        bad(() -> governor(1, 1000), "backoff must be in [0.1, 0.99] but was 1"),
        bad(() -> governor(0, 1000), "backoff must be in [0.1, 0.99] but was 0"),
        bad(
            () -> governor(0.85, 999),
            "recoveryNanos must be in [1000000000, 3600000000000] but was 999000000"),
        bad(() -> aimd(0, 0.8, 1, 1), "throttledFactor must be in [0.01, 1] but was 0"),
        bad(() -> aimd(0.5, 1.1, 1, 1), "errorFactor must be in [0.01, 1] but was 1.1"),
        bad(() -> aimd(0.5, 0.8, -1, 1), "increasePerSecond must be in [0, 1000000000] but was -1"),
        bad(() -> aimd(0.5, 0.8, 1, -1), "cooldownNanos must be in [0, 3600000000000] but was -1"),
        bad(
            () -> ratio(0, 0.95, 1.1, 0.8, 0.9),
            "windowNanos must be in [1000000000, 86400000000000] but was 0"),
        bad(() -> ratio(60, 1.1, 1.1, 0.8, 0.9), "raiseAbove must be in [0, 1] but was 1.1"),
        bad(() -> ratio(60, 0.95, 0.9, 0.8, 0.9), "raiseFactor must be in [1, 10] but was 0.9"),
        bad(() -> ratio(60, 0.95, 1.1, 0.96, 0.9), "lowerBelow must be in [0, 0.95] but was 0.96"),
        bad(() -> ratio(60, 0.95, 1.1, 0.8, 1.5), "lowerFactor must be in [0.01, 1] but was 1.5"),
        bad(() -> SuccessRatioRules.from(5), "initial must be in [10, 1000] but was 5"),
        bad(
            () -> new Feedback(Outcome.SUCCESS, -1, 0, 0, false),
            "permits must be in [0, 1099511627776] but was -1"),
        bad(
            () -> new Feedback(Outcome.SUCCESS, 1, 0, -2, false),
            "retryAfterNanos must be in [-1, 9223372036854775807] but was -2"));
  }

  @Test
  void defaultsAreThosePublished() {
    assertThat(GovernorRules.upTo(500))
        .isEqualTo(new GovernorRules(10, 0.1, 500, 0.85, TimeUnit.SECONDS.toNanos(10)));
    assertThat(GovernorRules.upTo(0.05))
        .isEqualTo(new GovernorRules(0.05, 0.05, 0.05, 0.85, TimeUnit.SECONDS.toNanos(10)));
    assertThat(AimdRules.of(10, 1, 300))
        .isEqualTo(new AimdRules(10, 1, 300, 0.5, 0.8, 3, TimeUnit.SECONDS.toNanos(1)));
    assertThat(SuccessRatioRules.from(10))
        .isEqualTo(
            new SuccessRatioRules(10, 10, 1000, TimeUnit.SECONDS.toNanos(60), 0.95, 1.1, 0.8, 0.9));
    assertThat(AwsCubicRules.upTo(300)).isEqualTo(new AwsCubicRules(300, 0.5, 300));
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void theRateStaysUnderOtherRulesAndIsClamped(RateRules rules) {
    RateFixture fixture = new RateFixture(rules);
    fixture.controller.rules(within(rules, 8, 500), fixture.now);
    assertThat(fixture.rate()).isEqualTo(10);
    assertThat(fixture.controller.lastChange()).isNull();
    fixture.controller.rules(within(rules, 2, 5), fixture.now);
    assertThat(fixture.rate()).isEqualTo(5);
    fixture.controller.rules(within(rules, 20, 50), fixture.now);
    assertThat(fixture.rate()).isEqualTo(20);
    assertThat(fixture.controller.lastChange())
        .isEqualTo(new RateChange(fixture.now, 5, 20, RateChange.Cause.RULES));
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void rulesOfAnotherControllerAreRefusedAndChangeNothing(RateRules rules) {
    RateFixture fixture = new RateFixture(rules);
    RateRules other = rules instanceof AimdRules ? GovernorRules.upTo(5) : AimdRules.of(2, 1, 5);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> fixture.controller.rules(other, fixture.now))
        .withMessage(
            "rules must be %s but was %s",
            rules.getClass().getSimpleName(), other.getClass().getSimpleName());
    assertThat(fixture.rate()).isEqualTo(10);
  }

  static RateRules within(RateRules rules, double floor, double ceiling) {
    double initial = Math.max(floor, Math.min(ceiling, rules.initial()));
    if (rules instanceof GovernorRules governor) {
      return new GovernorRules(initial, floor, ceiling, 0.7, governor.recoveryNanos());
    } else if (rules instanceof AimdRules) {
      return AimdRules.of(initial, floor, ceiling);
    } else if (rules instanceof SuccessRatioRules) {
      return SuccessRatioRules.of(initial, floor, ceiling);
    }
    return new AwsCubicRules(initial, floor, ceiling);
  }

  private static Arguments bad(ThrowingCallable rules, String message) {
    return Arguments.of(rules, message);
  }

  private static GovernorRules governor(double backoff, long recoveryMillis) {
    return new GovernorRules(1, 1, 10, backoff, TimeUnit.MILLISECONDS.toNanos(recoveryMillis));
  }

  private static AimdRules aimd(double throttled, double error, double increase, long cooldown) {
    return new AimdRules(1, 1, 10, throttled, error, increase, cooldown);
  }

  private static SuccessRatioRules ratio(
      long seconds, double above, double raise, double below, double lower) {
    return new SuccessRatioRules(
        1, 1, 10, TimeUnit.SECONDS.toNanos(seconds), above, raise, below, lower);
  }
}
