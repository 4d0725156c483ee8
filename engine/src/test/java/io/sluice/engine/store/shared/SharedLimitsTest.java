package io.sluice.engine.store.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitMode;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of limit, shared by one process and by several. */
class SharedLimitsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Asks at one process after the other, and returns how many were granted. */
  private static int ask(SharedWorld world, String resource, int times) {
    int granted = 0;
    for (int i = 0; i < times; i++) {
      int process = i % world.processes().size();
      granted += world.process(process).ask(resource) instanceof Decision.Granted ? 1 : 0;
    }
    return granted;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void burstAtOnceThenTheRate_parity214(int processes) {
    SharedWorld world =
        SharedWorld.of(processes, Limit.of("api", "api", SharedWorld.rate(600, MINUTE, 20)));
    assertThat(ask(world, "api", 40)).isEqualTo(20);
    int granted = 0;
    for (int i = 0; i < 30; i++) {
      world.pass(Duration.ofMillis(100));
      granted += ask(world, "api", processes * 2);
    }
    assertThat(granted).isEqualTo(30);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void timeoutsLeaveTheCapacityWhole_parity216(int processes) {
    SharedWorld world =
        SharedWorld.of(processes, Limit.of("api", "api", SharedWorld.rate(1, SECOND, 1)));
    assertThat(ask(world, "api", 1)).isEqualTo(1);
    List<SharedWorld.Call> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(world.process(i % processes).waiter("api", Duration.ofMillis(100)));
    }
    world.pass(Duration.ofMillis(110));
    assertThat(calls).allMatch(call -> call.reason() == DenialReason.WAIT_TIMEOUT);
    SharedWorld.Call waiter = world.process(0).waiter("api", Duration.ofSeconds(2));
    world.pass(Duration.ofMillis(1_200));
    assertThat(waiter.isGranted()).isTrue();
    assertThat(waiter.took()).isBetween(Duration.ofMillis(880), Duration.ofMillis(1_150));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void rateChangesWhileItRuns_parity217(int processes) {
    Limit api = Limit.of("api", "api", SharedWorld.rate(60, MINUTE, 1));
    SharedWorld world = SharedWorld.of(processes, api);
    assertThat(ask(world, "api", 4)).isEqualTo(1);
    Limit faster = api.withPolicy(SharedWorld.rate(120, MINUTE, 1));
    world.processes().forEach(process -> process.engine().putLimit(faster, world.now()));
    int granted = 0;
    for (int i = 0; i < 100; i++) {
      world.pass(Duration.ofMillis(100));
      granted += ask(world, "api", processes);
    }
    assertThat(granted).isBetween(19, 20);
  }

  @Test
  void waitersOfAllProcessesGetTheirTurn_parity219() {
    SharedWorld world = SharedWorld.of(5, Limit.of("api", "api", SharedWorld.rate(10, SECOND, 1)));
    int[] granted = new int[5];
    List<SharedWorld.Call> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(world.process(i).waiter("api", MINUTE));
    }
    for (int tick = 0; tick < 3_000; tick++) {
      world.pass(Duration.ofMillis(10));
      for (int i = 0; i < 5; i++) {
        if (calls.get(i).isAnswered()) {
          granted[i]++;
          calls.set(i, world.process(i).waiter("api", MINUTE));
        }
      }
    }
    int min = Integer.MAX_VALUE;
    int max = 0;
    for (int count : granted) {
      min = Math.min(min, count);
      max = Math.max(max, count);
    }
    System.out.printf("turns: %d..%d grants of each of five processes%n", min, max);
    assertThat((double) min / max).isGreaterThan(0.8);
    assertThat(min * 5).as("and nothing is idle for long").isGreaterThan(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void windowsAreShared_parity223(int processes) {
    SharedWorld world =
        SharedWorld.of(
            processes,
            Limit.of("fix", "fix", new Policy.Window(5, new WindowRule.Fixed(MINUTE.toNanos()))),
            Limit.of("any", "any", new Policy.Window(5, new WindowRule.Sliding(MINUTE.toNanos()))),
            Limit.of(
                "many", "many", new Policy.Window(5_000, new WindowRule.Sliding(MINUTE.toNanos()))),
            Limit.of(
                "day",
                "day",
                new Policy.Window(5, new WindowRule.Calendar(CalendarUnit.DAY, ZoneOffset.UTC))));
    long noon = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    world.processes().forEach(process -> process.engine().wallClock(noon, world.now()));
    for (String limit : List.of("fix", "any", "day")) {
      assertThat(ask(world, limit, 10)).as(limit).isEqualTo(5);
      assertThat(world.process(0).used(limit)).as(limit).isEqualTo(5);
    }
    assertThat(world.process(0).ask(Acquire.of(Demand.of("many", 5_000))))
        .isInstanceOf(Decision.Granted.class);
    Decision.Denied quota = (Decision.Denied) world.process(0).ask("day");
    assertThat(quota.reason()).isEqualTo(DenialReason.QUOTA);
    world.pass(MINUTE.plusMillis(61));
    for (String limit : List.of("fix", "any")) {
      assertThat(ask(world, limit, 10)).as(limit).isEqualTo(5);
    }
    assertThat(ask(world, "many", 2)).isEqualTo(2);
    assertThat(ask(world, "day", 2)).isZero();
    long next = Instant.parse("2026-03-02T00:00:00Z").toEpochMilli();
    world.processes().forEach(process -> process.engine().wallClock(next, world.now()));
    assertThat(ask(world, "day", 10)).isEqualTo(5);
    List<Integer> crossings = new ArrayList<>();
    world
        .process(0)
        .engine()
        .tellCrossings(
            (limit, crossing) -> {
              if (limit.name().equals("day")) {
                crossings.add(crossing.percent());
              }
            });
    assertThat(crossings).as("each threshold once in each window").hasSizeBetween(2, 6);
  }

  @Test
  void devicesStayOfOneMachineAndNothingIsHalfTaken_i9() {
    Device card = new Device("GPU-0", 0, "", 1_000);
    Policy pool =
        new Policy.Devices("gpu", List.of(card), Placement.BINPACK, 1, LeaseTerms.DEFAULT);
    Limit jobs = Limit.of("jobs", "jobs", SharedWorld.concurrency(4));
    SharedWorld world = SharedWorld.of(2, Limit.of("gpu", "gpu", pool), jobs);
    Acquire both =
        Acquire.of(Demand.of("gpu").withDevices(DeviceAsk.ofMemory(500)), Demand.of("jobs"));
    SharedWorld.Call first = world.process(0).call(both);
    SharedWorld.Call second = world.process(0).call(both);
    SharedWorld.Call elsewhere = world.process(1).call(both);
    world.settle();
    assertThat(first.isGranted()).isTrue();
    assertThat(second.reason()).as("taken while it was asked for").isEqualTo(DenialReason.DEVICES);
    assertThat(elsewhere.isGranted()).as("another machine").isTrue();
    assertThat(world.ledger().held(Accounts.name(jobs, BucketKey.NONE)))
        .containsOnlyKeys(first.lease(), elsewhere.lease());
  }

  @Test
  void shadowCountsWhatFitsAndRefusesNobody() {
    Limit shadow = Limit.of("api", "*", SharedWorld.rate(1, MINUTE, 3)).withMode(LimitMode.SHADOW);
    SharedWorld world =
        SharedWorld.of(2, shadow, Limit.of("jobs", "jobs", SharedWorld.concurrency(9)));
    for (int i = 0; i < 5; i++) {
      world.process(i % 2).lease("jobs");
    }
    assertThat(world.process(0).used("api")).isEqualTo(3);
    assertThat(world.process(0).ask(Acquire.of(Demand.of("jobs", 4))))
        .isInstanceOf(Decision.Granted.class);
    assertThat(world.process(0).store().leases()).hasSize(4);
  }

  @Test
  void whatWasNotUsedAndWhatWasUsedBeyondIsSettledForAll() {
    SharedWorld world = SharedWorld.of(2, Limit.of("api", "api", SharedWorld.rate(1, MINUTE, 10)));
    LeaseId unused =
        ((Decision.Granted)
                world.process(0).ask(Acquire.builder(Demand.of("api", 10)).wantLease(true).build()))
            .leaseId();
    assertThat(ask(world, "api", 2)).isZero();
    world.process(0).release(Release.of(unused, Outcome.UNUSED));
    LeaseId guessed =
        ((Decision.Granted) world.process(1).ask(Acquire.of(Demand.of("api", 4).asEstimate())))
            .leaseId();
    world.process(1).release(Release.of(guessed, Outcome.SUCCESS).withActualPermits(100));
    assertThat(world.process(1).limit("api").counters().snapshot().permitsOverrun())
        .as("ten that were left, and a burst of debt")
        .isEqualTo(100 - 4 - 6 - 10);
    Decision.Denied denied = (Decision.Denied) world.process(0).ask("api");
    assertThat(denied.waitNanos()).isBetween(MINUTE.toNanos() * 10, MINUTE.toNanos() * 11);
  }

  @Test
  void resetFillsItForAllAndPeeksChangeNothing() {
    SharedWorld world = SharedWorld.of(2, Limit.of("api", "api", SharedWorld.rate(1, MINUTE, 5)));
    assertThat(ask(world, "api", 6)).isEqualTo(5);
    world.process(1).engine().resetLimit("api", world.now());
    world.settle();
    for (int i = 0; i < 3; i++) {
      assertThat(world.process(0).ask(Acquire.of(Demand.of("api", 0))))
          .isInstanceOf(Decision.Granted.class);
    }
    assertThat(ask(world, "api", 6)).isEqualTo(5);
  }

  @Test
  void namesOfAccountsAreUnambiguous() {
    Limit one = Limit.of("a", "a", SharedWorld.concurrency(1)).withKey("k", "l");
    assertThat(Accounts.name(one, new BucketKey(List.of("1:x", ""))))
        .isNotEqualTo(Accounts.name(one, new BucketKey(List.of("1", ":x"))))
        .isNotEqualTo(Accounts.name(one.withKey("k"), new BucketKey(List.of("1:x"))));
    assertThat(Accounts.name(one, BucketKey.NONE))
        .isNotEqualTo(Accounts.name(one.withKey(), BucketKey.NONE))
        .isNotEqualTo(Accounts.name(one, new BucketKey(List.of("", ""))));
    Limit rate = Limit.of("a", "a", SharedWorld.rate(1, SECOND, 1)).withKey("k", "l");
    assertThat(Accounts.name(rate, BucketKey.NONE))
        .isNotEqualTo(Accounts.name(one, BucketKey.NONE));
  }

  @Test
  void fingerprintTellsBodiesApartAndOrderDoesNotMatter() {
    Acquire first =
        Acquire.builder(Demand.of("jobs").withAttributes(Map.of("a", "1", "b", "2")))
            .labels(Map.of("x", "y"))
            .build();
    Acquire same =
        Acquire.builder(Demand.of("jobs").withAttributes(Map.of("b", "2", "a", "1")))
            .labels(Map.of("x", "y"))
            .maxWaitNanos(5)
            .clientId("other")
            .build();
    assertThat(Fingerprint.of(same)).isEqualTo(Fingerprint.of(first));
    List<Acquire> others =
        List.of(
            Acquire.builder(Demand.of("jobs").withAttributes(Map.of("a", "12", "b", ""))).build(),
            Acquire.builder(Demand.of("jobs", 2)).build(),
            Acquire.builder(Demand.of("jobs")).priority(1).build(),
            Acquire.builder(Demand.of("jobs").asEstimate()).build(),
            Acquire.builder(Demand.of("jobs")).parent(new LeaseId(1, 2)).build(),
            Acquire.builder(Demand.of("jobs").withDevices(DeviceAsk.ofMemory(1))).build(),
            Acquire.builder(Demand.of("jobs"), Demand.of("jobs")).build());
    assertThat(others.stream().map(Fingerprint::of).distinct()).hasSize(others.size());
    assertThat(others).noneMatch(other -> Fingerprint.of(other) == Fingerprint.of(first));
  }

  @Test
  void rateThatCannotBeSharedExactlyIsRefusedByName() {
    long day = Duration.ofDays(1).toNanos();
    SharedStore.requireCountable(
        Limit.of("api", "api", new Policy.Rate(TokenScale.of(1_000_000, 1_000_001, 5))));
    SharedStore.requireCountable(Limit.of("jobs", "jobs", SharedWorld.concurrency(1)));
    Limit large = Limit.of("api", "api", new Policy.Rate(TokenScale.of(999_983, day, 1L << 30)));
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> SharedStore.requireCountable(large))
        .withMessageStartingWith("rate must be countable exactly in microseconds");
  }
}
