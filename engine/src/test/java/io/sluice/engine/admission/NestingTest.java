package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Acquires that ride on the lease that they are part of. */
class NestingTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EngineFixture engine =
      EngineFixture.of(
          Limit.of("gpu", "gpu/**", concurrency(2)),
          Limit.of("disk", "disk", concurrency(1)),
          Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 3)));

  @Test
  void twoJobsThatBothEnterTheGuardFinish() {
    LeaseId first = engine.lease("gpu/job");
    LeaseId second = engine.lease("gpu/job");
    Call third = engine.waiter("gpu/job", LONG);
    for (LeaseId job : List.of(first, second)) {
      Decision.Granted guard = engine.granted(engine.ask(nested(job, Demand.of("gpu/guard"))));
      assertThat(guard.leaseId()).isNotEqualTo(job);
      assertThat(engine.used("gpu")).as("the guard rides on the permit of the job").isEqualTo(2);
      assertThat(engine.release(guard.leaseId())).isEqualTo(ReleaseStatus.RELEASED);
      assertThat(third.isAnswered()).as("nothing came free").isFalse();
    }
    engine.release(first);
    assertThat(third.isGranted()).isTrue();
    engine.release(second);
    engine.release(third.grant().leaseId());
    assertThat(engine.used("gpu")).isZero();
    engine.check();
  }

  @Test
  void coveredAcquireDoesNotQueueBehindOthersAlsoWhenAnotherLimitIsBusy() {
    LeaseId disk = engine.lease("disk");
    LeaseId job = engine.lease("gpu/job");
    engine.lease("gpu/job");
    Call other = engine.waiter("gpu/job", LONG);
    Call guard = engine.call(waiting(nested(job, Demand.of("gpu/guard"), Demand.of("disk"))));
    assertThat(guard.isAnswered()).as("the disk is busy").isFalse();
    engine.release(disk);
    assertThat(guard.isGranted()).isTrue();
    assertThat(other.isAnswered()).isFalse();
    engine.check();
  }

  @Test
  void whatIsBeyondTheParentIsChargedAndQueuesAsEver() {
    LeaseId job = engine.lease("gpu/job");
    LeaseId other = engine.lease("gpu/job");
    Decision.Denied denied = engine.denied(engine.ask(nested(job, Demand.of("gpu/guard", 2))));
    assertThat(denied.reason()).isEqualTo(DenialReason.CONCURRENCY);
    assertThat(denied.blockers().get(0).asked()).as("one rides").isEqualTo(1);
    Call before = engine.waiter("gpu/job", LONG);
    Call wide = engine.call(waiting(nested(job, Demand.of("gpu/guard", 2))));
    engine.release(other);
    assertThat(before.isGranted()).isTrue();
    assertThat(wide.isAnswered()).isFalse();
    engine.release(before.grant().leaseId());
    assertThat(wide.isGranted()).isTrue();
    assertThat(engine.used("gpu")).isEqualTo(2);
    assertThat(engine.denied(engine.ask(nested(job, Demand.of("gpu/guard", 4)))).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
    engine.check();
  }

  @Test
  void ratesAreChargedAlwaysAndComeBackOnlyWithTheOneThatPaid() {
    LeaseId job = engine.granted(engine.ask(leased("api"))).leaseId();
    LeaseId call =
        engine
            .granted(
                engine.ask(Acquire.builder(Demand.of("api")).parent(job).wantLease(true).build()))
            .leaseId();
    assertThat(engine.used("api")).isEqualTo(2);
    engine.release(call, Outcome.UNUSED);
    assertThat(engine.used("api")).isEqualTo(1);
  }

  @Test
  void cancelledNestedGrantGivesBackItsOwnAndLeavesTheParent() {
    LeaseId job = engine.lease("gpu/job");
    Call waiter = engine.waiter("disk", LONG);
    engine.release(waiter.grant().leaseId());
    Call guard = engine.call(nested(job, Demand.of("gpu/guard", 2), Demand.of("disk")));
    Call next = engine.waiter("disk", LONG);
    assertThat(guard.isGranted()).isTrue();
    engine.cancel(guard);
    assertThat(next.isGranted()).isTrue();
    assertThat(engine.used("gpu")).isEqualTo(1);
    assertThat(engine.release(job)).isEqualTo(ReleaseStatus.RELEASED);
    engine.check();
  }

  @Test
  void endOfParentHandsOnWhatItsNestedLeasesHeldAndTellsThoseThatWait() {
    LeaseId job = engine.lease("gpu/job");
    engine.granted(engine.ask(nested(job, Demand.of("disk"))));
    Call stranger = engine.waiter("disk", LONG);
    Call nested = engine.call(waiting(nested(job, Demand.of("disk", 1))));
    assertThat(nested.isAnswered()).as("rides on nothing of that limit").isFalse();
    engine.release(job);
    assertThat(stranger.isGranted()).isTrue();
    assertThat(problem(nested.decision())).isEqualTo("must be a live lease, but it has ended");
    assertThat(engine.waiting()).isZero();
    assertThat(engine.engine().snapshot(engine.now()).limits())
        .extracting(limit -> limit.counts().leases())
        .containsExactly(0L, 1L, 0L);
    engine.check();
  }

  @Test
  void wrongParentIsRefusedByNameAndChangesNothing() {
    LeaseId foreign =
        engine
            .granted(engine.ask(Acquire.builder(Demand.of("gpu/job")).clientId("a").build()))
            .leaseId();
    for (LeaseId parent : List.of(foreign, new LeaseId(1, 2))) {
      Decision decision = engine.ask(nested(parent, Demand.of("disk"), Demand.of("api")));
      assertThat(problem(decision))
          .isEqualTo("must be a live lease of this client but was " + parent);
    }
    LeaseId ended = engine.lease("gpu/job");
    engine.release(ended);
    assertThat(problem(engine.ask(waiting(nested(ended, Demand.of("gpu/x"))))))
        .isEqualTo("must be a live lease of this client but was " + ended);
    assertThat(engine.used("disk") + engine.used("api")).isZero();
    engine.check();
  }

  @Test
  void retriedNestedAcquireGetsTheSameGrant() {
    LeaseId job = engine.lease("gpu/job");
    Acquire guard = Acquire.builder(Demand.of("gpu/guard")).parent(job).requestId("r").build();
    Decision.Granted first = engine.granted(engine.ask(guard));
    Decision.Granted again = engine.granted(engine.ask(guard));
    assertThat(again.replayed()).isTrue();
    assertThat(again.leaseId()).isEqualTo(first.leaseId());
    engine.release(job);
    assertThat(engine.denied(engine.ask(guard)).reason()).isEqualTo(DenialReason.DUPLICATE);
  }

  @Test
  void parentThatEndsWhileTheStoreIsAskedTakesTheGrantAlong() {
    LateStore late =
        new LateStore(new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0));
    EngineFixture slow = EngineFixture.over(late, Limit.of("gpu", "gpu/**", concurrency(2)));
    Call job = slow.call(Acquire.of(Demand.of("gpu/job")));
    late.arriveAll();
    List<ReleaseStatus> released = new ArrayList<>();
    slow.engine()
        .release(
            io.sluice.engine.model.Release.of(job.grant().leaseId(), Outcome.SUCCESS),
            slow.now(),
            released::add);
    Call guard = slow.call(nested(job.grant().leaseId(), Demand.of("gpu/guard")));
    late.arriveAll();
    assertThat(released).containsExactly(ReleaseStatus.RELEASED);
    assertThat(guard.decision()).isInstanceOf(Decision.Invalid.class);
    assertThat(slow.used("gpu")).isZero();
  }

  @Test
  void explainSaysWhatWouldBeCharged() {
    LeaseId job = engine.lease("gpu/job");
    engine.lease("gpu/job");
    engine.waiter("gpu/job", LONG);
    Explanation covered = engine.explain(nested(job, Demand.of("gpu/guard")));
    assertThat(covered.decision()).isInstanceOf(Decision.Granted.class);
    assertThat(covered.limits().get(0).permits()).isZero();
    assertThat(covered.limits().get(0).waitingAhead()).isZero();
    assertThat(problem(engine.explain(nested(new LeaseId(1, 2), Demand.of("gpu/x"))).decision()))
        .startsWith("must be a live lease");
  }

  private static String problem(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Invalid.class);
    Decision.Invalid invalid = (Decision.Invalid) decision;
    assertThat(invalid.error().field()).isEqualTo("parent_lease_id");
    return invalid.error().problem();
  }

  private static Acquire nested(LeaseId parent, Demand... demands) {
    return Acquire.builder(demands).parent(parent).build();
  }

  private static Acquire waiting(Acquire acquire) {
    return Acquire.builder(acquire.demands())
        .parent(acquire.parent())
        .maxWaitNanos(LONG.toNanos())
        .build();
  }

  private static Acquire leased(String resource) {
    return Acquire.builder(Demand.of(resource)).wantLease(true).build();
  }
}
