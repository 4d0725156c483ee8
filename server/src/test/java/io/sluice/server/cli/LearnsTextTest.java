package io.sluice.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.v1.AdaptivePolicy;
import io.sluice.proto.v1.BreakerPolicy;
import io.sluice.proto.v1.GovernorPolicy;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.LimitKind;
import io.sluice.proto.v1.VegasPolicy;
import org.junit.jupiter.api.Test;

class LearnsTextTest {
  @Test
  void tellsTheControllerItsRangeAndTheBreaker() {
    Limit.Builder limit = Limit.newBuilder().setKind(LimitKind.LIMIT_KIND_RATE);
    assertThat(LearnsText.of(limit.build())).isEqualTo("-");

    limit.setAdaptive(
        AdaptivePolicy.newBuilder()
            .setFloor(0.1)
            .setCeiling(200 / 3.0)
            .setGovernor(GovernorPolicy.getDefaultInstance()));
    assertThat(LearnsText.of(limit.build())).isEqualTo("governor 0.1..66.67 per second");

    limit.setBreaker(BreakerPolicy.newBuilder().setFailurePercent(50));
    assertThat(LearnsText.of(limit.build()))
        .isEqualTo("governor 0.1..66.67 per second; breaker at 50% failed");
  }

  @Test
  void tellsEveryReasonOfABreaker() {
    Limit limit =
        Limit.newBuilder()
            .setKind(LimitKind.LIMIT_KIND_CONCURRENCY)
            .setAdaptive(
                AdaptivePolicy.newBuilder()
                    .setFloor(1)
                    .setCeiling(1_000_000)
                    .setVegas(VegasPolicy.getDefaultInstance()))
            .setBreaker(
                BreakerPolicy.newBuilder()
                    .setFailurePercent(20)
                    .setSlowPercent(30)
                    .setConsecutiveFailures(5))
            .build();

    assertThat(LearnsText.of(limit))
        .isEqualTo("vegas 1..1000000 at once; breaker at 20% failed or 30% slow or 5 in a row");
  }
}
