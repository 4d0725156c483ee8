package io.sluice.engine.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitMode;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.SliceClock;
import io.sluice.engine.stats.TopKeys;
import io.sluice.engine.store.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each rule: a snapshot in which it speaks, and one just beside it in which it does not. */
class AdvisorTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Limit RATE =
      Limit.of("chat", "chat", new Policy.Rate(TokenScale.of(100, SECOND, 10)));
  private static final Limit JOBS =
      Limit.of("jobs", "jobs", new Policy.Concurrency(10, LeaseTerms.DEFAULT));

  private final SliceClock clock = new SliceClock(0);
  private final LimitCounters counters = new LimitCounters(clock);
  private final ResourceTable resources = new ResourceTable(clock);
  private final TopKeys keys = new TopKeys();
  private Limit limit = JOBS;
  private Usage usage = new Usage(1, 5, 5);
  private @Nullable AdaptiveState adaptive;
  private @Nullable BreakerState breaker;

  @Test
  void throttledByTheProvider() {
    limit = RATE;
    clock.advance(10 * SECOND);
    granted(1000);
    outcomes(Outcome.SUCCESS, 990);
    outcomes(Outcome.THROTTLED, 10);
    assertSilent("throttled");

    outcomes(Outcome.THROTTLED, 100);
    Recommendation made = spoken("throttled", Severity.WARNING);
    assertThat(made.evidence().get("throttled_ratio")).isEqualTo(110.0 / 1100);
    assertThat(made.evidence().get("passed_per_second")).isEqualTo(90.0);
    assertThat(made.change()).contains("90.00 a second");
  }

  @Test
  void fewOutcomesSayNothing() {
    limit = RATE;
    outcomes(Outcome.THROTTLED, 19);
    assertSilent("throttled");
    outcomes(Outcome.THROTTLED, 1);
    assertThat(spoken("throttled", Severity.WARNING).limit()).isEqualTo("chat");
  }

  @Test
  void deniedWhileMostOfTheLimitIsIdle() {
    usage = new Usage(4, 10, 30);
    assertSilent("denied_while_idle");
    counters.denied(DenialReason.CONCURRENCY);
    Recommendation made = spoken("denied_while_idle", Severity.INFO);
    assertThat(made.evidence()).containsEntry("denied", 1.0).containsEntry("utilization", 0.25);

    usage = new Usage(4, 20, 20);
    assertSilent("denied_while_idle");
  }

  @Test
  void deniedByTheBurstOfARateThatIsHalfIdle() {
    limit = RATE;
    clock.advance(10 * SECOND);
    counters.denied(DenialReason.RATE);
    granted(400);
    assertThat(spoken("denied_while_idle", Severity.INFO).change()).contains("rate.burst above 10");
    granted(200);
    assertSilent("denied_while_idle");
  }

  @Test
  void waitsLongerThanItWorks() {
    for (int i = 0; i < 20; i++) {
      counters.waited(2 * SECOND);
      counters.held(2 * SECOND);
    }
    assertSilent("wait_exceeds_work");
    for (int i = 0; i < 20; i++) {
      counters.waited(3 * SECOND);
    }
    Recommendation made = spoken("wait_exceeds_work", Severity.WARNING);
    assertThat(made.evidence()).containsEntry("wait_p95", 3.0).containsEntry("work_p95", 2.0);
  }

  @Test
  void leasesExpire() {
    counters.ended(LeaseState.RELEASED);
    counters.ended(LeaseState.REVOKED);
    assertSilent("leases_expire");
    counters.ended(LeaseState.EXPIRED);
    assertThat(spoken("leases_expire", Severity.WARNING).evidence()).containsEntry("expired", 1.0);
    clock.advance(60 * SECOND);
    assertSilent("leases_expire");
  }

  @Test
  void theQueueWasNearlyFull() {
    limit = JOBS.withQueueMax(10);
    counters.waiting(8);
    assertSilent("queue_nearly_full");
    counters.waiting(1);
    counters.waiting(-9);
    assertThat(spoken("queue_nearly_full", Severity.WARNING).evidence())
        .containsEntry("waiting", 9.0)
        .containsEntry("queue_max", 10.0);
  }

  @Test
  void nearlyAsManyKeysAsThereMayBe() {
    limit = JOBS.withKey("tenant").withMaxKeys(100);
    usage = new Usage(90, 90, 810);
    assertSilent("keys_nearly_full");
    usage = new Usage(91, 91, 819);
    assertThat(spoken("keys_nearly_full", Severity.WARNING).change()).contains("above 100");
    limit = JOBS.withMaxKeys(100);
    assertSilent("keys_nearly_full");
  }

  @Test
  void adaptiveLimitIsAtItsFloor() {
    adaptive = new AdaptiveState(6, 5, 50, "THROTTLED", 10, SECOND, 0);
    assertSilent("adaptive_at_floor");
    adaptive = new AdaptiveState(5, 5, 50, "THROTTLED", 10, SECOND, 0);
    assertThat(spoken("adaptive_at_floor", Severity.WARNING).evidence())
        .containsEntry("floor", 5.0);
  }

  @Test
  void adaptiveLimitIsAtItsCeilingAndMoreIsAsked() {
    adaptive = new AdaptiveState(50, 5, 50, "probe", 49, SECOND, 0);
    assertSilent("adaptive_at_ceiling");
    counters.denied(DenialReason.CONCURRENCY);
    assertThat(spoken("adaptive_at_ceiling", Severity.INFO).evidence())
        .containsEntry("ceiling", 50.0);
    adaptive = new AdaptiveState(49, 5, 50, "probe", 48, SECOND, 0);
    assertSilent("adaptive_at_ceiling");
  }

  @Test
  void breakerIsNotClosed() {
    breaker = new BreakerState("CLOSED", 0, 0.4, 0, 3);
    assertSilent("breaker_open");
    breaker = new BreakerState("OPEN", 2 * SECOND, 0.6, 0.1, 4);
    assertThat(spoken("breaker_open", Severity.CRITICAL).evidence())
        .containsEntry("failure_ratio", 0.6)
        .containsEntry("open_for", 2.0);
  }

  @Test
  void estimatesAreTooLow() {
    limit = RATE;
    counters.granted(100);
    counters.settled(20, 0);
    assertSilent("estimates_too_low");
    counters.settled(10, 5);
    assertThat(spoken("estimates_too_low", Severity.INFO).evidence())
        .containsEntry("debited", 30.0)
        .containsEntry("granted", 100.0);
  }

  @Test
  void aShadowRefusesNothing() {
    limit = JOBS.withMode(LimitMode.SHADOW);
    granted(999);
    assertSilent("shadow_refuses_nothing");
    granted(1);
    assertThat(spoken("shadow_refuses_nothing", Severity.INFO).change()).isEqualTo("mode: enforce");
    counters.wouldDeny();
    assertSilent("shadow_refuses_nothing");
  }

  @Test
  void aQuotaIsNearlySpent() {
    counters.crossings().add(50, List.of("acme"));
    counters.crossings().add(80, List.of("acme"));
    assertSilent("quota_spent");
    counters.crossings().add(90, List.of("acme"));
    assertThat(spoken("quota_spent", Severity.INFO).text()).contains("acme");
  }

  @Test
  void workFails() {
    outcome("api", Outcome.SUCCESS, 18, SECOND);
    outcome("api", Outcome.TIMEOUT, 2, SECOND);
    assertSilent("errors");
    outcome("api", Outcome.ERROR, 2, SECOND);
    Recommendation made = spoken("errors", Severity.CRITICAL);
    assertThat(made.resource()).isEqualTo("api");
    assertThat(made.evidence()).containsEntry("error_ratio", 4.0 / 22);
  }

  @Test
  void workIsSlow() {
    outcome("api", Outcome.SUCCESS, 20, 10 * SECOND);
    assertSilent("slow");
    outcome("api", Outcome.SUCCESS, 20, 11 * SECOND);
    assertThat(spoken("slow", Severity.WARNING).evidence()).containsEntry("mean_latency", 10.5);
  }

  @Test
  void oneKeyHasMostOfTheDenials() {
    limit = RATE.withKey("tenant");
    denied("noisy", 99);
    assertSilent("hot_key");
    denied("noisy", 1);
    assertThat(spoken("hot_key", Severity.INFO).text()).contains("noisy").contains("100 of 100");
    for (int i = 0; i < 100; i++) {
      denied("quiet" + i % 20, 1);
    }
    assertSilent("hot_key");
  }

  @Test
  void resourcesThatNoLimitMatchesAreOneRecommendation() {
    resources.counters("known").granted(1);
    assertSilent("unmatched");
    resources.counters("unknown").unmatched();
    resources.counters("other").unmatched();
    Recommendation made = spoken("unmatched", Severity.INFO);
    assertThat(made.resource()).isEqualTo("unknown");
    assertThat(made.evidence()).containsEntry("unmatched", 2.0);
  }

  @Test
  void nothingHappenedIsNothingToChange() {
    assertThat(Advisor.recommend(snapshot())).isEmpty();
    limit = RATE;
    assertThat(Advisor.recommend(snapshot())).isEmpty();
  }

  @Test
  void theMostSevereComeFirstAndAreBounded() {
    for (int i = 0; i < 90; i++) {
      outcome("api" + i, Outcome.ERROR, 20, 20 * SECOND);
    }
    resources.counters("unknown").unmatched();
    List<Recommendation> made = Advisor.recommend(snapshot());

    assertThat(made).hasSize(Advisor.MAX_RECOMMENDATIONS);
    assertThat(made.subList(0, 90)).allMatch(one -> one.severity() == Severity.CRITICAL);
    assertThat(made.subList(90, 100)).allMatch(one -> one.severity() == Severity.WARNING);
  }

  private void granted(int times) {
    for (int i = 0; i < times; i++) {
      counters.granted(1);
    }
  }

  private void outcomes(Outcome outcome, int times) {
    for (int i = 0; i < times; i++) {
      counters.outcome(outcome, -1);
    }
  }

  private void outcome(String resource, Outcome outcome, int times, long nanos) {
    for (int i = 0; i < times; i++) {
      resources.counters(resource).outcome(outcome, nanos);
    }
  }

  private void denied(String key, int times) {
    for (int i = 0; i < times; i++) {
      counters.denied(DenialReason.RATE);
      keys.denied(limit.name(), List.of(key));
    }
  }

  private Recommendation spoken(String id, Severity severity) {
    List<Recommendation> made = new ArrayList<>(Advisor.recommend(snapshot()));
    made.removeIf(one -> !one.id().equals(id));
    assertThat(made).as(id).hasSize(1);
    Recommendation one = made.get(0);
    assertThat(one.severity()).isEqualTo(severity);
    assertThat(one.text()).isNotEmpty();
    assertThat(one.change()).isNotEmpty();
    assertThat(one.evidence()).isNotEmpty();
    assertThat(one.evidence().values()).allMatch(Double::isFinite);
    return one;
  }

  private void assertSilent(String id) {
    assertThat(Advisor.recommend(snapshot())).as(id).noneMatch(one -> one.id().equals(id));
  }

  private Snapshot snapshot() {
    return new Snapshot(
        List.of(
            new Snapshot.ByLimit(
                limit, usage, counters.snapshot(), counters.recent(), adaptive, breaker)),
        resources.snapshot(),
        keys.snapshot(),
        0,
        0);
  }
}
