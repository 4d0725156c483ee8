package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.adaptive.concurrency.AimdRules;
import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.learning.Adjusted;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ProviderHint;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What limits that learn do with what they learned. */
class LearningTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final io.sluice.engine.adaptive.rate.AimdRules HALVES =
      io.sluice.engine.adaptive.rate.AimdRules.of(10, 1, 10);

  @Test
  void rateThatWasThrottledGoesOutSlowerAtOnce() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    throttle(engine, ProviderHint.NONE);
    assertThat(granted(engine, Duration.ofSeconds(1))).isEqualTo(5);
  }

  @Test
  void everyGrantOfLearningLimitOwesAnOutcome() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    assertThat(engine.granted(engine.ask("api")).leaseId()).isNotNull();
  }

  @Test
  void retryAfterStopsEverybodyAndThoseWhoWaitGoOnOneByOne() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    List<Call> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiting.add(engine.waiter("api", Duration.ofMinutes(1)));
    }
    throttle(engine, ProviderHint.retryAfter(SECOND.multipliedBy(2).toNanos()));
    Decision.Denied denied = engine.denied(engine.ask("api"));
    assertThat(denied.reason()).isEqualTo(DenialReason.HOLD);
    assertThat(denied.waitNanos()).isBetween(2_000_000_000L, 2_200_000_000L);
    assertThat(denied.message()).contains("api").contains("stay away");
    Call late = engine.waiter("api", Duration.ofMinutes(1));
    long before = waiting.stream().filter(Call::isAnswered).count();

    engine.pass(Duration.ofMillis(1999));
    assertThat(waiting.stream().filter(Call::isAnswered).count()).isEqualTo(before);
    assertThat(late.isAnswered()).isFalse();

    engine.pass(Duration.ofMillis(210)); // the jitter, and a tick
    int resumedAtOnce = (int) waiting.stream().filter(Call::isAnswered).count();
    assertThat(resumedAtOnce - before).isLessThanOrEqualTo(1);
    engine.pass(Duration.ofSeconds(3));
    assertThat(late.isGranted()).isTrue();
  }

  @Test
  void waitThatEndsDuringHoldSaysSo() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    throttle(engine, ProviderHint.retryAfter(SECOND.multipliedBy(5).toNanos()));
    Call waiter = engine.waiter("api", SECOND);
    engine.pass(SECOND.plusMillis(5));
    assertThat(waiter.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(waiter.denial().blockers().get(0).reason()).isEqualTo(DenialReason.HOLD);
  }

  @Test
  void errorWithRetryAfterCountsAsThrottled() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    LeaseId id = engine.lease("api");
    release(engine, id, Outcome.ERROR, ProviderHint.retryAfter(SECOND.toNanos()));
    assertThat(engine.denied(engine.ask("api")).reason()).isEqualTo(DenialReason.HOLD);
  }

  @Test
  void reportWithoutLeaseHoldsToo() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    engine
        .engine()
        .report(
            Report.of("api", Outcome.THROTTLED).withHint(ProviderHint.retryAfter(1_000_000_000)),
            engine.now());
    assertThat(engine.denied(engine.ask("api")).reason()).isEqualTo(DenialReason.HOLD);
  }

  @Test
  void providerThatHasNothingLeftIsLeftAloneUntilItsReset() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    LeaseId id = engine.lease("api");
    release(engine, id, Outcome.SUCCESS, ProviderHint.requestsLeft(0, SECOND.toNanos()));
    assertThat(engine.denied(engine.ask("api")).reason()).isEqualTo(DenialReason.HOLD);
    engine.pass(SECOND.plusMillis(300));
    engine.granted(engine.ask("api"));
  }

  @Test
  void keysLearnApart() {
    Limit keyed = api(Learning.NONE.withRate(HALVES)).withKey("tenant");
    EngineFixture engine = EngineFixture.of(keyed);
    Demand a = of("a");
    LeaseId id = engine.granted(engine.ask(a)).leaseId();
    release(engine, id, Outcome.THROTTLED, ProviderHint.retryAfter(SECOND.toNanos()));
    assertThat(engine.denied(engine.ask(a)).reason()).isEqualTo(DenialReason.HOLD);
    engine.granted(engine.ask(of("b")));
  }

  @Test
  void adjustmentMultipliesWithinItsBoundsAndEachCounts() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    assertThat(engine.engine().adjust("api", 0.5, engine.now())).isEqualTo(new Adjusted(10, 5));
    assertThat(rateOf(engine)).isEqualTo(5);
    assertThat(engine.engine().adjust("api", 0.8, engine.now())).isEqualTo(new Adjusted(5, 4));
    assertThat(rateOf(engine)).isEqualTo(4);
    for (int i = 0; i < 10; i++) {
      var unused = engine.engine().adjust("api", 0.5, engine.now());
    }
    assertThat(rateOf(engine)).isEqualTo(1);
    assertThat(engine.engine().adjust("else", 0.5, engine.now())).isNull();
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> engine.engine().adjust("api", 0, engine.now()));
  }

  @Test
  void adjustmentOfKeysTellsOfTheLowest() {
    EngineFixture engine =
        EngineFixture.of(api(Learning.NONE.withRate(HALVES)).withKey("tenant"), jobs(1));
    assertThat(engine.engine().adjust("api", 0.5, engine.now())).isEqualTo(new Adjusted(0, 0));
    assertThat(engine.engine().adjust("jobs", 0.5, engine.now())).isNull();
    engine.granted(engine.ask(of("a")));
    assertThat(engine.engine().adjust("api", 0.5, engine.now())).isEqualTo(new Adjusted(10, 5));
    engine.granted(engine.ask(of("b")));
    assertThat(engine.engine().adjust("api", 0.5, engine.now())).isEqualTo(new Adjusted(5, 2.5));
  }

  @Test
  void otherRulesHoldAtOnceAndNoneGiveTheLimitBack() {
    EngineFixture engine = EngineFixture.of(api(Learning.NONE.withRate(HALVES)));
    throttle(engine, ProviderHint.NONE);
    assertThat(rateOf(engine)).isEqualTo(5);
    Learning slower = Learning.NONE.withRate(io.sluice.engine.adaptive.rate.AimdRules.of(2, 1, 2));
    engine.engine().putLimit(api(slower), engine.now());
    assertThat(rateOf(engine)).isEqualTo(2);
    engine.engine().putLimit(api(Learning.NONE), engine.now());
    assertThat(rateOf(engine)).isEqualTo(10);
    engine.check();
  }

  @Test
  void governorStartsLowAndGrowsWhileItIsUsed() {
    Limit fast =
        Limit.of("api", "api", rate(1000, SECOND, 1))
            .withLearning(Learning.NONE.withRate(GovernorRules.upTo(1000)));
    EngineFixture engine = EngineFixture.of(fast);
    engine.granted(engine.ask("api"));
    assertThat(rateOf(engine)).isCloseTo(10, within(0.01));
    long first = succeed(engine, Duration.ofSeconds(10));
    succeed(engine, Duration.ofSeconds(40));
    long last = succeed(engine, Duration.ofSeconds(10));
    assertThat(first).isGreaterThanOrEqualTo(100);
    assertThat(last).isGreaterThan(3 * first / 2);
  }

  @Test
  void breakerThatOpensSendsThoseWhoWaitAwayAndTakesProbesLater() {
    BreakerRules rules =
        BreakerRules.DEFAULT
            .withConsecutiveFailures(5)
            .withOpen(SECOND.multipliedBy(60).toNanos(), SECOND.multipliedBy(60).toNanos())
            .withProbes(1, SECOND.multipliedBy(30).toNanos());
    EngineFixture engine = EngineFixture.of(jobs(5).withLearning(Learning.NONE.withBreaker(rules)));
    List<LeaseId> held = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      held.add(engine.lease("jobs"));
    }
    Call waiter = engine.waiter("jobs", Duration.ofMinutes(5));
    held.subList(0, 4).forEach(id -> engine.release(id, Outcome.ERROR));
    assertThat(waiter.isGranted()).isTrue();
    engine.release(held.get(4), Outcome.TIMEOUT);

    Decision.Denied denied = engine.denied(engine.ask("jobs"));
    assertThat(denied.reason()).isEqualTo(DenialReason.BREAKER_OPEN);
    assertThat(denied.waitNanos()).isBetween(60_000_000_000L, 66_000_000_000L);
    assertThat(
            engine
                .call(Acquire.builder(Demand.of("jobs")).maxWaitNanos(1_000_000).build())
                .denial()
                .reason())
        .isEqualTo(DenialReason.BREAKER_OPEN);

    engine.pass(Duration.ofSeconds(61));
    LeaseId probe = engine.lease("jobs");
    assertThat(engine.denied(engine.ask("jobs")).reason()).isEqualTo(DenialReason.BREAKER_OPEN);
    engine.release(probe, Outcome.SUCCESS);
    engine.granted(engine.ask("jobs"));
  }

  @Test
  void probesThatAreLostDoNotWedgeTheBreaker() {
    BreakerRules rules =
        BreakerRules.DEFAULT.withConsecutiveFailures(2).withProbes(3, SECOND.toNanos());
    EngineFixture engine =
        EngineFixture.of(jobs(50).withLearning(Learning.NONE.withBreaker(rules)));
    engine.release(engine.lease("jobs"), Outcome.ERROR);
    engine.release(engine.lease("jobs"), Outcome.ERROR);
    for (int round = 0; round < 20; round++) {
      int probes = 0;
      Decision decision = engine.ask("jobs");
      for (int i = 0; i < 100 && decision instanceof Decision.Denied; i++) {
        engine.pass(SECOND);
        decision = engine.ask("jobs");
      }
      while (decision instanceof Decision.Granted) {
        probes++;
        decision = engine.ask("jobs");
      }
      assertThat(probes).isEqualTo(3);
      engine.pass(SECOND.plusMillis(5)); // nobody says how they ended
      assertThat(engine.denied(engine.ask("jobs")).reason()).isEqualTo(DenialReason.BREAKER_OPEN);
    }
  }

  @Test
  void probeThatIsCancelledGivesItsPlaceBack() {
    BreakerRules rules =
        BreakerRules.DEFAULT.withConsecutiveFailures(1).withProbes(1, SECOND.toNanos());
    EngineFixture engine = EngineFixture.of(jobs(5).withLearning(Learning.NONE.withBreaker(rules)));
    engine.release(engine.lease("jobs"), Outcome.ERROR);
    engine.pass(Duration.ofSeconds(6));
    Call probe = engine.call(Acquire.of(Demand.of("jobs")));
    assertThat(probe.isGranted()).isTrue();
    engine.cancel(probe);
    engine.release(engine.lease("jobs"), Outcome.SUCCESS);
    engine.granted(engine.ask("jobs"));
  }

  @Test
  void breakerInShadowLetsEverythingStart() {
    BreakerRules rules = BreakerRules.DEFAULT.withConsecutiveFailures(1);
    Limit shadow =
        jobs(5)
            .withLearning(Learning.NONE.withBreaker(rules))
            .withMode(io.sluice.engine.limit.LimitMode.SHADOW);
    EngineFixture engine = EngineFixture.of(shadow);
    engine.release(engine.lease("jobs"), Outcome.ERROR);
    engine.granted(engine.ask("jobs"));
  }

  @Test
  void concurrencyIsWhatTheControllerFinds() {
    AimdRules rules = new AimdRules(4, 1, 10, 0.5, SECOND.toNanos());
    EngineFixture engine =
        EngineFixture.of(jobs(10).withLearning(Learning.NONE.withConcurrency(rules)));
    List<LeaseId> held = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      held.add(engine.lease("jobs"));
    }
    assertThat(engine.denied(engine.ask("jobs")).reason()).isEqualTo(DenialReason.CONCURRENCY);
    engine.pass(Duration.ofMillis(10));
    engine.release(held.get(0), Outcome.TIMEOUT);
    assertThat(engine.available("jobs")).isEqualTo(-1);
    engine.denied(engine.ask("jobs"));
  }

  @Test
  void askForMoreThanWasLearnedGoesAlone() {
    GradientProbeRules rules = new GradientProbeRules(2, 1, 10);
    EngineFixture engine =
        EngineFixture.of(jobs(10).withLearning(Learning.NONE.withConcurrency(rules)));
    engine.granted(engine.ask(Demand.of("jobs", 5)));
    engine.denied(engine.ask("jobs"));
  }

  @Test
  void whatNobodyUsesIsForgotten() {
    Limit keyed = api(Learning.NONE.withRate(HALVES)).withKey("tenant");
    EngineFixture engine = EngineFixture.of(keyed);
    for (int i = 0; i < 100; i++) {
      LeaseId id = engine.granted(engine.ask(of("t" + i))).leaseId();
      engine.release(id);
    }
    assertThat(engine.engine().learningBuckets()).isEqualTo(100);
    engine.pass(Duration.ofMinutes(11));
    assertThat(engine.engine().learningBuckets()).isZero();
    assertThat(engine.engine().store().usage(engine.active("api"), engine.now()).buckets())
        .isZero();
  }

  private static Limit api(Learning learning) {
    return Limit.of("api", "api", rate(10, SECOND, 1)).withLearning(learning);
  }

  private static Demand of(String tenant) {
    return Demand.of("api").withAttributes(Map.of("tenant", tenant));
  }

  private static Limit jobs(long max) {
    return Limit.of("jobs", "jobs", concurrency(max));
  }

  private static void throttle(EngineFixture engine, ProviderHint hint) {
    engine.pass(SECOND);
    release(engine, engine.lease("api"), Outcome.THROTTLED, hint);
  }

  private static void release(
      EngineFixture engine, LeaseId id, Outcome outcome, ProviderHint hint) {
    engine.engine().release(Release.of(id, outcome).withHint(hint), engine.now(), status -> {});
    engine.check();
  }

  /** Asks all the time, and returns how often it was granted. */
  private static long granted(EngineFixture engine, Duration time) {
    long granted = 0;
    for (long i = 0; i < time.toMillis(); i++) {
      engine.pass(Duration.ofMillis(1));
      granted += engine.ask("api") instanceof Decision.Granted ? 1 : 0;
    }
    return granted;
  }

  /** Asks all the time, succeeds each time, and returns how often it was granted. */
  private static long succeed(EngineFixture engine, Duration time) {
    long granted = 0;
    for (long i = 0; i < time.toMillis(); i += 5) {
      engine.engine().advance(engine.now());
      engine.pass(Duration.ofMillis(5));
      if (engine.ask("api") instanceof Decision.Granted grant) {
        granted++;
        engine.release(grant.leaseId());
      }
    }
    return granted;
  }

  private static double rateOf(EngineFixture engine) {
    Policy.Rate policy =
        (Policy.Rate)
            engine
                .engine()
                .store()
                .bucket(engine.active("api"), io.sluice.engine.limit.BucketKey.NONE, engine.now())
                .policy();
    return policy.scale().permits() * 1e9 / policy.scale().periodNanos();
  }
}
