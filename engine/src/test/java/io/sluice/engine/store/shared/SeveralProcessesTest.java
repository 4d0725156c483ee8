package io.sluice.engine.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Several processes that share their limits, in one virtual time. */
class SeveralProcessesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Limit API = Limit.of("api", "api", SharedWorld.rate(60, MINUTE, 60));
  private static final Limit JOBS = Limit.of("jobs", "jobs", SharedWorld.concurrency(2));

  @Test
  void twoProcessesShareOneBudget_parity211() {
    SharedWorld world = SharedWorld.of(2, API);
    int granted = 0;
    for (int i = 0; i < 120; i++) {
      granted += world.process(i % 2).ask("api") instanceof Decision.Granted ? 1 : 0;
      world.pass(Duration.ofMillis(8));
    }
    assertThat(granted).isEqualTo(60);
    world.pass(Duration.ofMillis(40));
    assertThat(world.process(0).ask("api"))
        .as("a second has passed")
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void seatsAreSharedAndFreeForOthersAtOnce() {
    SharedWorld world = SharedWorld.of(2, JOBS);
    LeaseId first = world.process(0).lease("jobs");
    LeaseId second = world.process(1).lease("jobs");
    Decision refused = world.process(0).ask("jobs");
    assertThat(((Decision.Denied) refused).reason()).isEqualTo(DenialReason.CONCURRENCY);
    assertThat(world.process(0).used("jobs")).as("as the ledger told").isEqualTo(2);
    world.process(1).release(second);
    LeaseId third = world.process(0).lease("jobs");
    assertThat(world.process(0).store().lease(third).fencingToken())
        .isGreaterThan(world.process(0).store().lease(first).fencingToken());
  }

  @Test
  void whoWaitedLongestGoesFirstAcrossProcesses() {
    SharedWorld world = SharedWorld.of(3, JOBS);
    List<LeaseId> held = List.of(world.process(0).lease("jobs"), world.process(0).lease("jobs"));
    List<SharedWorld.Call> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiters.add(world.process((i + 1) % 3).waiter("jobs", MINUTE));
      world.pass(Duration.ofMillis(20));
    }
    world.process(0).release(held.get(0));
    world.settle();
    assertThat(waiters).extracting(SharedWorld.Call::isGranted).containsExactly(true, false, false);
    world.process(0).release(held.get(1));
    world.settle();
    assertThat(waiters).extracting(SharedWorld.Call::isGranted).containsExactly(true, true, false);
    world.process(1).release(waiters.get(0).lease());
    world.settle();
    assertThat(waiters).extracting(SharedWorld.Call::isGranted).containsExactly(true, true, true);
  }

  @Test
  void nobodyOvertakesWhoWaitsElsewhere() {
    SharedWorld world = SharedWorld.of(2, JOBS);
    LeaseId held = world.process(0).lease("jobs");
    SharedWorld.Call large =
        world
            .process(1)
            .call(Acquire.builder(Demand.of("jobs", 2)).maxWaitNanos(MINUTE.toNanos()).build());
    world.settle();
    assertThat(large.isAnswered()).isFalse();
    assertThat(world.process(0).ask("jobs"))
        .as("one is free, but somebody waits for two")
        .isInstanceOf(Decision.Denied.class);
    world.process(0).release(held);
    world.settle();
    assertThat(large.isGranted()).isTrue();
  }

  @Test
  void twoThatNeedBothDoNotBlockEachOther() {
    SharedWorld world =
        SharedWorld.of(
            2,
            Limit.of("a", "a", SharedWorld.concurrency(1)),
            Limit.of("b", "b", SharedWorld.concurrency(1)));
    LeaseId a = world.process(0).lease("a");
    LeaseId b = world.process(1).lease("b");
    Acquire both =
        Acquire.builder(Demand.of("a"), Demand.of("b")).maxWaitNanos(MINUTE.toNanos()).build();
    SharedWorld.Call first = world.process(0).call(both);
    SharedWorld.Call second = world.process(1).call(both);
    world.pass(Duration.ofSeconds(1));
    world.process(0).release(a);
    world.process(1).release(b);
    world.pass(Duration.ofSeconds(1));
    assertThat(first.isGranted() != second.isGranted()).isTrue();
    SharedWorld.Call winner = first.isGranted() ? first : second;
    winner.process().release(winner.lease());
    world.pass(Duration.ofSeconds(1));
    assertThat(first.isGranted() && second.isGranted()).isTrue();
  }

  @Test
  void processThatDiesFreesItsSeatsAfterTheirTime() {
    SharedWorld world = SharedWorld.of(2, JOBS);
    world.process(0).lease("jobs");
    world.process(0).lease("jobs");
    world.process(0).die();
    SharedWorld.Call waiter = world.process(1).waiter("jobs", MINUTE);
    world.pass(Duration.ofMillis(5_100));
    assertThat(waiter.isAnswered()).as("5 s and a grace of 200 ms").isFalse();
    world.pass(Duration.ofMillis(400));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void hintsThatGetLostOnlyCostTheTimeOfPoll() {
    SharedWorld world = SharedWorld.of(2, JOBS);
    world.ledger().faults(0, 0, 0, 1);
    LeaseId first = world.process(0).lease("jobs");
    world.process(0).lease("jobs");
    SharedWorld.Call waiter = world.process(1).waiter("jobs", MINUTE);
    world.pass(Duration.ofSeconds(1));
    world.process(0).release(first);
    world.settle();
    assertThat(waiter.isAnswered()).isFalse();
    long released = world.now();
    world.pass(Duration.ofMillis(251));
    assertThat(waiter.isGranted()).isTrue();
    assertThat(waiter.answeredNanos() - released).isBetween(1L, Watch.MAX_POLL_NANOS);
  }

  @Test
  void tenantsDoNotTouchEachOther_parity213() {
    SharedWorld world =
        SharedWorld.of(
            2, Limit.of("api", "api", SharedWorld.rate(10, MINUTE, 10)).withKey("tenant"));
    Map<String, Integer> granted = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      String tenant = List.of("a", "a1:", "b").get(i % 3);
      Demand demand = Demand.of("api").withAttributes(Map.of("tenant", tenant));
      if (world.process(i % 2).ask(Acquire.of(demand)) instanceof Decision.Granted) {
        granted.merge(tenant, 1, Integer::sum);
      }
    }
    assertThat(granted).isEqualTo(Map.of("a", 10, "a1:", 10, "b", 10));
  }

  @Test
  void requestRepeatedAtAnotherProcessFindsItsGrant() {
    SharedWorld world = SharedWorld.of(2, JOBS, API);
    Acquire acquire = Acquire.builder(Demand.of("jobs")).requestId("r").clientId("c").build();
    Decision.Granted first = (Decision.Granted) world.process(0).ask(acquire);
    world.process(0).die();
    Decision.Granted again = (Decision.Granted) world.process(1).ask(acquire);
    assertThat(again.leaseId()).isEqualTo(first.leaseId());
    assertThat(again.fencingToken()).isEqualTo(first.fencingToken());
    assertThat(again.replayed()).isTrue();
    assertThat(world.process(1).renew(first.leaseId()).status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(world.process(1).ask("jobs")).isInstanceOf(Decision.Granted.class);
    assertThat(world.process(1).ask("jobs")).isInstanceOf(Decision.Denied.class);
    assertThat(
            world
                .process(1)
                .ask(Acquire.builder(Demand.of("jobs", 2)).requestId("r").clientId("c").build()))
        .isInstanceOf(Decision.Conflict.class);
    assertThat(world.process(1).release(again.leaseId())).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(world.process(1).ask("jobs")).isInstanceOf(Decision.Granted.class);
  }

  @Test
  void requestOfLeaseThatEndedElsewhereIsNotGrantedAgain() {
    SharedWorld world = SharedWorld.of(2, JOBS, API);
    Acquire acquire = Acquire.builder(Demand.of("jobs")).requestId("r").clientId("c").build();
    Decision.Granted first = (Decision.Granted) world.process(0).ask(acquire);
    world.process(0).release(first.leaseId());
    Decision again = world.process(1).ask(acquire);
    assertThat(((Decision.Denied) again).reason()).isEqualTo(DenialReason.DUPLICATE);
    Acquire tokens = Acquire.builder(Demand.of("api", 50)).requestId("t").build();
    assertThat(world.process(0).ask(tokens)).isInstanceOf(Decision.Granted.class);
    Decision.Granted replayed = (Decision.Granted) world.process(1).ask(tokens);
    assertThat(replayed.replayed()).isTrue();
    assertThat(world.process(1).used("api")).isLessThanOrEqualTo(50);
    assertThat(world.process(1).ask(Acquire.of(Demand.of("api", 10))))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void leaseWhoseSeatWasGivenAwayIsLostAtItsRenewal() {
    SharedWorld world = SharedWorld.of(2, JOBS);
    LeaseId lease = world.process(0).lease("jobs");
    String account = Accounts.name(JOBS, BucketKey.NONE);
    assertThat(world.ledger().held(account)).containsOnlyKeys(lease);
    world
        .ledger()
        .state()
        .post(
            "by hand",
            Posting.of(List.of(new Posting.Change.Drop(new Account.Seats(account, 2), lease))),
            world.now(),
            any -> {});
    assertThat(world.process(0).renew(lease)).isEqualTo(Renewal.LOST);
    assertThat(world.process(0).store().lease(lease).isLive()).isFalse();
    assertThat(world.process(0).engine().snapshot(world.now()).leases()).isZero();
  }

  @Test
  void lostAnswersDelaysAndDuplicatesNeverExceedTwo() {
    for (long seed = 1; seed <= 4; seed++) {
      SharedWorld world = SharedWorld.seeded(seed, 3, JOBS);
      world.ledger().delay(Duration.ofMillis(20)).faults(0.05, 0.05, 0.05, 0.5);
      SplittableRandom random = new SplittableRandom(seed);
      List<SharedWorld.Call> calls = new ArrayList<>();
      long granted = 0;
      for (int step = 0; step < 25_000; step++) {
        SharedWorld.Process process = world.process(random.nextInt(3));
        calls.removeIf(call -> call.isAnswered() && !call.isGranted());
        int what = random.nextInt(10);
        if (what < 3) {
          calls.add(process.call("jobs"));
        } else if (what < 5) {
          calls.add(process.waiter("jobs", Duration.ofMillis(random.nextInt(1_000))));
        } else if (what < 8 && !calls.isEmpty()) {
          SharedWorld.Call call = calls.remove(random.nextInt(calls.size()));
          if (call.isGranted()) {
            granted++;
            call.process()
                .engine()
                .release(Release.of(call.lease(), Outcome.SUCCESS), world.now(), status -> {});
          } else if (!call.isAnswered()) {
            call.cancel();
          }
        } else {
          world.pass(Duration.ofMillis(random.nextInt(what == 9 ? 30 : 3)));
        }
        long live =
            world.processes().stream()
                .flatMap(one -> one.store().leases().stream())
                .filter(Lease::isLive)
                .count();
        assertThat(live).as("seed %d step %d", seed, step).isLessThanOrEqualTo(2);
      }
      assertThat(granted).as("and goes on").isGreaterThan(150);
      world.pass(MINUTE);
      assertThat(calls).allMatch(SharedWorld.Call::isAnswered);
      world.ledger().faults(0, 0, 0, 0);
      world.pass(Duration.ofSeconds(30));
      assertThat(world.ledger().held(Accounts.name(JOBS, BucketKey.NONE)))
          .as("nothing leaks")
          .isEmpty();
    }
  }
}
