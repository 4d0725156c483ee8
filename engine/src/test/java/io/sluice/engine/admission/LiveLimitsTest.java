package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.SuspendStatus;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Limits that change, come and go while they are held and waited for. */
class LiveLimitsTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final LeaseTerms DELAYED =
      LeaseTerms.DEFAULT.withLockDelayNanos(Duration.ofSeconds(10).toNanos());
  private static final Limit JOBS = Limit.of("jobs", "jobs", concurrency(5));

  @Test
  void raisedFromFiveToEightStartsThreeWaitersInTheSameStep_parity17() {
    EngineFixture engine = EngineFixture.of(JOBS);
    leases(engine, "jobs", 5);
    List<Call> waiters = waiters(engine, "jobs", 6);
    put(engine, JOBS.withPolicy(concurrency(8)));
    assertThat(waiters).extracting(Call::isGranted).startsWith(true, true, true, false);
    assertThat(waiters.stream().filter(Call::isAnswered)).hasSize(3);
    assertThat(engine.used("jobs")).isEqualTo(8);
    engine.check();
  }

  @Test
  void loweredFromEightToFiveKillsNobodyAndStartsSomeoneOnlyBelowFive_parity17() {
    EngineFixture engine = EngineFixture.of(JOBS.withPolicy(concurrency(8)));
    List<LeaseId> holders = leases(engine, "jobs", 8);
    Call waiter = engine.waiter("jobs", LONG);
    put(engine, JOBS);
    assertThat(engine.available("jobs")).isEqualTo(-3);
    for (int i = 0; i < 3; i++) {
      assertThat(engine.release(holders.get(i))).isEqualTo(ReleaseStatus.RELEASED);
      assertThat(waiter.isAnswered()).as("%d are held", 7 - i).isFalse();
      engine.denied(engine.ask("jobs"));
    }
    engine.release(holders.get(3));
    assertThat(waiter.isGranted()).isTrue();
    assertThat(engine.engine().store().leases()).hasSize(5);
  }

  @Test
  void rateGoesFromSixtyToHundredAndTwentyToThirtyPerMinute_parity217() {
    Limit api = Limit.of("api", "api", rate(60, MINUTE, 1));
    EngineFixture engine = EngineFixture.of(api);
    engine.granted(engine.ask("api"));
    put(engine, api.withPolicy(rate(120, MINUTE, 1)));
    assertThat(engine.denied(engine.ask("api")).waitNanos()).isEqualTo(500_000_000L);
    put(engine, api.withPolicy(rate(30, MINUTE, 1)));
    assertThat(engine.denied(engine.ask("api")).waitNanos()).isEqualTo(2_000_000_000L);
    Call waiter = engine.waiter("api", LONG);
    engine.pass(Duration.ofMillis(2_002));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void raisedRateWakesTheWaiterWhenTheNewRateHasItsToken() {
    Limit api = Limit.of("api", "api", rate(1, LONG, 1));
    EngineFixture engine = EngineFixture.of(api);
    engine.granted(engine.ask("api"));
    Call waiter = engine.waiter("api", LONG);
    put(engine, api.withPolicy(rate(10, Duration.ofSeconds(1), 1)));
    assertThat(waiter.isAnswered()).isFalse();
    engine.pass(Duration.ofMillis(102));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void deletedLimitOrphansNobody() {
    EngineFixture engine = EngineFixture.of(JOBS, Limit.of("disk", "disk", concurrency(1)));
    List<LeaseId> holders = leases(engine, "jobs", 5);
    LeaseId disk = engine.lease("disk");
    List<Call> waiters = waiters(engine, "jobs", 3);
    Call both =
        engine.call(
            Acquire.builder(Demand.of("jobs"), Demand.of("disk"))
                .maxWaitNanos(LONG.toNanos())
                .build());
    assertThat(engine.engine().deleteLimit("jobs", engine.now())).isTrue();
    assertThat(waiters).allMatch(Call::isGranted);
    assertThat(waiters).allMatch(waiter -> !waiter.grant().limited());
    assertThat(both.isAnswered()).as("the disk is still taken").isFalse();
    engine.release(disk);
    assertThat(both.isGranted()).isTrue();
    for (LeaseId holder : holders) {
      assertThat(engine.release(holder)).isEqualTo(ReleaseStatus.RELEASED);
    }
    assertThat(engine.engine().deleteLimit("jobs", engine.now())).isFalse();
    assertThat(engine.engine().snapshot(engine.now()).limits()).hasSize(1);
    assertThat(engine.waiting()).isZero();
    engine.check();
  }

  @Test
  void waitersOfDeletedLimitAreDeniedWhereUnmatchedResourcesAre() {
    EngineFixture engine = EngineFixture.of(new EngineSettings(true, 10, 10), JOBS);
    leases(engine, "jobs", 5);
    Call waiter = engine.waiter("jobs", LONG);
    engine.engine().deleteLimit("jobs", engine.now());
    assertThat(waiter.denial().reason()).isEqualTo(DenialReason.UNMATCHED);
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void deletedAndPutAgainIsHeldByThoseWhoHold() {
    EngineFixture engine = EngineFixture.of(JOBS);
    List<LeaseId> holders = leases(engine, "jobs", 5);
    for (int i = 0; i < 3; i++) {
      engine.engine().deleteLimit("jobs", engine.now());
      put(engine, JOBS);
    }
    assertThat(engine.used("jobs")).isEqualTo(5);
    Call waiter = engine.waiter("jobs", LONG);
    engine.release(holders.get(0));
    assertThat(waiter.isGranted()).isTrue();
    engine.check();
    holders.subList(1, 5).forEach(engine::release);
    engine.release(waiter.grant().leaseId());
    assertThat(engine.used("jobs")).isZero();
    assertThat(engine.engine().snapshot(engine.now()).limits().get(0).counts().leases()).isZero();
  }

  @Test
  void deletedRateThatIsPutAgainGoesOnFromWhereItMayHaveBeenSpent() {
    for (boolean keyed : List.of(false, true)) {
      Limit api = Limit.of("api", "api", rate(60, MINUTE, 60));
      api = keyed ? api.withKey("tenant") : api;
      EngineFixture engine = EngineFixture.of(api);
      engine.granted(engine.ask(Demand.of("api", 60)));
      engine.engine().deleteLimit("api", engine.now());
      engine.pass(Duration.ofSeconds(5));
      engine.engine().putLimit(api, engine.now());
      engine.denied(engine.ask(Demand.of("api", 6)));
      engine.granted(engine.ask(Demand.of("api", 5)));
      engine.denied(engine.ask("api"));
      engine.pass(MINUTE);
      engine.granted(engine.ask(Demand.of("api", 60)));
    }
  }

  @Test
  void countersSurvivePutAndGoWithDelete() {
    EngineFixture engine = EngineFixture.of(JOBS);
    leases(engine, "jobs", 2);
    put(engine, JOBS.withPolicy(concurrency(9)));
    put(engine, JOBS.withKey("tenant"));
    assertThat(counts(engine).granted()).isEqualTo(2);
    assertThat(counts(engine).leases()).isEqualTo(2);
    engine.engine().deleteLimit("jobs", engine.now());
    put(engine, JOBS);
    assertThat(counts(engine).granted()).isZero();
    assertThat(counts(engine).leases()).as("they still hold").isEqualTo(2);
  }

  @Test
  void anotherKeySplitsHoldersAndWaitersByIt() {
    EngineFixture engine = EngineFixture.of(JOBS.withPolicy(concurrency(2)));
    LeaseId a = engine.granted(engine.ask(tenant("a"))).leaseId();
    engine.granted(engine.ask(tenant("a")));
    Call third = engine.call(waiting(tenant("a")));
    Call other = engine.call(waiting(tenant("b")));
    put(engine, JOBS.withPolicy(concurrency(2)).withKey("tenant"));
    assertThat(other.isGranted()).as("nobody holds of b").isTrue();
    assertThat(third.isAnswered()).as("two hold of a").isFalse();
    engine.release(a);
    assertThat(third.isGranted()).isTrue();
    put(engine, JOBS.withPolicy(concurrency(2)));
    assertThat(engine.available("jobs")).isEqualTo(-1);
    engine.check();
    assertThat(counts(engine).leases()).isEqualTo(3);
  }

  @Test
  void anotherMatchReroutesWaitersAndLeavesHoldersWhereTheyWere() {
    EngineFixture engine =
        EngineFixture.of(JOBS.withPolicy(concurrency(1)), Limit.of("b", "b", concurrency(1)));
    LeaseId holder = engine.lease("jobs");
    Call waiter = engine.waiter("jobs", LONG);
    put(engine, JOBS.withPolicy(concurrency(1)).withMatch(Match.resource("others")));
    assertThat(waiter.isGranted()).isTrue();
    assertThat(engine.used("jobs")).isEqualTo(1);
    engine.denied(engine.ask("others"));
    engine.release(holder);
    engine.granted(engine.ask("others"));
  }

  @Test
  void newLimitBlocksWaitersToo() {
    EngineFixture engine = EngineFixture.of(Limit.of("disk", "disk", concurrency(1)));
    LeaseId disk = engine.lease("disk");
    Call first = engine.waiter("disk", LONG);
    Call second = engine.waiter("disk", LONG);
    put(engine, Limit.of("all", "**", concurrency(1)));
    engine.release(disk);
    assertThat(first.isGranted()).isTrue();
    engine.engine().deleteLimit("disk", engine.now());
    assertThat(second.isAnswered()).isFalse();
    engine.release(first.grant().leaseId());
    assertThat(second.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void waitersKeepTheOrderOfArrivalThroughEveryChange() {
    EngineFixture engine = EngineFixture.of(JOBS.withPolicy(concurrency(1)));
    LeaseId holder = engine.lease("jobs");
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      waiters.add(engine.waiter("jobs", LONG));
      put(
          engine,
          i % 2 == 0
              ? JOBS.withPolicy(new Policy.Slots(1, LeaseTerms.DEFAULT))
              : JOBS.withPolicy(concurrency(1)));
    }
    for (Call waiter : waiters) {
      assertThat(waiter.isAnswered()).isFalse();
      engine.release(holder);
      assertThat(waiter.isGranted()).isTrue();
      holder = waiter.grant().leaseId();
    }
  }

  @Test
  void waiterForMoreThanTheNewKindEverHasIsDenied() {
    EngineFixture engine = EngineFixture.of(JOBS);
    leases(engine, "jobs", 5);
    Call large =
        engine.call(Acquire.builder(Demand.of("jobs", 4)).maxWaitNanos(LONG.toNanos()).build());
    Call small = engine.waiter("jobs", LONG);
    put(engine, JOBS.withPolicy(rate(1, MINUTE, 2)));
    assertThat(large.denial().reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(small.isAnswered()).as("tokens of another kind begin at none").isFalse();
    engine.pass(Duration.ofMillis(60_002));
    assertThat(small.isGranted()).isTrue();
  }

  @Test
  void resetFillsTokensAndLeavesLeases() {
    EngineFixture engine =
        EngineFixture.of(JOBS, Limit.of("api", "api", rate(1, LONG, 3)).withKey("tenant"));
    leases(engine, "jobs", 5);
    Demand api = Demand.of("api", 3).withAttributes(Map.of("tenant", "a"));
    engine.granted(engine.ask(api));
    Call waiter = engine.call(waiting(api));
    assertThat(engine.engine().resetLimit("api", engine.now())).isTrue();
    assertThat(waiter.isGranted()).isTrue();
    assertThat(engine.engine().resetLimit("jobs", engine.now())).isTrue();
    assertThat(engine.used("jobs")).isEqualTo(5);
    assertThat(engine.engine().resetLimit("none", engine.now())).isFalse();
  }

  @Test
  void setOfLimitsIsReplacedAllOrNothing() {
    EngineFixture engine = EngineFixture.of(JOBS, pool("a", "gpu"));
    leases(engine, "jobs", 5);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(
            () ->
                engine
                    .engine()
                    .replaceLimits(
                        List.of(
                            JOBS.withPolicy(concurrency(9)), pool("x", "gpu"), pool("y", "gpu")),
                        engine.now()));
    assertThat(engine.available("jobs")).isZero();
    assertThat(engine.engine().limits()).hasSize(2);
  }

  @Test
  void devicesPassToAnotherLimitWithAllThatIsHeldOfThem() {
    EngineFixture engine = EngineFixture.of(pool("a", "gpu"));
    LeaseId holder = engine.lease("gpu");
    engine.engine().replaceLimits(List.of(pool("b", "gpu")), engine.now());
    engine.denied(engine.ask("gpu"));
    Call waiter = engine.waiter("gpu", LONG);
    engine.release(holder);
    assertThat(waiter.isGranted()).isTrue();
    engine.engine().replaceLimits(List.of(), engine.now());
    engine.release(waiter.grant().leaseId());
    engine.engine().replaceLimits(List.of(pool("c", "gpu")), engine.now());
    engine.granted(engine.ask("gpu"));
  }

  @Test
  void nestedLeasesOutliveTheDeletedLimitOfTheirParentAndEndWithIt() {
    EngineFixture engine =
        EngineFixture.of(JOBS.withPolicy(concurrency(2)), Limit.of("disk", "disk", concurrency(1)));
    LeaseId parent = engine.lease("jobs");
    LeaseId nested = engine.granted(engine.ask(nested(parent, Demand.of("jobs")))).leaseId();
    LeaseId other = engine.lease("jobs");
    LeaseId disk = engine.lease("disk");
    Call outside = engine.waiter("jobs", LONG);
    Call beyond = engine.call(nested(parent, Demand.of("jobs", 2)));
    Call inside = engine.call(nested(parent, Demand.of("jobs"), Demand.of("disk")));
    engine.engine().deleteLimit("jobs", engine.now());
    assertThat(outside.isGranted()).isTrue();
    assertThat(beyond.isGranted()).as("waited for what its parent does not hold").isTrue();
    assertThat(inside.isAnswered()).as("the disk is taken").isFalse();
    engine.release(disk);
    assertThat(inside.isGranted()).isTrue();
    engine.granted(engine.ask(nested(parent, Demand.of("jobs", 9))));
    put(engine, JOBS.withPolicy(concurrency(2)));
    assertThat(engine.used("jobs")).as("the parent and the other").isEqualTo(2);
    engine.denied(engine.ask("jobs"));
    engine.granted(engine.ask(nested(parent, Demand.of("jobs"))));
    engine.check();
    Call next = engine.waiter("jobs", LONG);
    assertThat(engine.release(parent)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(next.isGranted()).isTrue();
    assertThat(engine.release(nested)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(engine.used("disk")).as("held by one nested on it").isZero();
    engine.release(other);
    engine.release(next.grant().leaseId());
    nothingIsLeft(engine);
  }

  @Test
  void nestedLeasesRideOnThroughEveryOtherKindAndKey() {
    EngineFixture engine = EngineFixture.of(JOBS.withPolicy(concurrency(1)));
    LeaseId parent = engine.granted(engine.ask(tenant("a"))).leaseId();
    engine.granted(engine.ask(nested(parent, tenant("a"))));
    Limit keyed = JOBS.withPolicy(concurrency(1)).withKey("tenant");
    for (Limit limit :
        List.of(
            JOBS.withPolicy(new Policy.Slots(1, LeaseTerms.DEFAULT)),
            keyed,
            JOBS.withPolicy(rate(1, MINUTE, 3)),
            keyed)) {
      put(engine, limit);
      boolean held = limit.policy().terms() != null;
      if (held) {
        assertThat(engine.used("jobs")).as("%s", limit).isEqualTo(1);
        engine.granted(engine.ask(nested(parent, tenant("a"))));
        engine.denied(engine.ask(tenant("a")));
      } else {
        engine.denied(engine.ask(nested(parent, 0, tenant("a")))); // tokens are nobody's to ride on
      }
      engine.check();
    }
    Call waiter = engine.call(waiting(tenant("a")));
    engine.release(parent);
    assertThat(waiter.isGranted()).isTrue();
    engine.release(waiter.grant().leaseId());
    nothingIsLeft(engine);
  }

  @Test
  void permitsOfOneLeaseInTwoBucketsThatBecomeOneAreHeldTogether() {
    Limit keyed = JOBS.withPolicy(concurrency(2)).withKey("tenant");
    EngineFixture engine = EngineFixture.of(keyed);
    LeaseId parent = engine.granted(engine.ask(tenant("a"), tenant("b"))).leaseId();
    LeaseId nested =
        engine.granted(engine.ask(nested(parent, tenant("a"), tenant("b"), tenant("c")))).leaseId();
    assertThat(engine.used("jobs")).isEqualTo(3);
    put(engine, JOBS.withPolicy(concurrency(2)));
    assertThat(engine.used("jobs")).isEqualTo(3);
    assertThat(counts(engine).leases()).isEqualTo(2);
    engine.granted(engine.ask(nested(parent, Demand.of("jobs", 2))));
    engine.check();
    engine.release(nested);
    assertThat(engine.used("jobs")).isEqualTo(2);
    put(engine, keyed);
    engine.check();
    engine.release(parent);
    nothingIsLeft(engine);
  }

  @Test
  void resumedLeaseIsDecidedByTheLimitsOfThen() {
    EngineFixture engine = EngineFixture.of(JOBS.withPolicy(concurrency(1)));
    LeaseId suspended = engine.lease("jobs");
    engine.suspend(suspended);
    engine.engine().deleteLimit("jobs", engine.now());
    assertThat(engine.resume(suspended, Duration.ZERO).grant().limited()).isFalse();
    engine.suspend(suspended);
    put(engine, JOBS.withPolicy(concurrency(1)));
    LeaseId holder = engine.lease("jobs");
    assertThat(engine.resume(suspended, Duration.ZERO).denial().reason())
        .isEqualTo(DenialReason.CONCURRENCY);
    Call resumed = engine.resume(suspended, LONG);
    put(engine, JOBS.withPolicy(new Policy.Slots(1, LeaseTerms.DEFAULT)).withKey("tenant"));
    assertThat(resumed.isAnswered()).as("waits for the successor").isFalse();
    engine.release(holder);
    assertThat(resumed.grant().leaseId()).isEqualTo(suspended);
    assertThat(charged(engine, suspended)).containsExactly(engine.active("jobs"));
    assertThat(engine.used("jobs")).isEqualTo(1);
    assertThat(counts(engine).leases()).isEqualTo(1);
    engine.check();
    engine.release(suspended);
    nothingIsLeft(engine);
  }

  @Test
  void whoWaitsToResumeIsGrantedWhenItsLimitGoesOrIsSpentNow() {
    for (boolean deleted : new boolean[] {true, false}) {
      EngineFixture engine =
          EngineFixture.of(
              JOBS.withPolicy(concurrency(1)), Limit.of("disk", "jobs", concurrency(1)));
      LeaseId suspended = engine.lease("jobs");
      engine.suspend(suspended);
      LeaseId holder = engine.lease("jobs");
      Call resumed = engine.resume(suspended, LONG);
      if (deleted) {
        engine.engine().deleteLimit("jobs", engine.now());
      } else {
        put(engine, JOBS.withPolicy(rate(1, LONG, 1)));
      }
      assertThat(resumed.isAnswered()).as("the disk is taken").isFalse();
      engine.release(holder);
      assertThat(resumed.isGranted()).isTrue();
      assertThat(charged(engine, suspended)).containsExactly(engine.active("disk"));
      assertThat(engine.suspend(suspended)).isEqualTo(SuspendStatus.SUSPENDED);
      engine.check();
      engine.engine().deleteLimit("disk", engine.now());
      put(engine, JOBS.withPolicy(concurrency(1)));
      assertThat(engine.resume(suspended, Duration.ZERO).isGranted()).isTrue();
      engine.denied(engine.ask("jobs"));
      engine.release(suspended);
      engine.engine().deleteLimit("jobs", engine.now());
      nothingIsLeft(engine);
    }
  }

  @Test
  void whoWaitsToResumeMoreThanThereIsNowIsDeniedAndStaysSuspended() {
    EngineFixture engine = EngineFixture.of(JOBS);
    LeaseId suspended = engine.granted(engine.ask(Demand.of("jobs", 4))).leaseId();
    engine.suspend(suspended);
    leases(engine, "jobs", 5);
    Call resumed = engine.resume(suspended, LONG);
    put(engine, JOBS.withPolicy(new Policy.Slots(3, LeaseTerms.DEFAULT)));
    assertThat(resumed.denial().reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(engine.suspend(suspended)).as("is so").isEqualTo(SuspendStatus.SUSPENDED);
    assertThat(engine.release(suspended)).isEqualTo(ReleaseStatus.RELEASED);
    engine.check();
  }

  @Test
  void quarantineOfDeletedLimitIsInNobodysWayAndCountsAgainUntilItsEnd() {
    Limit jobs = JOBS.withPolicy(new Policy.Concurrency(1, DELAYED));
    EngineFixture engine = EngineFixture.of(jobs);
    LeaseId lost = engine.lease("jobs");
    engine.revoke(lost);
    Call waiter = engine.waiter("jobs", LONG);
    assertThat(waiter.isAnswered()).as("quarantined").isFalse();
    engine.engine().deleteLimit("jobs", engine.now());
    assertThat(waiter.isGranted()).isTrue();
    assertThat(state(engine, lost)).isEqualTo(LeaseState.QUARANTINED);
    engine.pass(Duration.ofSeconds(4));
    put(engine, jobs);
    assertThat(engine.used("jobs")).isEqualTo(1);
    assertThat(counts(engine).leases()).as("nobody holds it").isZero();
    Call next = engine.waiter("jobs", LONG);
    engine.pass(Duration.ofMillis(5_990));
    assertThat(next.isAnswered()).isFalse();
    engine.check();
    engine.pass(Duration.ofMillis(20));
    assertThat(next.isGranted()).isTrue();
    assertThat(state(engine, lost)).isEqualTo(LeaseState.REVOKED);
    engine.release(next.grant().leaseId());
    nothingIsLeft(engine);
  }

  @Test
  void quarantineOfDeletedLimitEndsInItsTimeAndWithLateRelease() {
    Limit jobs = JOBS.withPolicy(new Policy.Concurrency(2, DELAYED));
    EngineFixture engine = EngineFixture.of(jobs);
    List<LeaseId> lost = leases(engine, "jobs", 2);
    lost.forEach(engine::revoke);
    engine.engine().deleteLimit("jobs", engine.now());
    assertThat(engine.release(lost.get(0))).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(state(engine, lost.get(0))).isEqualTo(LeaseState.REVOKED);
    engine.pass(Duration.ofMillis(10_010));
    assertThat(state(engine, lost.get(1))).isEqualTo(LeaseState.REVOKED);
    assertThat(engine.engine().store().leases()).isEmpty();
    put(engine, jobs);
    nothingIsLeft(engine);
  }

  @Test
  void quarantineIsOfTheSuccessorOfAnotherKindToo() {
    EngineFixture engine = EngineFixture.of(JOBS.withPolicy(new Policy.Concurrency(1, DELAYED)));
    LeaseId lost = engine.lease("jobs");
    engine.revoke(lost);
    Call waiter = engine.waiter("jobs", LONG);
    put(engine, JOBS.withPolicy(new Policy.Slots(1, DELAYED)));
    assertThat(engine.used("jobs")).isEqualTo(1);
    assertThat(waiter.isAnswered()).isFalse();
    put(engine, JOBS.withPolicy(rate(1, MINUTE, 1)));
    put(engine, JOBS.withPolicy(new Policy.Slots(1, DELAYED)));
    assertThat(engine.used("jobs")).as("also through a rate").isEqualTo(1);
    assertThat(waiter.isAnswered()).isFalse();
    engine.check();
    engine.pass(Duration.ofMillis(10_010));
    assertThat(waiter.isGranted()).isTrue();
    engine.release(waiter.grant().leaseId());
    nothingIsLeft(engine);
  }

  @Test
  void undoneGrantOfChangedLimitGivesBackWhereItIsHeldNow() {
    EngineFixture engine = EngineFixture.of(JOBS.withPolicy(concurrency(1)));
    Call holder = engine.call(Acquire.of(Demand.of("jobs")));
    Call waiter = engine.waiter("jobs", LONG);
    put(engine, JOBS.withPolicy(new Policy.Slots(1, LeaseTerms.DEFAULT)));
    engine.cancel(holder);
    assertThat(waiter.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void flippedLimitGrantsAtMostWhatTheLargerSettingWould() {
    for (long seed = 1; seed <= 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long permits = 1 + random.nextLong(1_000);
      long more = permits + random.nextLong(1_000);
      long burst = 1 + random.nextLong(20);
      long larger = burst + random.nextLong(20);
      Limit small = Limit.of("api", "api", rate(permits, Duration.ofSeconds(1), burst));
      Limit large = Limit.of("api", "api", rate(more, Duration.ofSeconds(1), larger));
      List<Limit> settings =
          List.of(
              small,
              large,
              seed % 2 == 0 ? large.withKey("tenant") : small,
              seed % 3 == 0 ? small.withKey("tenant", "model") : large);
      EngineFixture engine = EngineFixture.of(large);
      BigInteger granted = BigInteger.ZERO;
      for (int step = 0; step < 5_000; step++) {
        switch (random.nextInt(4)) {
          case 0 -> put(engine, settings.get(random.nextInt(settings.size())));
          case 1 -> engine.passNanos(random.nextLong(2_000_000));
          default -> {
            long ask = 1 + random.nextLong(burst);
            Acquire acquire = Acquire.builder(Demand.of("api", ask)).wantLease(true).build();
            Call call = engine.call(acquire);
            if (call.isGranted()) {
              granted = granted.add(BigInteger.valueOf(ask));
              if (random.nextInt(8) == 0) {
                // What comes back unused was not granted; nor may it come back twice.
                engine.release(call.grant().leaseId(), Outcome.UNUSED);
                granted = granted.subtract(BigInteger.valueOf(ask));
              }
            }
          }
        }
        BigInteger second = BigInteger.valueOf(1_000_000_000L);
        BigInteger bound =
            BigInteger.valueOf(more)
                .multiply(BigInteger.valueOf(engine.now()))
                .add(BigInteger.valueOf(larger).multiply(second));
        assertThat(granted.multiply(second))
            .as("seed %d step %d", seed, step)
            .isLessThanOrEqualTo(bound);
      }
      assertThat(granted).isPositive();
    }
  }

  private static void put(EngineFixture engine, Limit limit) {
    engine.engine().putLimit(limit, engine.now());
  }

  private static List<LeaseId> leases(EngineFixture engine, String resource, int count) {
    List<LeaseId> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leases.add(engine.lease(resource));
    }
    return leases;
  }

  private static List<Call> waiters(EngineFixture engine, String resource, int count) {
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      waiters.add(engine.waiter(resource, LONG));
    }
    return waiters;
  }

  private static io.sluice.engine.stats.LimitCounters.Counts counts(EngineFixture engine) {
    return engine.engine().snapshot(engine.now()).limits().get(0).counts();
  }

  private static Demand tenant(String tenant) {
    return Demand.of("jobs").withAttributes(Map.of("tenant", tenant));
  }

  private static Acquire waiting(Demand demand) {
    return Acquire.builder(demand).maxWaitNanos(LONG.toNanos()).build();
  }

  private static Acquire nested(LeaseId parent, Demand... demands) {
    return nested(parent, LONG.toNanos(), demands);
  }

  private static Acquire nested(LeaseId parent, long maxWaitNanos, Demand... demands) {
    return Acquire.builder(List.of(demands)).parent(parent).maxWaitNanos(maxWaitNanos).build();
  }

  private static List<ActiveLimit> charged(EngineFixture engine, LeaseId lease) {
    return engine.engine().store().lease(lease).claim().charges().stream()
        .map(charge -> charge.bucket().limit())
        .toList();
  }

  private static LeaseState state(EngineFixture engine, LeaseId lease) {
    return engine.engine().store().lease(lease).state();
  }

  private static void nothingIsLeft(EngineFixture engine) {
    engine.check();
    engine.pass(Duration.ofHours(1));
    assertThat(engine.engine().store().leases()).isEmpty();
    assertThat(engine.waiting()).isZero();
    for (Snapshot.ByLimit limit : engine.engine().snapshot(engine.now()).limits()) {
      assertThat(limit.usage().used()).as(limit.limit().name()).isZero();
      assertThat(limit.counts().leases()).as(limit.limit().name()).isZero();
    }
  }

  private static Limit pool(String name, String pool) {
    List<Device> devices = List.of(new Device("GPU-1", 0, "", 1_000));
    return Limit.of(
        name, "gpu", new Policy.Devices(pool, devices, Placement.BINPACK, 1, LeaseTerms.DEFAULT));
  }
}
