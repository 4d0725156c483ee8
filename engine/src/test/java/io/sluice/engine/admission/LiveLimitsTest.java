package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ReleaseStatus;
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

  private static Limit pool(String name, String pool) {
    List<Device> devices = List.of(new Device("GPU-1", 0, "", 1_000));
    return Limit.of(
        name, "gpu", new Policy.Devices(pool, devices, Placement.BINPACK, 1, LeaseTerms.DEFAULT));
  }
}
