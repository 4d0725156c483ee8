package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.stats.LimitCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Work whose cost is known only afterwards, and work that costs more than the burst. */
class EstimateTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration EXPIRY = Duration.ofSeconds(31);

  private final EngineFixture engine =
      EngineFixture.of(Limit.of("tokens", "chat", rate(1, DAY, 100)));

  @Test
  void estimateMakesLeaseAndLessComesBack() {
    LeaseId lease = estimated("chat", 60);
    assertThat(engine.available("tokens")).isEqualTo(40);
    assertThat(settle(lease, 25)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(engine.available("tokens")).isEqualTo(75);
    assertThat(counts("tokens").permitsRefunded()).isEqualTo(35);
  }

  @Test
  void moreIsDebitedIntoVisibleDebt_liteLlm18730() {
    LeaseId lease = estimated("chat", 90);
    assertThat(settle(lease, 150)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(engine.available("tokens")).isEqualTo(-50);
    assertThat(engine.explain(Acquire.of(Demand.of("chat"))).limits().get(0).state().remaining())
        .isEqualTo(-50);
    assertThat(engine.denied(engine.ask("chat")).waitNanos()).isEqualTo(DAY.toNanos() * 51);
    assertThat(counts("tokens").permitsDebited()).isEqualTo(60);
    assertThat(counts("tokens").permitsOverrun()).isZero();
  }

  @Test
  void debtEndsAtOneBurstAndTheRestIsCountedAsOverrun() {
    assertThat(settle(estimated("chat", 10), 1_000)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(engine.available("tokens")).isEqualTo(-100);
    assertThat(counts("tokens").permitsDebited()).isEqualTo(190);
    assertThat(counts("tokens").permitsOverrun()).isEqualTo(800);
  }

  @Test
  void isSettledOnceAndNothingComesBackTwice_redisson7329() {
    LeaseId lease = estimated("chat", 60);
    settle(lease, 50);
    assertThat(settle(lease, 0)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(settle(lease, 500)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(engine.release(lease, Outcome.UNUSED)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(engine.available("tokens")).isEqualTo(50);
  }

  @Test
  void unusedGivesAllOfItBackAndIsNeverCombinedWithActual() {
    LeaseId lease = estimated("chat", 60);
    assertThat(engine.release(lease, Outcome.UNUSED)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(settle(lease, 0)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(engine.available("tokens")).isEqualTo(100);
    LeaseId zero = estimated("chat", 60);
    engine
        .engine()
        .release(Release.of(zero, Outcome.UNUSED).withActualPermits(0), engine.now(), status -> {});
    assertThat(engine.available("tokens")).isEqualTo(100);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> Release.of(zero, Outcome.UNUSED).withActualPermits(1))
        .withMessage("actual_permits must be 0 or absent with UNUSED but was 1");
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> Release.of(zero, Outcome.SUCCESS).withActualPermits(-2))
        .withMessageStartingWith("actual_permits must be in [-1, ");
  }

  @Test
  void releaseThatTellsNothingIsChargedTheEstimate() {
    LeaseId lease = estimated("chat", 60);
    engine.release(lease, Outcome.SUCCESS);
    assertThat(engine.available("tokens")).isEqualTo(40);
  }

  @Test
  void expiredLeaseIsChargedTheEstimateAndLateSettlementDebitsOnceAndRefundsNothing() {
    LeaseId less = estimated("chat", 20);
    LeaseId more = estimated("chat", 20);
    engine.pass(EXPIRY);
    assertThat(engine.available("tokens")).isEqualTo(60);
    assertThat(settle(less, 5)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(engine.available("tokens")).as("late settlement gives nothing back").isEqualTo(60);
    assertThat(settle(more, 30)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(settle(more, 90)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(engine.available("tokens")).as("accepted once").isEqualTo(50);
    engine.pass(Duration.ofMinutes(11));
    estimated("chat", 1);
    engine.pass(EXPIRY);
    assertThat(settle(more, 90)).as("beyond the history").isEqualTo(ReleaseStatus.UNKNOWN);
    assertThat(engine.available("tokens")).isEqualTo(49);
  }

  @Test
  void lateSettlementReachesTheBucketThatStandsInThePlaceOfForgottenOne() {
    EngineFixture keyed =
        EngineFixture.of(Limit.of("tokens", "chat", rate(100, SECOND, 100)).withKey("tenant"));
    Demand demand = Demand.of("chat", 60).withAttributes(Map.of("tenant", "a")).asEstimate();
    LeaseId lease = keyed.granted(keyed.ask(demand)).leaseId();
    keyed.pass(Duration.ofMinutes(5));
    assertThat(keyed.engine().snapshot(keyed.now()).limits().get(0).usage().buckets()).isZero();
    settle(keyed, lease, 200);
    assertThat(keyed.available("tokens")).isEqualTo(-40);
  }

  @Test
  void estimateAboveTheBurstIsCutToTheSmallestBurst_liteLlm29193_liteLlm28805() {
    EngineFixture two =
        EngineFixture.of(
            Limit.of("minute", "chat", rate(1, DAY, 50)),
            Limit.of("day", "chat", rate(1, DAY, 500)),
            Limit.of("jobs", "chat", concurrency(100)));
    LeaseId lease = two.granted(two.ask(Demand.of("chat", 1_000).asEstimate())).leaseId();
    assertThat(two.available("minute")).isZero();
    assertThat(two.available("day")).isEqualTo(450);
    assertThat(two.used("jobs")).isEqualTo(50);
    settle(two, lease, 80);
    assertThat(two.available("minute")).isEqualTo(-30);
    assertThat(two.available("day")).isEqualTo(420);
    assertThat(two.used("jobs")).isZero();
    assertThat(two.denied(two.ask(Demand.of("chat", 51))).reason())
        .as("an explicit cost above the burst stays impossible")
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
  }

  @Test
  void estimateTakesWhatOtherDemandsOfTheAcquireLeave() {
    Demand fixed = Demand.of("chat", 70);
    LeaseId lease = engine.granted(engine.ask(Demand.of("chat", 80).asEstimate(), fixed)).leaseId();
    assertThat(engine.available("tokens")).isZero();
    settle(lease, 10);
    assertThat(engine.available("tokens")).as("30 were charged for it").isEqualTo(20);
    settle(engine.granted(engine.ask(Demand.of("chat", 20).asEstimate())).leaseId(), 0);
    assertThat(engine.available("tokens")).isEqualTo(20);
  }

  @Test
  void oneEstimateToAnAcquireAndNoActualWithoutOne() {
    Demand guess = Demand.of("chat", 10).asEstimate();
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> Acquire.of(guess, Demand.of("chat"), guess))
        .withMessageStartingWith("demands[2].estimate must be true in one demand at most");
    LeaseId certain =
        engine
            .granted(engine.ask(Acquire.builder(Demand.of("chat", 10)).wantLease(true).build()))
            .leaseId();
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> settle(certain, 5))
        .withMessageStartingWith("actual_permits must be absent unless");
    assertThat(engine.engine().store().leaseCount()).as("nothing was changed").isEqualTo(1);
    assertThat(engine.available("tokens")).isEqualTo(90);
  }

  @Test
  void settlementWakesWhoWaitsForWhatCameBack() {
    LeaseId lease = estimated("chat", 100);
    Call waiter = engine.waiter("chat", Duration.ofHours(1));
    assertThat(waiter.isAnswered()).isFalse();
    settle(lease, 99);
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void longRunIsTheRateWhateverTheEstimates() {
    EngineFixture fast = EngineFixture.of(Limit.of("tokens", "chat", rate(100, SECOND, 100)));
    long actual = 0;
    for (int ms = 0; ms < 100_000; ms += 10) {
      if (fast.ask(Demand.of("chat", 10).asEstimate())
          instanceof io.sluice.engine.model.Decision.Granted granted) {
        long took = 1 + (ms / 10) % 40;
        actual += took;
        settle(fast, granted.leaseId(), took);
      }
      fast.pass(Duration.ofMillis(10));
    }
    assertThat(actual).isBetween(9_900L, 100 + 100 * 100 + 40L);
  }

  @Test
  void allowDebtAdmitsAboveTheBurstOnlyWhenFullAndLeavesDebt() {
    EngineFixture debt = EngineFixture.of(Limit.of("api", "api", debtRate(10, 10)));
    assertThat(debt.denied(debt.ask(Demand.of("api", 21))).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
    debt.granted(debt.ask(Demand.of("api", 20)));
    assertThat(debt.available("api")).isEqualTo(-10);
    assertThat(debt.denied(debt.ask(Demand.of("api", 1))).waitNanos())
        .isEqualTo(Duration.ofMillis(1_100).toNanos());
    debt.pass(Duration.ofMillis(1_999));
    assertThat(debt.denied(debt.ask(Demand.of("api", 11))).waitNanos())
        .as("it has to be full")
        .isEqualTo(Duration.ofMillis(1).toNanos());
    debt.pass(Duration.ofMillis(1));
    debt.granted(debt.ask(Demand.of("api", 11)));
    assertThat(debt.available("api")).isEqualTo(-1);
    Call waiter =
        debt.call(
            Acquire.builder(Demand.of("api", 15))
                .maxWaitNanos(Duration.ofHours(1).toNanos())
                .build());
    debt.pass(Duration.ofMillis(1_090));
    assertThat(waiter.isAnswered()).isFalse();
    debt.pass(Duration.ofMillis(12));
    assertThat(waiter.isGranted()).as("a full bucket wakes a waiter").isTrue();
  }

  @Test
  void costAboveTheBurstIsImpossibleWithoutAllowDebt_marusamaSemaphore3() {
    assertThat(engine.denied(engine.ask(Demand.of("chat", 101))).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(engine.available("tokens")).isEqualTo(100);
  }

  @Test
  void undoOfGrantOnDebtRestoresTheLevel() {
    EngineFixture debt = EngineFixture.of(Limit.of("api", "api", debtRate(10, 10)));
    Call call = debt.call(Acquire.of(Demand.of("api", 20)));
    debt.cancel(call);
    assertThat(debt.available("api")).isEqualTo(10);
  }

  private static Policy debtRate(long permits, long burst) {
    return new Policy.Rate(TokenScale.of(permits, SECOND.toNanos(), burst), true, CarryOver.AS_IS);
  }

  private LeaseId estimated(String resource, long permits) {
    LeaseId id = engine.granted(engine.ask(Demand.of(resource, permits).asEstimate())).leaseId();
    assertThat(id).isNotNull();
    return id;
  }

  private ReleaseStatus settle(LeaseId lease, long actual) {
    return settle(engine, lease, actual);
  }

  private static ReleaseStatus settle(EngineFixture engine, LeaseId lease, long actual) {
    List<ReleaseStatus> statuses = new ArrayList<>();
    engine
        .engine()
        .release(
            Release.of(lease, Outcome.SUCCESS).withActualPermits(actual),
            engine.now(),
            statuses::add);
    engine.check();
    assertThat(statuses).hasSize(1);
    return statuses.get(0);
  }

  private LimitCounters.Counts counts(String limit) {
    return engine.active(limit).counters().snapshot();
  }
}
