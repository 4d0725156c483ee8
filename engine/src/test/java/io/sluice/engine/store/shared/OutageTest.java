package io.sluice.engine.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.OnLoss;
import io.sluice.engine.limit.Sharing;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of shared limits while the ledger is out of reach, after that, and after a loss. */
class OutageTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static Limit api(OnLoss onLoss) {
    return Limit.of("api", "api", SharedWorld.rate(60, MINUTE, 30))
        .withSharing(Sharing.DEFAULT.withOnLoss(onLoss));
  }

  private static Limit jobs(long max, OnLoss onLoss) {
    return Limit.of("jobs", "jobs", SharedWorld.concurrency(max))
        .withSharing(Sharing.DEFAULT.withOnLoss(onLoss));
  }

  private static String account(Limit limit) {
    return Accounts.name(limit, BucketKey.NONE);
  }

  /** Asks at every process ten times a second, and returns how many were granted. */
  private static int drain(SharedWorld world, String resource, Duration time) {
    int granted = 0;
    for (long i = 0; i < time.toMillis() / 100; i++) {
      for (SharedWorld.Process process : world.processes()) {
        for (int j = 0; j < 4; j++) {
          granted += process.ask(resource) instanceof Decision.Granted ? 1 : 0;
        }
      }
      world.pass(Duration.ofMillis(100));
    }
    return granted;
  }

  @ParameterizedTest
  @CsvSource({"1,true", "1,false", "3,true", "3,false"})
  void localShareAdmitsNoMoreThanTheLimit_i30(int processes, boolean atStart) {
    Limit api = api(OnLoss.LOCAL_SHARE);
    SharedWorld world = atStart ? SharedWorld.down(processes, api) : SharedWorld.of(processes, api);
    world.pass(SECOND);
    world.ledger().up(false);
    world.settle();
    int known = atStart ? 1 : processes;
    int granted = drain(world, "api", MINUTE);
    double bound = (double) processes / known * (30 + 60);
    System.out.printf(
        "local share, %d processes, down %s: %d granted, bound %.0f%n",
        processes, atStart ? "at start" : "later", granted, bound);
    assertThat(granted).isBetween((int) (bound * 0.9), (int) bound);
    world.ledger().up(true);
    int after = drain(world, "api", MINUTE);
    assertThat(after).as("nothing is refilled twice").isLessThanOrEqualTo(60 + 1);
    assertThat(after)
        .as("but for a debt of those that did not know each other")
        .isGreaterThan(known == processes ? 55 : 25);
  }

  @Test
  void shareBeginsWithWhatWasLeft() {
    SharedWorld world = SharedWorld.of(3, api(OnLoss.LOCAL_SHARE));
    world.pass(SECOND);
    assertThat(world.process(0).ask(Acquire.of(Demand.of("api", 27))))
        .isInstanceOf(Decision.Granted.class);
    world.pass(Duration.ofMillis(1));
    world.ledger().up(false);
    world.settle();
    int granted = 0;
    for (int i = 0; i < 20; i++) {
      granted += world.process(0).ask("api") instanceof Decision.Granted ? 1 : 0;
    }
    assertThat(granted).as("a third of the three that were left").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void closedLimitGrantsNothingAndSaysSo(int processes) {
    SharedWorld world =
        SharedWorld.of(processes, api(OnLoss.FAIL_CLOSED), jobs(3, OnLoss.FAIL_CLOSED));
    LeaseId held = world.process(0).lease("jobs");
    world.ledger().up(false);
    world.settle();
    assertThat(drain(world, "api", SECOND)).isZero();
    Decision.Denied denied = (Decision.Denied) world.process(0).ask("jobs");
    assertThat(denied.reason()).isEqualTo(DenialReason.STORE_UNAVAILABLE);
    assertThat(denied.waitNanos()).isBetween(SECOND.toNanos(), SECOND.toNanos() * 11 / 10);
    assertThat(denied.message()).isEqualTo("limit jobs is shared, and out of reach");
    SharedWorld.Call waiter = world.process(0).waiter("jobs", Duration.ofSeconds(2));
    world.pass(SECOND);
    Renewal renewal = world.process(0).renew(held);
    assertThat(renewal.status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(renewal.ttlNanos()).as("nobody can promise more").isLessThan(SECOND.toNanos() * 4);
    world.pass(SECOND.plusMillis(2));
    assertThat(waiter.reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(waiter.took()).isLessThanOrEqualTo(Duration.ofMillis(2_002));
    world.pass(Duration.ofSeconds(10));
    assertThat(world.process(0).renew(held)).isEqualTo(Renewal.LOST);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void openLimitGrantsWithoutCounting(int processes) {
    SharedWorld world = SharedWorld.of(processes, api(OnLoss.FAIL_OPEN), jobs(1, OnLoss.FAIL_OPEN));
    world.ledger().up(false);
    world.settle();
    assertThat(drain(world, "api", SECOND)).isEqualTo(processes * 40);
    LeaseId one = world.process(0).lease("jobs");
    LeaseId other = world.process(0).lease("jobs");
    assertThat(one).isNotEqualTo(other);
    assertThat(world.process(0).store().statistics().fallbackGrants()).isEqualTo(42);
    world.ledger().up(true);
    world.pass(Duration.ofSeconds(2));
    assertThat(world.ledger().held(account(jobs(1, OnLoss.FAIL_OPEN))))
        .containsOnlyKeys(one, other);
    world.process(0).release(one);
    world.process(0).release(other);
    assertThat(world.ledger().held(account(jobs(1, OnLoss.FAIL_OPEN)))).isEmpty();
  }

  @Test
  void seatsOfTheShareAreThoseThatAreNotHeld() {
    Limit jobs = jobs(7, OnLoss.LOCAL_SHARE);
    SharedWorld world = SharedWorld.of(3, jobs);
    world.pass(SECOND);
    LeaseId before = world.process(0).lease("jobs");
    world.process(1).lease("jobs");
    world.ledger().up(false);
    world.settle();
    LeaseId meanwhile = world.process(0).lease("jobs");
    Decision.Denied denied = (Decision.Denied) world.process(0).ask("jobs");
    assertThat(denied.reason())
        .as("two of seven for each of three")
        .isEqualTo(DenialReason.CONCURRENCY);
    world.process(0).release(before);
    LeaseId next = world.process(0).lease("jobs");
    world.process(0).release(next);
    assertThat(world.process(0).store().statistics().localShare()).isTrue();
    assertThat(world.process(0).store().statistics().pendingChanges()).isPositive();
    world.ledger().up(true);
    world.pass(Duration.ofSeconds(1));
    assertThat(world.ledger().held(account(jobs))).hasSize(2).containsKey(meanwhile);
    assertThat(world.process(0).store().statistics().pendingChanges()).isZero();
    assertThat(world.process(2).ask(Acquire.of(Demand.of("jobs", 5))))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void claimOverSeveralLimitsIsAllOrNothingWhateverTheirModes_i9() {
    SharedWorld world = SharedWorld.of(1, api(OnLoss.LOCAL_SHARE), jobs(1, OnLoss.FAIL_CLOSED));
    world.ledger().up(false);
    world.settle();
    Acquire both = Acquire.of(Demand.of("api", 10), Demand.of("jobs"));
    assertThat(world.process(0).ask(both)).isInstanceOf(Decision.Denied.class);
    assertThat(world.process(0).ask(Acquire.of(Demand.of("api", 30))))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void whoWaitsIsServedWithinThreeSecondsOfTheReturnAndNotAllAtOnce() {
    Limit jobs = jobs(200, OnLoss.FAIL_CLOSED);
    SharedWorld world = SharedWorld.of(2, jobs);
    world.ledger().up(false);
    world.settle();
    List<SharedWorld.Call> waiters = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      waiters.add(world.process(i % 2).waiter("jobs", MINUTE));
    }
    world.pass(Duration.ofSeconds(5));
    assertThat(waiters).noneMatch(SharedWorld.Call::isAnswered);
    world.ledger().up(true);
    world.pass(Duration.ofSeconds(3));
    assertThat(waiters).allMatch(SharedWorld.Call::isGranted);
    List<SharedWorld.Call> inOrder = new ArrayList<>(waiters);
    inOrder.sort((a, b) -> Long.compare(a.answeredNanos(), b.answeredNanos()));
    int most = 0;
    for (int i = 0, j = 0; j < inOrder.size(); j++) {
      while (inOrder.get(j).answeredNanos() - inOrder.get(i).answeredNanos() >= 100_000_000L) {
        i++;
      }
      most = Math.max(most, j - i + 1);
    }
    System.out.printf("return: at most %d of 100 waiters in any 100 ms%n", most);
    assertThat(most).as("a tenth, and the first of each process").isLessThanOrEqualTo(12);
  }

  @Test
  void leasesOutliveTheLossOfWhatTheLedgerKnew_i32() {
    Limit jobs = jobs(4, OnLoss.LOCAL_SHARE);
    Limit api = api(OnLoss.LOCAL_SHARE);
    SharedWorld world = SharedWorld.of(3, jobs, api);
    world.ledger().delay(Duration.ofMillis(5));
    List<LeaseId> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      SharedWorld.Call call = world.process(i).call("jobs");
      world.pass(Duration.ofMillis(50));
      held.add(call.lease());
    }
    world.ledger().lose();
    SharedWorld.Call seats = world.process(0).call(Acquire.of(Demand.of("jobs", 2)));
    SharedWorld.Call waiter =
        world
            .process(1)
            .call(Acquire.builder(Demand.of("jobs")).maxWaitNanos(MINUTE.toNanos()).build());
    SharedWorld.Call tokens = world.process(2).call("api");
    boolean learned = false;
    for (int i = 0; i < 30; i++) {
      world.pass(Duration.ofMillis(1));
      learned |= world.process(0).store().statistics().learning();
    }
    assertThat(learned).isTrue();
    assertThat(seats.reason()).isEqualTo(DenialReason.RECOVERING);
    assertThat(tokens.isGranted()).as("rates go on").isTrue();
    world.pass(Duration.ofSeconds(2));
    assertThat(world.process(0).store().statistics().learning()).isFalse();
    assertThat(waiter.isGranted()).as("one of four was free").isTrue();
    assertThat(world.ledger().held(account(jobs)))
        .hasSize(4)
        .containsKeys(held.get(0), held.get(2));
    SharedWorld.Call full = world.process(2).call("jobs");
    world.pass(Duration.ofMillis(30));
    assertThat(full.reason()).isEqualTo(DenialReason.CONCURRENCY);
    for (int i = 0; i < 3; i++) {
      List<Renewal> told = new ArrayList<>();
      world.process(i).engine().renew(held.get(i), 0, world.now(), told::add);
      world.pass(Duration.ofMillis(30));
      assertThat(told.get(0).status()).isEqualTo(RenewStatus.RENEWED);
    }
  }

  @Test
  void learningEndsWithoutOneThatDied() {
    Limit jobs = jobs(2, OnLoss.LOCAL_SHARE);
    SharedWorld world = SharedWorld.of(2, jobs);
    world.process(1).lease("jobs");
    world.process(1).die();
    world.ledger().lose();
    SharedWorld.Call waiter = world.process(0).waiter("jobs", MINUTE);
    world.pass(Duration.ofSeconds(4));
    assertThat(waiter.isAnswered()).as("it may still assert what it holds").isFalse();
    world.pass(Duration.ofSeconds(4));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void nothingHangsWhileTheLedgerComesAndGoes() {
    Limit jobs = jobs(3, OnLoss.LOCAL_SHARE);
    SharedWorld world = SharedWorld.of(3, jobs, api(OnLoss.LOCAL_SHARE));
    world.ledger().delay(Duration.ofMillis(10)).faults(0.05, 0.05, 0.05, 0.2);
    List<SharedWorld.Call> calls = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      if (i % 10 == 0) {
        world.ledger().up(i % 20 != 0);
      }
      if (i == 300) {
        world.ledger().lose();
      }
      for (SharedWorld.Process process : world.processes()) {
        calls.add(process.waiter(i % 2 == 0 ? "jobs" : "api", Duration.ofMillis(500)));
      }
      world.pass(Duration.ofMillis(100));
      for (SharedWorld.Process process : world.processes()) {
        for (Lease lease : List.copyOf(process.store().leases())) {
          process
              .engine()
              .release(Release.of(lease.id(), Outcome.SUCCESS), world.now(), status -> {});
        }
      }
    }
    world.ledger().up(true);
    world.ledger().faults(0, 0, 0, 0);
    world.pass(Duration.ofSeconds(1));
    assertThat(calls).allMatch(SharedWorld.Call::isAnswered);
    assertThat(calls)
        .as("no one waits longer than its time, and one loss of an answer")
        .allMatch(call -> call.took().compareTo(Duration.ofMillis(500 + 250)) <= 0);
    world.pass(Duration.ofSeconds(20));
    assertThat(world.ledger().held(account(jobs))).as("nothing leaks").isEmpty();
    world
        .processes()
        .forEach(process -> assertThat(process.store().statistics().pendingChanges()).isZero());
  }
}
