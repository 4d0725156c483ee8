package io.sluice.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LearningTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Learning BREAKER = Learning.NONE.withBreaker(BreakerRules.DEFAULT);
  private static final Learning ALL =
      BREAKER.withRate(GovernorRules.upTo(10)).withConcurrency(new GradientProbeRules(20, 1, 50));

  @Test
  void whatIsFoundGoesWithItsPolicyAndABreakerWithEach() {
    Policy rate = new Policy.Rate(TokenScale.of(10, SECOND, 10));
    Policy concurrency = new Policy.Concurrency(50, LeaseTerms.DEFAULT);

    assertThat(ALL.fitting(rate)).isEqualTo(BREAKER.withRate(GovernorRules.upTo(10)));
    assertThat(ALL.fitting(concurrency))
        .isEqualTo(BREAKER.withConcurrency(new GradientProbeRules(20, 1, 50)));
    assertThat(ALL.fitting(new Policy.Window(9, new WindowRule.Fixed(SECOND)))).isEqualTo(BREAKER);
    assertThat(ALL.fitting(new Policy.Slots(2, LeaseTerms.DEFAULT))).isEqualTo(BREAKER);
    assertThat(Learning.NONE.fitting(rate)).isEqualTo(Learning.NONE);
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
