package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.Report;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EngineFixture engine =
      EngineFixture.of(Limit.of("jobs", "jobs", concurrency(2)), Limit.of("api", "api", api()));

  @Test
  void rateAloneOwesNothingUnlessAskedTo() {
    assertThat(engine.granted(engine.ask("api")).leaseId()).isNull();
    Decision.Granted leased =
        engine.granted(engine.ask(Acquire.builder(Demand.of("api")).wantLease(true).build()));
    assertThat(leased.leaseId()).isNotNull();
    assertThat(leased.ttlNanos()).isEqualTo(Duration.ofSeconds(30).toNanos());
    assertThat(leased.limited()).isTrue();
  }

  @Test
  void unmatchedResourceMayHaveLeaseToo() {
    Decision.Granted granted =
        engine.granted(engine.ask(Acquire.builder(Demand.of("else")).wantLease(true).build()));
    assertThat(granted.limited()).isFalse();
    assertThat(engine.release(granted.leaseId())).isEqualTo(ReleaseStatus.RELEASED);
  }

  @Test
  void expiredCapacityIsFreeOnTheVeryNextDecision() {
    engine.lease("jobs");
    engine.lease("jobs");
    engine.denied(engine.ask("jobs"));
    Call call = new Call();
    // No advance in between: the acquire itself moves time on.
    engine.engine().acquire(Acquire.of(Demand.of("jobs")), call, seconds(31));
    assertThat(call.isGranted()).isTrue();
    engine.passNanos(seconds(31));
    assertThat(engine.used("jobs")).isEqualTo(1);
    engine.check();
  }

  @Test
  void leaseLivesAtLeastAsLongAsPromised() {
    LeaseId lease = engine.lease("jobs");
    engine.passNanos(seconds(30));
    assertThat(engine.used("jobs")).isEqualTo(1);
    assertThat(engine.release(lease)).isEqualTo(ReleaseStatus.RELEASED);
    LeaseId late = engine.lease("jobs");
    engine.pass(Duration.ofMillis(30_303));
    assertThat(engine.release(late)).isEqualTo(ReleaseStatus.EXPIRED);
  }

  @Test
  void renewedLeaseLivesOn() {
    LeaseId lease = engine.lease("jobs");
    for (int i = 0; i < 100; i++) {
      engine.passNanos(seconds(29));
      assertThat(engine.renew(lease, Duration.ZERO).status()).isEqualTo(RenewStatus.RENEWED);
    }
    engine.passNanos(seconds(31));
    assertThat(engine.renew(lease, Duration.ZERO)).isEqualTo(Renewal.LOST);
    assertThat(engine.renew(new LeaseId(7, 7), Duration.ZERO)).isEqualTo(Renewal.UNKNOWN);
  }

  @Test
  void renewalThatAsksForNoTimeGetsWhatTheAcquireAskedFor() {
    for (Duration ttl : List.of(Duration.ofMinutes(5), Duration.ofSeconds(5))) {
      Acquire acquire = Acquire.builder(Demand.of("jobs")).ttlNanos(ttl.toNanos()).build();
      LeaseId lease = engine.granted(engine.ask(acquire)).leaseId();
      engine.renew(lease, Duration.ofSeconds(1));
      assertThat(engine.renew(lease, Duration.ZERO).ttlNanos()).isEqualTo(ttl.toNanos());
      engine.release(lease);
    }
  }

  @Test
  void renewalOutOfBoundsIsRefusedAndChangesNothing() {
    LeaseId lease = engine.lease("jobs");
    for (Duration ttl :
        new Duration[] {Duration.ofNanos(-1), Duration.ofMillis(999), Duration.ofHours(25)}) {
      assertThatExceptionOfType(InvalidArgumentException.class)
          .isThrownBy(() -> engine.renew(lease, ttl))
          .withMessage(
              "ttl nanoseconds must be in [1000000000, 86400000000000] but was " + ttl.toNanos());
    }
    engine.passNanos(seconds(29));
    assertThat(engine.release(lease)).isEqualTo(ReleaseStatus.RELEASED);
  }

  @Test
  void shortestTermsOfAllLimitsHold() {
    EngineFixture both =
        EngineFixture.of(
            Limit.of("a", "*", new Policy.Concurrency(1, terms(10, 20, 60))),
            Limit.of("b", "*", new Policy.Concurrency(1, terms(15, 15, 1_000))));
    Decision.Granted granted = both.granted(both.ask("x"));
    assertThat(granted.ttlNanos()).isEqualTo(seconds(10));
    assertThat(both.renew(granted.leaseId(), Duration.ofHours(1)).ttlNanos())
        .isEqualTo(seconds(15));
    for (int i = 0; i < 5; i++) {
      both.passNanos(seconds(10));
      assertThat(both.renew(granted.leaseId(), Duration.ZERO).status())
          .isEqualTo(RenewStatus.RENEWED);
    }
    both.passNanos(seconds(10));
    assertThat(both.renew(granted.leaseId(), Duration.ZERO)).as("max_hold").isEqualTo(Renewal.LOST);
  }

  @Test
  void revokedLeaseHandsOnAndIsCountedOnce() {
    LeaseId lease = engine.lease("jobs");
    engine.lease("jobs");
    Call waiter = engine.waiter("jobs", LONG);
    Lease revoked = engine.revoke(lease);
    assertThat(revoked.state()).isEqualTo(LeaseState.REVOKED);
    assertThat(waiter.isGranted()).isTrue();
    Lease again = engine.revoke(lease);
    assertThat(again.state()).isEqualTo(LeaseState.REVOKED);
    assertThat(again.fencingToken()).isEqualTo(revoked.fencingToken());
    assertThat(engine.revoke(new LeaseId(7, 7))).isNull();
    assertThat(engine.release(lease, Outcome.SUCCESS)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(engine.used("jobs")).isEqualTo(2);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(
            () -> engine.engine().revoke(lease, "x".repeat(1025), 0, engine.now(), answer -> {}))
        .withMessage("message must be 0..1024 bytes of UTF-8 but was 1025");
    engine.check();
  }

  @Test
  void outcomeIsCountedOnceAlsoWhenLate() {
    LeaseId late = engine.lease("jobs");
    engine.passNanos(seconds(31));
    engine.release(late, Outcome.ERROR);
    engine.release(late, Outcome.SUCCESS);
    LeaseId intime = engine.lease("jobs");
    engine.release(intime, Outcome.SUCCESS);
    engine.release(intime, Outcome.SUCCESS);
    engine
        .engine()
        .report(Report.of("jobs", Outcome.THROTTLED).withLatency(4_000_000), engine.now());
    LimitCounters.Counts counts = counts();
    assertThat(counts.outcomes())
        .containsOnly(
            Map.entry(Outcome.ERROR, 1L),
            Map.entry(Outcome.SUCCESS, 1L),
            Map.entry(Outcome.THROTTLED, 1L));
    assertThat(counts.granted()).isEqualTo(2);
    assertThat(counts.expired()).isEqualTo(1);
    assertThat(counts.leases()).isZero();
    assertThat(counts.meanHoldNanos()).isPositive();
  }

  @Test
  void latencyIsAsToldElseAsLongAsTheLeaseWasHeld() {
    LeaseId told = engine.lease("jobs");
    engine.passNanos(seconds(5));
    engine
        .engine()
        .release(new Release(told, Outcome.SUCCESS, seconds(1), ""), engine.now(), status -> {});
    assertThat(counts().meanLatencyNanos()).isEqualTo(seconds(1));
    LeaseId untold = engine.lease("jobs");
    engine.passNanos(seconds(5));
    engine.release(untold, Outcome.SUCCESS);
    assertThat(counts().meanLatencyNanos()).isEqualTo(seconds(3));
    engine
        .engine()
        .report(Report.of("jobs", Outcome.SUCCESS).withLatency(seconds(6)), engine.now());
    engine.engine().report(Report.of("jobs", Outcome.SUCCESS), engine.now());
    assertThat(counts().meanLatencyNanos()).isEqualTo(seconds(4));
  }

  @Test
  void clockThatGoesBackShortensNoLease() {
    engine.passNanos(seconds(100));
    LeaseId lease = engine.lease("jobs");
    engine.engine().advance(seconds(1));
    engine.passNanos(seconds(29));
    assertThat(engine.release(lease)).isEqualTo(ReleaseStatus.RELEASED);
  }

  private LimitCounters.Counts counts() {
    return engine.engine().snapshot(engine.now()).limits().get(0).counts();
  }

  private static LeaseTerms terms(long ttl, long max, long hold) {
    return new LeaseTerms(seconds(ttl), seconds(max), seconds(hold));
  }

  private static Policy api() {
    return rate(10, Duration.ofSeconds(1), 10);
  }

  private static long seconds(long count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
