package io.sluice.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LearningTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Policy RATE = new Policy.Rate(TokenScale.of(10, SECOND, 10));
  private static final Policy CONCURRENCY = new Policy.Concurrency(50, LeaseTerms.DEFAULT);
  private static final Learning BREAKER = Learning.NONE.withBreaker(BreakerRules.DEFAULT);
  private static final Learning ALL =
      BREAKER.withRate(GovernorRules.upTo(10)).withConcurrency(new GradientProbeRules(20, 1, 50));

  @Test
  void whatIsFoundGoesWithItsPolicyAndABreakerWithEach() {
    assertThat(ALL.fitting(RATE)).isEqualTo(BREAKER.withRate(GovernorRules.upTo(10)));
    assertThat(ALL.fitting(CONCURRENCY))
        .isEqualTo(BREAKER.withConcurrency(new GradientProbeRules(20, 1, 50)));
    assertThat(ALL.fitting(new Policy.Window(9, new WindowRule.Fixed(SECOND)))).isEqualTo(BREAKER);
    assertThat(ALL.fitting(new Policy.Slots(2, LeaseTerms.DEFAULT))).isEqualTo(BREAKER);
    assertThat(Learning.NONE.fitting(RATE)).isEqualTo(Learning.NONE);
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void aLimitRefusesToFindWhatItDoesNotCount(Learning learning, Policy policy, String message) {
    Limit limit = Limit.of("a", "a", policy);

    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> limit.withLearning(learning))
        .withMessage(message);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(
            () ->
                Limit.of("a", "a", learning.rate() == null ? CONCURRENCY : RATE)
                    .withLearning(learning)
                    .withPolicy(policy))
        .withMessage(message);
    assertThat(limit.withLearning(BREAKER).learning()).isEqualTo(BREAKER);
  }

  static Stream<Arguments> misfits() {
    Learning rate = Learning.NONE.withRate(GovernorRules.upTo(10));
    Learning concurrency = Learning.NONE.withConcurrency(new GradientProbeRules(20, 1, 50));
    Policy window = new Policy.Window(9, new WindowRule.Fixed(SECOND));
    Policy slots = new Policy.Slots(2, LeaseTerms.DEFAULT);
    String ofWindow = "adaptive must not be there with a window, whose permits come all at once";
    String ofDevices =
        "adaptive must not be there with devices, of which there are as many as there are";
    return Stream.of(
        arguments(rate, window, ofWindow),
        arguments(concurrency, window, ofWindow),
        arguments(rate, slots, ofDevices),
        arguments(concurrency, slots, ofDevices),
        arguments(
            rate,
            CONCURRENCY,
            "adaptive.controller must find a concurrency and no rate, as the limit is one"),
        arguments(
            concurrency,
            RATE,
            "adaptive.controller must find a rate and no concurrency, as the limit is one"));
  }

  @Test
  void aLimitLearnsNothingUnlessItSaysSo() {
    Limit limit = Limit.of("a", "a", new Policy.Slots(2, LeaseTerms.DEFAULT));

    assertThat(limit.learning()).isEqualTo(Learning.NONE);
    assertThat(limit.learning().isAny()).isFalse();
    assertThat(limit.withLearning(BREAKER).withMaxKeys(7).learning()).isEqualTo(BREAKER);
    assertThat(BREAKER.isAny()).isTrue();
  }
}
