package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The engine over a store that answers later. */
class LateStoreTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final LateStore store =
      new LateStore(new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0));
  private final EngineFixture engine =
      EngineFixture.over(
          store,
          Limit.of("jobs", "jobs", concurrency(1)),
          Limit.of("pair", "pair", concurrency(2)),
          Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 1)));

  @Test
  void answersWhenTheStoreDoes() {
    Call granted = engine.call(Acquire.of(Demand.of("jobs")));
    Call denied = engine.call(Acquire.of(Demand.of("jobs")));
    assertThat(granted.isAnswered()).isFalse();
    store.arrive();
    assertThat(granted.isGranted()).isTrue();
    assertThat(denied.isAnswered()).isFalse();
    store.arrive();
    assertThat(denied.denial().reason()).isEqualTo(DenialReason.CONCURRENCY);
  }

  @Test
  void cancelWhileDecidingGivesBack() {
    Call first = engine.call(Acquire.of(Demand.of("jobs")));
    engine.cancel(first);
    assertThat(engine.used("jobs")).as("the store cannot know yet").isEqualTo(1);
    store.arriveAll();
    assertThat(first.isAnswered()).isFalse();
    assertThat(engine.used("jobs")).isZero();
    assertThat(leases()).as("a lease that nobody saw is not counted").isZero();
  }

  @Test
  void grantOfCancelledCallThatRetryHoldsIsCounted() {
    Acquire.Builder named = Acquire.builder(Demand.of("jobs")).requestId("r");
    Call first = engine.call(named.build());
    Call retry = engine.call(named.build());
    engine.cancel(first);
    store.arriveAll();
    assertThat(retry.grant().replayed()).isTrue();
    assertThat(leases()).isEqualTo(1);
    releaseAndArrive(retry.grant().leaseId());
    assertThat(leases()).isZero();
  }

  @Test
  void resumptionOfCancelledCallThatAnotherHoldsIsCounted() {
    Call call = engine.call(Acquire.of(Demand.of("jobs")));
    store.arriveAll();
    LeaseId lease = call.grant().leaseId();
    engine.engine().suspend(lease, engine.now(), status -> {});
    store.arriveAll();
    Call first = engine.resume(lease, Duration.ZERO);
    engine.cancel(first);
    Call second = engine.resume(lease, Duration.ZERO);
    store.arriveAll();
    assertThat(second.isGranted()).isTrue();
    assertThat(leases()).isEqualTo(1);
    releaseAndArrive(lease);
    assertThat(leases()).isZero();
  }

  @Test
  void grantOfCancelledCallWhoseLeaseEndsBeforeTheAnswerIsCounted() {
    Call call = engine.call(Acquire.of(Demand.of("jobs")));
    engine.cancel(call);
    engine.pass(LONG);
    assertThat(engine.used("jobs")).as("it expired").isZero();
    store.arriveAll();
    assertThat(leases()).isZero();
    assertThat(engine.active("jobs").counters().snapshot().granted()).isEqualTo(1);
  }

  private void releaseAndArrive(LeaseId lease) {
    engine.engine().release(Release.of(lease, Outcome.SUCCESS), engine.now(), status -> {});
    store.arriveAll();
    engine.check();
  }

  @Test
  void cancelWhileDecidingHandsToTheNextWaiter() {
    Call first = engine.call(Acquire.of(Demand.of("jobs")));
    Call second = engine.waiter("jobs", LONG);
    engine.cancel(first);
    store.arriveAll();
    assertThat(second.isGranted()).isTrue();
    assertThat(engine.used("jobs")).isEqualTo(1);
    assertThat(leases()).isEqualTo(1);
  }

  @Test
  void cancelWhileRefusalIsUnderWayLeavesNoWaiter() {
    lease("jobs");
    Call call = engine.waiter("jobs", LONG);
    engine.cancel(call);
    store.arriveAll();
    assertThat(engine.waiting()).isZero();
    engine.pass(LONG.plusSeconds(1));
    store.arriveAll();
    assertThat(call.isAnswered()).isFalse();
  }

  @Test
  void cancelOfReplayTakesNothingFromTheHolder() {
    Acquire acquire = Acquire.builder(Demand.of("jobs")).requestId("r").build();
    Call first = engine.call(acquire);
    store.arriveAll();
    Call again = engine.call(acquire);
    engine.cancel(again);
    store.arriveAll();
    assertThat(first.isGranted()).isTrue();
    assertThat(engine.used("jobs")).isEqualTo(1);
  }

  @Test
  void cancelledWaiterGivesBackWhatIsUnderWay() {
    LeaseId holder = lease("jobs");
    Call first = engine.waiter("jobs", LONG);
    Call second = engine.waiter("jobs", LONG);
    store.arriveAll();
    release(holder);
    store.arrive(); // the release; now the store is asked for the first waiter
    assertThat(store.underWay()).isEqualTo(1);
    engine.cancel(first);
    store.arriveAll();
    assertThat(first.isAnswered()).isFalse();
    assertThat(second.isGranted()).isTrue();
    assertThat(engine.used("jobs")).isEqualTo(1);
  }

  @Test
  void releaseWhileRefusalIsUnderWayIsNotLost() {
    LeaseId one = lease("pair");
    LeaseId other = lease("pair");
    Call both =
        engine.call(Acquire.builder(Demand.of("pair", 2)).maxWaitNanos(LONG.toNanos()).build());
    store.arriveAll();
    release(one);
    store.arrive(); // the first release: the store is asked, and one is too few
    release(other);
    store.arriveAll(); // the refusal arrives after the second release
    assertThat(both.isGranted()).isTrue();
  }

  @Test
  void orderIsKept() {
    LeaseId holder = lease("jobs");
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiters.add(engine.waiter("jobs", LONG));
      if (i % 3 == 0) {
        store.arriveAll();
      }
    }
    store.arriveAll();
    for (Call waiter : waiters) {
      release(holder);
      store.arriveAll();
      assertThat(waiters.stream().filter(Call::isAnswered).count())
          .isEqualTo(waiters.indexOf(waiter) + 1);
      holder = waiter.grant().leaseId();
    }
    engine.check();
  }

  @Test
  void tryBehindWaitersThatLeftMeanwhileIsDecidedAgain() {
    LeaseId one = lease("pair");
    LeaseId other = lease("pair");
    Call large = engine.waiter("pair", LONG);
    store.arriveAll();
    release(one);
    release(other);
    // There is room for both; it only looks, because the other is ahead.
    Call small = engine.call(Acquire.of(Demand.of("pair")));
    engine.cancel(large);
    store.arriveAll();
    assertThat(small.isGranted()).isTrue();
  }

  @Test
  void waiterBehindOneThatLeftMeanwhileIsDecidedAgain() {
    LeaseId job = lease("jobs");
    lease("pair");
    Call large =
        engine.call(Acquire.builder(Demand.of("pair", 2)).maxWaitNanos(LONG.toNanos()).build());
    store.arriveAll();
    Call both =
        engine.call(
            Acquire.builder(Demand.of("jobs"), Demand.of("pair"))
                .maxWaitNanos(LONG.toNanos())
                .build());
    store.arriveAll();
    release(job);
    store.arrive(); // the release; the store is asked for both, only to look, since large is ahead
    engine.cancel(large);
    store.arriveAll();
    assertThat(both.isGranted()).as("it stood in no queue, and waited for ever").isTrue();
  }

  @Test
  void tokensWakeWaiter() {
    engine.call(Acquire.of(Demand.of("api")));
    Call waiter = engine.waiter("api", LONG);
    store.arriveAll();
    engine.pass(Duration.ofMillis(1_002));
    store.arriveAll();
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void timeoutWhileDecidingGivesBack() {
    LeaseId holder = lease("jobs");
    Call waiter = engine.waiter("jobs", Duration.ofSeconds(1));
    store.arriveAll();
    engine.pass(Duration.ofMillis(999));
    release(holder);
    store.arrive(); // the store is asked, and grants; that answer is slow
    Runnable grant = store::arrive;
    engine.pass(Duration.ofMillis(10));
    grant.run();
    store.arriveAll();
    assertThat(waiter.isAnswered()).isTrue();
    assertThat(engine.used("jobs")).isEqualTo(waiter.isGranted() ? 1 : 0);
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void drainReachesThoseWhoseAnswerIsUnderWay() {
    lease("jobs");
    Call waiting = engine.waiter("jobs", LONG);
    engine.engine().drain(engine.now());
    store.arriveAll();
    assertThat(waiting.denial().reason()).isEqualTo(DenialReason.DRAINING);
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void randomRunOverLateAnswersEndsEmpty() {
    for (long seed = 1; seed <= 20; seed++) {
      run(seed);
    }
  }

  private static void run(long seed) {
    LateStore late =
        new LateStore(new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(seed), 0));
    EngineFixture engine =
        EngineFixture.over(
            late,
            Limit.of("jobs", "jobs", concurrency(2)),
            Limit.of("seats", "seats", concurrency(3)),
            Limit.of("api", "api", rate(50, Duration.ofSeconds(1), 5)));
    SplittableRandom random = new SplittableRandom(seed);
    String[] resources = {"jobs", "seats", "api"};
    List<Call> calls = new ArrayList<>();
    for (int step = 0; step < 5_000; step++) {
      switch (random.nextInt(8)) {
        case 0, 1 -> {
          List<Demand> demands = new ArrayList<>();
          for (String resource : resources) {
            if (random.nextBoolean() || demands.isEmpty()) {
              demands.add(Demand.of(resource, 1 + random.nextInt(2)));
            }
          }
          calls.add(
              engine.call(
                  Acquire.builder(demands)
                      .priority(random.nextInt(10))
                      .maxWaitNanos(random.nextInt(3) * 100_000_000L)
                      .build()));
        }
        case 2 -> {
          if (!calls.isEmpty()) {
            Call call = calls.remove(random.nextInt(calls.size()));
            if (call.isGranted() && call.grant().leaseId() != null && random.nextBoolean()) {
              engine
                  .engine()
                  .release(
                      Release.of(call.grant().leaseId(), Outcome.SUCCESS),
                      engine.now(),
                      status -> {});
            } else {
              engine.cancel(call);
            }
          }
        }
        case 3 -> engine.passNanos(random.nextLong(20_000_000));
        default -> {
          if (late.underWay() > 0) {
            late.arrive();
          }
        }
      }
      engine.check();
      assertThat(engine.used("jobs")).as("seed %d step %d", seed, step).isBetween(0L, 2L);
      assertThat(engine.used("seats")).as("seed %d step %d", seed, step).isBetween(0L, 3L);
    }
    for (int i = 0; i < 100; i++) {
      late.arriveAll();
      engine.pass(Duration.ofSeconds(10));
    }
    Snapshot snapshot = engine.engine().snapshot(engine.now());
    assertThat(snapshot.waiting()).as("seed %d", seed).isZero();
    assertThat(snapshot.leases()).as("seed %d", seed).isZero();
    for (Snapshot.ByLimit limit : snapshot.limits()) {
      assertThat(limit.counts().leases()).as("seed %d: %s", seed, limit).isZero();
      assertThat(limit.counts().waiting()).as("seed %d: %s", seed, limit).isZero();
      assertThat(limit.usage().used()).as("seed %d: %s", seed, limit).isZero();
    }
    assertThat(calls).as("seed %d", seed).allMatch(Call::isAnswered);
  }

  private LeaseId lease(String resource) {
    Call call = engine.call(Acquire.of(Demand.of(resource)));
    store.arriveAll();
    return call.grant().leaseId();
  }

  private void release(LeaseId id) {
    engine.engine().release(Release.of(id, Outcome.SUCCESS), engine.now(), status -> {});
  }

  private long leases() {
    return engine.engine().snapshot(engine.now()).limits().get(0).counts().leases();
  }
}
