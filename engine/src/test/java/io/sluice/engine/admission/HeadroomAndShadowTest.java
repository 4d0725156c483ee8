package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitMode;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.rate.TokenScale;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How much of a limit is given out, and limits that only watch. */
class HeadroomAndShadowTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void headroomOfHundredPerMinuteIsEightyPerMinute() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(100, MINUTE, 100)).withHeadroomPermille(800));
    int granted = 0;
    for (int second = 0; second < 3_600; second++) {
      while (engine.ask("api") instanceof Decision.Granted grant) {
        granted++;
        assertThat(grant.states().get(0).limitValue()).isEqualTo(80);
      }
      engine.pass(Duration.ofSeconds(1));
    }
    assertThat(granted).isBetween(80 + 80 * 60 - 2, 80 + 80 * 60);
    ActiveLimit api = engine.active("api");
    assertThat(api.limit().policy().capacity()).isEqualTo(80);
    assertThat(api.configured().policy().capacity()).isEqualTo(100);
    assertThat(engine.engine().snapshot(engine.now()).limits().get(0).limit().policy().capacity())
        .isEqualTo(80);
    assertThat(engine.denied(engine.ask(Demand.of("api", 81))).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
  }

  @Test
  void headroomOfRateIsExact() {
    for (long permits : new long[] {1, 3, 7, 100, 999_983}) {
      for (int permille : new int[] {1, 333, 800, 999, 1000}) {
        TokenScale scale = TokenScale.of(permits, MINUTE.toNanos(), 1_000).withHeadroom(permille);
        assertThat(
                Math.multiplyHigh(scale.permits(), MINUTE.toNanos() * 1000)
                        == Math.multiplyHigh(permits * permille, scale.periodNanos())
                    && scale.permits() * MINUTE.toNanos() * 1000
                        == permits * permille * scale.periodNanos())
            .as("%d thousandths of %d", permille, permits)
            .isTrue();
        assertThat(scale.burst()).isEqualTo(Math.max(1, permille));
      }
    }
    TokenScale year = TokenScale.of(365, Duration.ofDays(36_500).toNanos(), 10);
    assertThat(year.withHeadroom(999).burst()).isEqualTo(9);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> TokenScale.of(1, Duration.ofDays(36_499).toNanos(), 1).withHeadroom(333))
        .withMessageStartingWith("headroom must leave a rate that can be counted exactly");
    assertThatExceptionOfType(InvalidArgumentException.class)
        .as("told when the limit is made, not when it is used")
        .isThrownBy(
            () ->
                Limit.of("a", "a", rate(1, Duration.ofDays(36_499), 1)).withHeadroomPermille(333));
  }

  @Test
  void headroomOfCountsIsRoundedDownButAtLeastOne() {
    assertThat(concurrency(10).withHeadroom(850).capacity()).isEqualTo(8);
    assertThat(concurrency(1).withHeadroom(1).capacity()).isEqualTo(1);
    assertThat(new Policy.Slots(3, LeaseTerms.DEFAULT).withHeadroom(700).capacity()).isEqualTo(2);
    assertThat(concurrency(1L << 40).withHeadroom(999).capacity()).isEqualTo(1_098_412_116_148L);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(
            () ->
                Limit.of(
                        "cards",
                        "gpu",
                        new Policy.Devices(
                            "gpu", List.of(), Placement.BINPACK, 1, LeaseTerms.DEFAULT))
                    .withHeadroomPermille(800))
        .withMessageContaining("headroom");
  }

  @Test
  void changedPolicyKeepsTheHeadroom() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("jobs", "jobs", concurrency(10)).withHeadroomPermille(500));
    engine.replacePolicy("jobs", concurrency(20));
    assertThat(engine.available("jobs")).isEqualTo(10);
    engine.replacePolicy("jobs", concurrency(20));
    assertThat(engine.available("jobs")).as("not twice").isEqualTo(10);
  }

  @Test
  void shadowRefusesNothingAndCountsWhatItWouldHaveRefused() {
    EngineFixture engine = EngineFixture.of(shadow(Limit.of("api", "api", rate(1, DAY, 2))));
    for (int i = 0; i < 5; i++) {
      Decision.Granted granted = engine.granted(engine.ask("api"));
      assertThat(granted.states().get(0).remaining()).isEqualTo(Math.max(0, 1 - i));
    }
    engine.granted(engine.ask(Demand.of("api", 1_000)));
    assertThat(engine.active("api").counters().snapshot().wouldDeny()).isEqualTo(4);
    assertThat(engine.active("api").counters().snapshot().granted()).isEqualTo(2);
    assertThat(engine.active("api").counters().snapshot().denied()).isZero();
  }

  @Test
  void shadowDecidesAsItWouldIfItWereEnforced() {
    EngineFixture shadow = EngineFixture.of(shadow(Limit.of("api", "api", rate(10, MINUTE, 5))));
    EngineFixture enforced = EngineFixture.of(Limit.of("api", "api", rate(10, MINUTE, 5)));
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      Duration step = Duration.ofMillis(random.nextInt(2_000));
      shadow.pass(step);
      enforced.pass(step);
      Demand demand = Demand.of("api", 1 + random.nextInt(7));
      shadow.granted(shadow.ask(demand));
      enforced.ask(demand);
      assertThat(shadow.available("api")).isEqualTo(enforced.available("api"));
    }
    assertThat(shadow.active("api").counters().snapshot().wouldDeny())
        .isEqualTo(enforced.active("api").counters().snapshot().denied());
  }

  @Test
  void nobodyWaitsForShadowAndItIsNoBlocker() {
    EngineFixture engine =
        EngineFixture.of(
            shadow(Limit.of("watched", "jobs", concurrency(1))),
            Limit.of("jobs", "jobs", concurrency(2)));
    LeaseId first = engine.lease("jobs");
    LeaseId second = engine.lease("jobs");
    assertThat(engine.used("watched")).as("one fitted, one would not have").isEqualTo(1);
    Decision.Denied denied = engine.denied(engine.ask("jobs"));
    assertThat(denied.blockers()).extracting(b -> b.limit()).containsExactly("jobs");
    Call waiter = engine.waiter("jobs", MINUTE);
    assertThat(engine.active("watched").counters().waitingNow()).isZero();
    engine.release(second);
    assertThat(waiter.isGranted()).isTrue();
    engine.check();
    engine.release(first);
    assertThat(engine.used("watched")).as("gives back what it took, no more").isZero();
    engine.release(waiter.grant().leaseId());
    assertThat(engine.used("watched")).isZero();
    assertThat(engine.active("watched").counters().snapshot().wouldDeny()).isEqualTo(2);
    engine.check();
  }

  @Test
  void refundReachesShadowOnlyForWhatItTook() {
    EngineFixture engine = EngineFixture.of(shadow(Limit.of("api", "api", rate(1, DAY, 10))));
    LeaseId taken = leased(engine, 7);
    LeaseId passed = leased(engine, 7);
    engine.release(passed, Outcome.UNUSED);
    assertThat(engine.available("api")).isEqualTo(3);
    engine.release(taken, Outcome.UNUSED);
    assertThat(engine.available("api")).isEqualTo(10);
  }

  @Test
  void thousandPassAndThousandAndOneAreRefusedAtOnceEvenWhenIdle() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("videos", "videos", rate(10_000, DAY, 10_000))
                .withMaxPermitsPerRequest(1_000));
    Call refused =
        engine.call(
            Acquire.builder(Demand.of("videos", 1_001)).maxWaitNanos(DAY.toNanos()).build());
    assertThat(refused.denial().reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(refused.denial().message())
        .isEqualTo(
            "1001 permits were asked of limit videos, which can never give that: at most 1000 in"
                + " one acquire");
    assertThat(engine.available("videos")).as("nothing consumed").isEqualTo(10_000);
    engine.granted(engine.ask(Demand.of("videos", 1_000)));
    assertThat(engine.available("videos")).isEqualTo(9_000);
  }

  private static LeaseId leased(EngineFixture engine, long permits) {
    Acquire acquire = Acquire.builder(Demand.of("api", permits)).wantLease(true).build();
    return engine.granted(engine.ask(acquire)).leaseId();
  }

  private static Limit shadow(Limit limit) {
    return limit.withMode(LimitMode.SHADOW);
  }
}
