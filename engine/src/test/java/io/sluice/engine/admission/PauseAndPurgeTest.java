package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.PauseTable;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PauseAndPurgeTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EngineFixture engine =
      EngineFixture.of(
          Limit.of("all", "**", concurrency(3)), Limit.of("jobs", "jobs", concurrency(2)));

  @Test
  void pausedResourceStartsNothingAndSaysWhy() {
    pause("jobs", "maintenance until noon", false);
    Decision.Denied denied = engine.denied(engine.ask("jobs"));
    assertThat(denied.reason()).isEqualTo(DenialReason.PAUSED);
    assertThat(denied.resource()).isEqualTo("jobs");
    assertThat(denied.waitNanos()).isEqualTo(Blocker.NEVER);
    assertThat(denied.message()).isEqualTo("resource jobs is paused: maintenance until noon");
    assertThat(engine.denied(engine.ask(Demand.of("jobs", 0))).reason())
        .isEqualTo(DenialReason.PAUSED);
    assertThat(engine.explain(Acquire.of(Demand.of("jobs"))).decision())
        .isInstanceOf(Decision.Denied.class);
    engine.granted(engine.ask("others"));
    assertThat(engine.engine().pauses()).hasSize(1);
  }

  @Test
  void whoWaitsStartsInOrderWhenThePauseEnds() {
    pause("jobs", "", false);
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiters.add(engine.waiter("jobs", LONG));
    }
    assertThat(waiters).noneMatch(Call::isAnswered);
    assertThat(waitingOf("jobs")).isEqualTo(4);
    assertThat(resume("jobs")).isTrue();
    assertThat(waiters).extracting(Call::isGranted).containsExactly(true, true, false, false);
    assertThat(waitingOf("jobs")).isEqualTo(2);
    assertThat(resume("jobs")).isFalse();
    engine.check();
  }

  @Test
  void pausedWaiterKeepsItsPlaceAndBlocksNobodyOnSharedLimits() {
    List<LeaseId> holders = leases("x", 3);
    Call paused = engine.waiter("jobs", LONG);
    Call behind = engine.waiter("x", LONG);
    pause("jobs", "", false);
    engine.release(holders.get(0));
    assertThat(behind.isGranted()).isTrue();
    assertThat(paused.isAnswered()).isFalse();
    Call last = engine.waiter("x", LONG);
    resume("jobs");
    engine.release(holders.get(1));
    assertThat(paused.isGranted()).as("it came before the last").isTrue();
    assertThat(last.isAnswered()).isFalse();
    engine.check();
  }

  @Test
  void holdersGoOnAndRenewAndRetriesGetTheirGrant() {
    Acquire named =
        Acquire.builder(Demand.of("jobs")).requestId("r").maxWaitNanos(LONG.toNanos()).build();
    Decision.Granted first = engine.granted(engine.ask(named));
    pause("**", "", false);
    assertThat(engine.renew(first.leaseId(), Duration.ofSeconds(30)).status())
        .isEqualTo(RenewStatus.RENEWED);
    assertThat(engine.granted(engine.ask(named)).leaseId()).isEqualTo(first.leaseId());
    engine.release(first.leaseId());
    assertThat(engine.denied(engine.ask(named)).reason()).isEqualTo(DenialReason.DUPLICATE);
  }

  @Test
  void suspendedLeaseOfPausedResourceGoesOnWhenThePauseEnds() {
    LeaseId lease = engine.lease("jobs");
    engine.suspend(lease);
    LeaseId running = engine.lease("jobs");
    pause("jobs", "", false);
    assertThat(engine.resume(lease, Duration.ZERO).denial().reason())
        .isEqualTo(DenialReason.PAUSED);
    Call resumed = engine.resume(lease, LONG);
    assertThat(resumed.isAnswered()).isFalse();
    assertThat(engine.resume(running, Duration.ZERO).grant().replayed()).isTrue();
    assertThat(engine.resume(new LeaseId(1, 2), LONG).decision()).isInstanceOf(Decision.Lost.class);
    resume("jobs");
    assertThat(resumed.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void nestedAcquireOfPausedResourceWaitsAsWellAndGoesWithItsParent() {
    LeaseId parent = engine.lease("x");
    pause("jobs", "", false);
    Acquire acquire = Acquire.builder(Demand.of("jobs")).parent(parent).maxWaitNanos(9).build();
    assertThat(engine.call(acquire).isAnswered()).isFalse();
    Call nested = engine.call(acquire);
    engine.release(parent);
    assertThat(nested.decision()).isInstanceOf(Decision.Invalid.class);
    assertThat(engine.call(acquire).decision()).as("at once").isInstanceOf(Decision.Invalid.class);
    assertThat(engine.waiting()).isZero();
    assertThat(waitingOf("jobs")).isZero();
  }

  @Test
  void pausedWaiterIsListedAtNoPlace() {
    pause("jobs", "", false);
    engine.waiter("jobs", LONG);
    Waiting waiting = engine.engine().waiters(engine.now()).get(0);
    assertThat(waiting.position()).isZero();
    assertThat(waiting.limits()).containsExactly("all", "jobs");
    assertThat(waiting.expectedWaitNanos()).isEqualTo(Long.MAX_VALUE);
    resume("jobs");
    assertThat(engine.engine().waiters(engine.now())).isEmpty();
  }

  @Test
  void denyingPauseSendsAwayWhoWaitsAndWhoComes() {
    leases("jobs", 2);
    Call waiting = engine.waiter("jobs", LONG);
    pause("j*", "closed", true);
    assertThat(waiting.denial().reason()).isEqualTo(DenialReason.PAUSED);
    assertThat(engine.waiter("jobs", LONG).denial().message()).contains("closed");
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void denyingPauseCountsBeforeOneThatLetsWait() {
    pause("**", "all wait", false);
    pause("jobs", "none", true);
    assertThat(engine.waiter("jobs", LONG).denial().message()).contains("none");
    Acquire both =
        Acquire.builder(Demand.of("x"), Demand.of("jobs")).maxWaitNanos(LONG.toNanos()).build();
    assertThat(engine.denied(engine.ask(both)).resource()).isEqualTo("jobs");
    assertThat(engine.waiter("x", LONG).isAnswered()).isFalse();
  }

  @Test
  void waitThatIsPausedEndsInTime() {
    pause("jobs", "later", false);
    Call call = engine.waiter("jobs", Duration.ofSeconds(1));
    Call cancelled = engine.waiter("jobs", LONG);
    engine.cancel(cancelled);
    engine.pass(Duration.ofMillis(1_002));
    assertThat(call.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(call.denial().message()).contains("jobs is paused: later");
    assertThat(engine.waiting()).isZero();
    assertThat(waitingOf("jobs")).isZero();
  }

  @Test
  void queuesStayBoundedWhilePaused() {
    EngineFixture bounded =
        EngineFixture.of(Limit.of("jobs", "jobs", concurrency(2)).withQueueMax(2));
    bounded.engine().pause(new Pause(ResourcePattern.parse("jobs"), "", false), bounded.now());
    bounded.waiter("jobs", LONG);
    bounded.waiter("jobs", LONG);
    Decision.Denied full = bounded.waiter("jobs", LONG).denial();
    assertThat(full.reason()).isEqualTo(DenialReason.QUEUE_FULL);
    assertThat(full.message())
        .isEqualTo("the queue is full: queue.max of limit jobs is 2; resource jobs is paused");
    assertThat(full.waitNanos()).isEqualTo(Blocker.NEVER);
  }

  @Test
  void pausedWaiterWaitsForTheLimitsThereAreWhenItGoesOn() {
    leases("jobs", 2);
    Call waiter = engine.waiter("jobs", LONG);
    pause("jobs", "", false);
    engine.engine().replaceLimits(List.of(), engine.now());
    assertThat(waiter.isAnswered()).isFalse();
    resume("jobs");
    assertThat(waiter.isGranted()).isTrue();
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void pausesAreBounded() {
    for (int i = 0; i < PauseTable.MAX_PAUSES; i++) {
      pause("r" + i, "", false);
    }
    pause("r7", "again", false);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> pause("one more", "", false))
        .withMessageContaining("at most 1000 pauses");
    assertThat(engine.engine().pauses()).hasSize(PauseTable.MAX_PAUSES);
  }

  @Test
  void pauseAndChangeWhileTheStoreIsAskedAreNotOverlooked() {
    LateStore store =
        new LateStore(new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0));
    EngineFixture late = EngineFixture.over(store, Limit.of("jobs", "jobs", concurrency(1)));
    Call holder = late.call(Acquire.of(Demand.of("jobs")));
    store.arriveAll();
    Call waiter = late.waiter("jobs", LONG);
    late.engine().deleteLimit("jobs", late.now());
    store.arriveAll();
    assertThat(waiter.isGranted()).as("refused by a limit that is no more").isTrue();
    late.engine().putLimit(Limit.of("jobs", "jobs", concurrency(1)), late.now());
    Call second = late.waiter("jobs", LONG);
    late.engine().pause(new Pause(ResourcePattern.parse("jobs"), "", false), late.now());
    store.arriveAll();
    assertThat(second.isAnswered()).isFalse();
    late.engine()
        .release(
            io.sluice.engine.model.Release.of(
                holder.grant().leaseId(), io.sluice.engine.model.Outcome.SUCCESS),
            late.now(),
            status -> {});
    store.arriveAll();
    assertThat(second.isAnswered()).as("paused").isFalse();
    late.engine().resume(ResourcePattern.parse("jobs"), late.now());
    late.engine().deleteLimit("jobs", late.now());
    store.arriveAll();
    assertThat(second.isGranted()).isTrue();
  }

  @Test
  void waitThatEndsWhileTheStoreIsAskedAboutNoLimitIsAnswered() {
    LateStore store =
        new LateStore(new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0));
    EngineFixture late = EngineFixture.over(store, Limit.of("jobs", "jobs", concurrency(1)));
    late.call(Acquire.of(Demand.of("jobs")));
    store.arriveAll();
    Call waiter = late.waiter("jobs", Duration.ofSeconds(1));
    store.arriveAll();
    late.pass(Duration.ofSeconds(2)); // the question whether it would fit is under way
    late.engine().deleteLimit("jobs", late.now());
    store.arrive();
    assertThat(waiter.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    store.arriveAll();
    assertThat(late.waiting()).isZero();
  }

  @Test
  void purgeDropsWhoWaitsAndLeavesWhoRuns_parity414() {
    List<LeaseId> holders = leases("jobs", 2);
    Call mine = engine.call(of("jobs", "me"));
    Call yours = engine.call(of("jobs", "you"));
    assertThat(purge(new Purge(null, "", "me", true, false, "spring cleaning")))
        .isEqualTo(new Purge.Purged(1, 0));
    assertThat(mine.denial().reason()).isEqualTo(DenialReason.SHED);
    assertThat(mine.denial().message()).isEqualTo("what waited was purged: spring cleaning");
    assertThat(mine.denial().waitNanos())
        .as("no time is named to be back")
        .isEqualTo(Blocker.NEVER);
    assertThat(yours.isAnswered()).isFalse();
    assertThat(engine.engine().store().leases()).hasSize(2);
    engine.release(holders.get(0));
    assertThat(yours.isGranted()).isTrue();
  }

  @Test
  void forcedPurgeRevokesWhoRunsAndTheOthersStart_parity414() {
    LeaseId first = leases("jobs", 2).get(0);
    LeaseId other = engine.lease("x");
    Call next = engine.waiter("x", LONG);
    assertThat(purge(new Purge(ResourcePattern.parse("j*"), "jobs", "", true, true, "over")))
        .isEqualTo(new Purge.Purged(0, 2));
    assertThat(engine.engine().store().lease(first).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(engine.engine().store().lease(first).message()).isEqualTo("over");
    assertThat(engine.engine().store().lease(other).isLive()).isTrue();
    assertThat(next.isGranted()).isTrue();
    assertThat(purge(new Purge(null, "none", "", true, true, "")))
        .isEqualTo(new Purge.Purged(0, 0));
    engine.check();
  }

  @Test
  void forcedPurgeEndsNestedLeasesWithTheirParentsAndKeepsTheLockDelay() {
    LeaseTerms delayed = LeaseTerms.DEFAULT.withLockDelayNanos(Duration.ofSeconds(10).toNanos());
    EngineFixture other =
        EngineFixture.of(Limit.of("jobs", "**", new Policy.Concurrency(4, delayed)));
    LeaseId parent = other.lease("x");
    LeaseId suspended = other.lease("x");
    other.suspend(suspended);
    Acquire.Builder both = Acquire.builder(Demand.of("x", 2)).parent(parent);
    LeaseId nested = other.granted(other.ask(both.build())).leaseId();
    Purge purge = new Purge(ResourcePattern.parse("x"), "", "", false, true, "stop");
    List<Purge.Purged> purged = new ArrayList<>();
    other.engine().purge(purge, other.now(), purged::add);
    other.engine().purge(purge, other.now(), purged::add);
    assertThat(purged).containsExactly(new Purge.Purged(0, 3), new Purge.Purged(0, 0));
    assertThat(other.engine().store().lease(nested).state()).isEqualTo(LeaseState.QUARANTINED);
    assertThat(other.engine().store().lease(suspended).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(other.used("jobs")).isEqualTo(2);
    other.pass(Duration.ofMillis(10_010));
    assertThat(other.used("jobs")).isZero();
    other.check();
  }

  @Test
  void purgeOfEverythingHasToBeMeant() {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> new Purge(null, "", "", true, true, ""))
        .withMessageContaining("limit or client_id must be given");
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> new Purge(null, "jobs", "", false, false, ""));
  }

  private List<LeaseId> leases(String resource, int count) {
    List<LeaseId> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leases.add(engine.lease(resource));
    }
    return leases;
  }

  private static Acquire of(String resource, String client) {
    return Acquire.builder(Demand.of(resource))
        .clientId(client)
        .maxWaitNanos(LONG.toNanos())
        .build();
  }

  private void pause(String pattern, String reason, boolean deny) {
    engine.engine().pause(new Pause(ResourcePattern.parse(pattern), reason, deny), engine.now());
  }

  private boolean resume(String pattern) {
    return engine.engine().resume(ResourcePattern.parse(pattern), engine.now());
  }

  private Purge.Purged purge(Purge purge) {
    List<Purge.Purged> purged = new ArrayList<>();
    engine.engine().purge(purge, engine.now(), purged::add);
    assertThat(purged).hasSize(1);
    return purged.get(0);
  }

  private long waitingOf(String limit) {
    return engine.active(limit).counters().waitingNow();
  }
}
