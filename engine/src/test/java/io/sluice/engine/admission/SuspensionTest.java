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
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.SuspendStatus;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Leases whose holder lays them down for a while. */
class SuspensionTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration TTL_AND_GRACE = Duration.ofMillis(30_302);

  private final EngineFixture engine =
      EngineFixture.of(
          Limit.of("jobs", "jobs", concurrency(1)),
          Limit.of("disk", "disk", concurrency(1)),
          Limit.of("api", "api", rate(1, Duration.ofHours(1), 5)),
          Limit.of(
              "cards",
              "cards",
              new Policy.Devices(
                  "gpu",
                  List.of(new Device("GPU-1", 0, "", 100), new Device("GPU-2", 1, "", 100)),
                  Placement.BINPACK,
                  1,
                  LeaseTerms.DEFAULT)));

  @Test
  void waiterGetsWhatIsSuspendedInTheSameStep() {
    LeaseId lease = engine.lease("jobs");
    Call waiter = engine.waiter("jobs", LONG);
    assertThat(engine.suspend(lease)).isEqualTo(SuspendStatus.SUSPENDED);
    assertThat(waiter.isGranted()).isTrue();
    assertThat(engine.suspend(lease)).as("twice").isEqualTo(SuspendStatus.SUSPENDED);
    assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.SUSPENDED);
    assertThat(engine.suspend(new LeaseId(1, 2))).isEqualTo(SuspendStatus.UNKNOWN);
    engine.release(lease);
    assertThat(engine.suspend(lease)).isEqualTo(SuspendStatus.LOST);
    engine.check();
  }

  @Test
  void resumedLeaseKeepsItsNameAndHasNewFence() {
    Decision.Granted granted = engine.granted(engine.ask(Demand.of("jobs"), Demand.of("api", 3)));
    engine.suspend(granted.leaseId());
    LeaseId other = engine.lease("jobs");
    Call resumed = engine.resume(granted.leaseId(), LONG);
    assertThat(resumed.isAnswered()).isFalse();
    engine.pass(Duration.ofSeconds(5));
    engine.renew(granted.leaseId(), Duration.ofMinutes(1));
    engine.release(other);
    Decision.Granted again = resumed.grant();
    assertThat(again.leaseId()).isEqualTo(granted.leaseId());
    assertThat(again.fencingToken()).isEqualTo(granted.fencingToken() + 2);
    assertThat(again.waitedNanos()).isEqualTo(Duration.ofSeconds(5).toNanos());
    assertThat(again.ttlNanos()).isEqualTo(Duration.ofMinutes(1).toNanos());
    assertThat(again.limited()).isTrue();
    assertThat(engine.used("api")).as("rates are not charged again").isEqualTo(3);
    assertThat(engine.renew(again.leaseId(), Duration.ZERO).fencingToken())
        .isEqualTo(again.fencingToken());
    Call running = engine.resume(granted.leaseId(), Duration.ZERO);
    assertThat(running.grant().replayed()).isTrue();
    assertThat(running.grant().fencingToken()).isEqualTo(again.fencingToken());
    engine.check();
  }

  @Test
  void resumedLeaseGoesBeforeNewerWaitersOfItsBandAndBehindBetterOnes() {
    Call older = engine.call(waiting(5));
    LeaseId holder = older.grant().leaseId();
    Call before = engine.call(waiting(5));
    engine.pass(Duration.ofSeconds(1));
    engine.suspend(holder);
    LeaseId now = before.grant().leaseId();
    Call newer = engine.call(waiting(5));
    Call better = engine.call(waiting(0));
    Call resumed = engine.resume(holder, LONG);
    engine.release(now);
    assertThat(better.isGranted()).isTrue();
    assertThat(resumed.isAnswered()).isFalse();
    engine.release(better.grant().leaseId());
    assertThat(resumed.isGranted()).isTrue();
    assertThat(newer.isAnswered()).isFalse();
    engine.release(holder);
    assertThat(newer.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void resumptionThatFitsDoesNotQueueBehindNewerWaiters() {
    LeaseId lease = engine.granted(engine.ask(Demand.of("jobs"), Demand.of("disk"))).leaseId();
    engine.suspend(lease);
    LeaseId disk = engine.lease("disk");
    engine.pass(Duration.ofSeconds(1));
    Call newer =
        engine.call(
            Acquire.builder(Demand.of("jobs"), Demand.of("disk"))
                .maxWaitNanos(LONG.toNanos())
                .build());
    engine.release(disk);
    engine.suspend(newer.grant().leaseId());
    assertThat(engine.resume(lease, Duration.ZERO).isGranted()).isTrue();
    engine.check();
  }

  @Test
  void resumptionIsDeniedWithReasonOrTimesOut() {
    LeaseId lease = engine.lease("jobs");
    engine.suspend(lease);
    engine.lease("jobs");
    assertThat(engine.resume(lease, Duration.ZERO).denial().reason())
        .isEqualTo(DenialReason.CONCURRENCY);
    Call waiting = engine.resume(lease, Duration.ofSeconds(5));
    engine.pass(Duration.ofSeconds(6));
    assertThat(waiting.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.SUSPENDED);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> engine.resume(lease, Duration.ofHours(25)))
        .withMessageStartingWith("max_wait nanoseconds must be in [0, 86400000000000]");
    engine.engine().drain(engine.now());
    assertThat(engine.resume(lease, LONG).denial().reason()).isEqualTo(DenialReason.DRAINING);
    engine.check();
  }

  @Test
  void resumptionThatWaitsEndsWithItsLease() {
    LeaseId released = engine.lease("jobs");
    engine.suspend(released);
    LeaseId expires = engine.lease("jobs");
    engine.suspend(expires);
    LeaseId holder = engine.lease("jobs");
    Call first = engine.resume(released, LONG);
    Call second = engine.resume(expires, LONG);
    assertThat(engine.release(released)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(first.decision()).isEqualTo(new Decision.Lost(LeaseState.RELEASED));
    for (int i = 0; i < 3; i++) {
      engine.pass(Duration.ofSeconds(20));
      engine.renew(holder, Duration.ZERO);
    }
    assertThat(second.decision()).isEqualTo(new Decision.Lost(LeaseState.EXPIRED));
    assertThat(engine.waiting()).isZero();
    assertThat(engine.resume(expires, LONG).decision())
        .isEqualTo(new Decision.Lost(LeaseState.EXPIRED));
    assertThat(engine.resume(new LeaseId(1, 2), LONG).decision())
        .isEqualTo(new Decision.Lost(null));
    assertThat(engine.active("jobs").counters().snapshot().expired()).isEqualTo(1);
    assertThat(engine.active("jobs").counters().snapshot().leases()).isEqualTo(1);
    engine.check();
  }

  @Test
  void cancelledResumptionLeavesTheLeaseSuspendedAndHandsOn() {
    LeaseId lease = engine.lease("jobs");
    engine.suspend(lease);
    Call resumed = engine.resume(lease, LONG);
    Call waiter = engine.waiter("jobs", LONG);
    assertThat(resumed.isGranted()).isTrue();
    engine.cancel(resumed);
    assertThat(waiter.isGranted()).isTrue();
    Call waiting = engine.resume(lease, LONG);
    engine.cancel(waiting);
    assertThat(engine.waiting()).isZero();
    assertThat(engine.renew(lease, Duration.ZERO).status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(engine.active("jobs").counters().snapshot().leases()).isEqualTo(1);
    engine.check();
  }

  @Test
  void retriedResumptionSharesTheWaitAndSurvivesTheFirstCall() {
    LeaseId lease = engine.lease("jobs");
    engine.suspend(lease);
    LeaseId holder = engine.lease("jobs");
    Call first = engine.resume(lease, LONG);
    Call second = engine.resume(lease, LONG);
    assertThat(engine.waiting()).isEqualTo(1);
    engine.release(holder);
    assertThat(first.isGranted()).isTrue();
    assertThat(second.isGranted()).isTrue();
    engine.cancel(first);
    assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.GRANTED);
    engine.check();
  }

  @Test
  void devicesMayBeOthersAfterwards() {
    Decision.Granted granted = engine.granted(engine.ask("cards"));
    engine.suspend(granted.leaseId());
    Decision.Granted other = engine.granted(engine.ask("cards"));
    assertThat(other.allotments()).isEqualTo(granted.allotments());
    Call resumed = engine.resume(granted.leaseId(), Duration.ZERO);
    assertThat(resumed.grant().allotments())
        .hasSize(1)
        .doesNotContainAnyElementsOf(other.allotments());
    engine.release(granted.leaseId());
    engine.release(other.leaseId());
    assertThat(engine.used("cards")).isZero();
  }

  @Test
  void suspendedParentRefusesNestedAcquiresAndThoseThatWait() {
    LeaseId job = engine.lease("jobs");
    engine.lease("disk");
    Call nested =
        engine.call(
            Acquire.builder(Demand.of("disk")).parent(job).maxWaitNanos(LONG.toNanos()).build());
    engine.suspend(job);
    assertThat(nested.decision()).isInstanceOf(Decision.Invalid.class);
    assertThat(engine.ask(Acquire.builder(Demand.of("disk")).parent(job).build()))
        .isInstanceOf(Decision.Invalid.class);
    engine.resume(job, Duration.ZERO);
    LeaseId child =
        engine
            .granted(engine.ask(Acquire.builder(Demand.of("jobs")).parent(job).build()))
            .leaseId();
    assertThat(engine.suspend(job)).isEqualTo(SuspendStatus.NESTED);
    engine.release(child);
    assertThat(engine.suspend(job)).isEqualTo(SuspendStatus.SUSPENDED);
    engine.check();
  }

  @Test
  void sameRequestIdIsNotGrantedAgainWhileSuspended() {
    Acquire acquire = Acquire.builder(Demand.of("jobs")).requestId("r").build();
    Decision.Granted granted = engine.granted(engine.ask(acquire));
    engine.suspend(granted.leaseId());
    assertThat(engine.denied(engine.ask(acquire)).existing().state())
        .isEqualTo(LeaseState.SUSPENDED);
    Decision.Granted resumed = engine.resume(granted.leaseId(), Duration.ZERO).grant();
    Decision.Granted again = engine.granted(engine.ask(acquire));
    assertThat(again.replayed()).isTrue();
    assertThat(again.fencingToken()).isEqualTo(resumed.fencingToken());
    engine.pass(TTL_AND_GRACE);
    assertThat(engine.used("jobs")).isZero();
  }

  @Test
  void resumptionUnderWayToTheStoreIsTakenBackWithItsCall() {
    LateStore late =
        new LateStore(new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0));
    EngineFixture slow = EngineFixture.over(late, Limit.of("jobs", "jobs", concurrency(1)));
    Call job = slow.call(Acquire.of(Demand.of("jobs")));
    late.arriveAll();
    LeaseId lease = job.grant().leaseId();
    slow.engine().suspend(lease, slow.now(), status -> {});
    late.arriveAll();
    Call resumed = slow.resume(lease, LONG);
    slow.cancel(resumed);
    late.arriveAll();
    assertThat(slow.used("jobs")).isZero();
    assertThat(slow.active("jobs").counters().snapshot().leases()).isZero();
    Call again = slow.resume(lease, LONG);
    late.arriveAll();
    assertThat(again.isGranted()).isTrue();
    slow.check();
  }

  private static Acquire waiting(int priority) {
    return Acquire.builder(Demand.of("jobs"))
        .priority(priority)
        .maxWaitNanos(LONG.toNanos())
        .build();
  }
}
