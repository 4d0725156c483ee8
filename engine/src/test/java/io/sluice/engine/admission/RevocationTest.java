package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
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
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases that are taken back: at once, with grace, by time; and what stays taken for safety. */
class RevocationTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration DELAY = Duration.ofMinutes(1);
  private static final Duration TTL_AND_GRACE = Duration.ofMillis(30_302);
  private static final LeaseTerms DELAYED = LeaseTerms.DEFAULT.withLockDelayNanos(DELAY.toNanos());

  private final EngineFixture engine =
      EngineFixture.of(
          Limit.of("jobs", "jobs", concurrency(1)),
          Limit.of("safe", "safe", new Policy.Concurrency(1, DELAYED)),
          Limit.of("slots", "slots", new Policy.Slots(1, DELAYED)),
          Limit.of(
              "cards",
              "cards",
              new Policy.Devices(
                  "gpu", List.of(new Device("GPU-1", 0, "", 100)), Placement.BINPACK, 1, DELAYED)));

  @Test
  void holderLearnsByItsRenewalsHowLongItStillHas() {
    LeaseId lease = engine.lease("jobs");
    Call waiter = engine.waiter("jobs", LONG);
    engine.revoke(lease, Duration.ofSeconds(10));
    engine.pass(Duration.ofSeconds(4));
    assertThat(engine.renew(lease, Duration.ZERO).ttlNanos())
        .isEqualTo(Duration.ofSeconds(6).toNanos());
    engine.pass(Duration.ofSeconds(6));
    assertThat(engine.renew(lease, Duration.ZERO)).isEqualTo(Renewal.LOST);
    assertThat(waiter.isGranted()).as("a holder with a slow clock may still hold it").isFalse();
    engine.pass(Duration.ofMillis(202));
    assertThat(waiter.isGranted()).isTrue();
    Lease ended = engine.engine().store().lease(lease);
    assertThat(ended.state()).isEqualTo(LeaseState.REVOKED);
    assertThat(ended.message()).isEqualTo("by an administrator");
    assertThat(counts("jobs").expired()).isZero();
    engine.check();
  }

  @Test
  void holderThatDoesNotRenewExpiresWithinTheGrace() {
    LeaseId lease = engine.lease("jobs");
    engine.revoke(lease, LONG);
    engine.pass(TTL_AND_GRACE);
    assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.EXPIRED);
  }

  @Test
  void releaseWithinTheGraceHandsOnAtOnce() {
    LeaseId lease = engine.lease("safe");
    Call waiter = engine.waiter("safe", LONG);
    engine.revoke(lease, Duration.ofSeconds(10));
    assertThat(engine.release(lease)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(waiter.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void laterRevocationMayOnlyShorten() {
    LeaseId lease = engine.lease("jobs");
    engine.revoke(lease, Duration.ofSeconds(10));
    engine.revoke(lease, Duration.ofSeconds(20));
    assertThat(engine.renew(lease, Duration.ZERO).ttlNanos())
        .isEqualTo(Duration.ofSeconds(10).toNanos());
    engine.revoke(lease, Duration.ofSeconds(5));
    assertThat(engine.renew(lease, Duration.ZERO).ttlNanos())
        .isEqualTo(Duration.ofSeconds(5).toNanos());
    assertThat(engine.revoke(lease).state()).isEqualTo(LeaseState.REVOKED);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> engine.revoke(lease, Duration.ofHours(25)))
        .withMessageStartingWith("grace nanoseconds must be in [0, 86400000000000] but was");
  }

  @Test
  void longestHoldIsToldByShorterRenewalsAndThenTheLeaseIsLost() {
    EngineFixture bounded =
        EngineFixture.of(
            Limit.of(
                "jobs",
                "jobs",
                new Policy.Concurrency(
                    1,
                    new LeaseTerms(
                        Duration.ofSeconds(30).toNanos(),
                        Duration.ofSeconds(30).toNanos(),
                        Duration.ofSeconds(50).toNanos()))));
    LeaseId lease = bounded.lease("jobs");
    bounded.pass(Duration.ofSeconds(25));
    assertThat(bounded.renew(lease, Duration.ZERO).ttlNanos())
        .isEqualTo(Duration.ofSeconds(25).toNanos());
    Call waiter = bounded.waiter("jobs", LONG);
    bounded.pass(Duration.ofSeconds(25));
    assertThat(bounded.renew(lease, Duration.ZERO)).isEqualTo(Renewal.LOST);
    bounded.pass(Duration.ofMillis(252));
    assertThat(waiter.isGranted()).isTrue();
    assertThat(bounded.engine().store().lease(lease).message())
        .isEqualTo("it was held for its longest time");
  }

  @Test
  void expiredCapacityStaysTakenForTheLockDelayOfItsLimit() {
    for (String resource : new String[] {"safe", "slots", "cards"}) {
      LeaseId lease = engine.lease(resource);
      Call waiter = engine.waiter(resource, LONG);
      engine.pass(TTL_AND_GRACE);
      assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.QUARANTINED);
      assertThat(engine.used(resource)).isEqualTo(1);
      assertThat(waiter.isAnswered()).isFalse();
      assertThat(engine.denied(engine.ask(resource)).reason())
          .isIn(DenialReason.CONCURRENCY, DenialReason.DEVICES);
      assertThat(counts(resource).leases()).as("nobody holds it").isZero();
      engine.check();
      engine.pass(DELAY);
      assertThat(waiter.isGranted()).isTrue();
      assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.EXPIRED);
      assertThat(counts(resource).expired()).isEqualTo(1);
      engine.release(waiter.grant().leaseId());
      assertThat(engine.used(resource)).isZero();
      engine.check();
    }
  }

  @Test
  void lateReleaseEndsTheQuarantineAndHandsOnInTheSameStep() {
    LeaseId lease = engine.lease("cards");
    Call waiter = engine.waiter("cards", LONG);
    engine.pass(TTL_AND_GRACE);
    assertThat(engine.release(lease, Outcome.ERROR)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(waiter.isGranted()).isTrue();
    assertThat(counts("cards").outcomes()).containsKey(Outcome.ERROR);
    assertThat(engine.release(lease, Outcome.ERROR)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(engine.used("cards")).isEqualTo(1);
    engine.check();
  }

  @Test
  void administratorMayEndTheQuarantine() {
    LeaseId lease = engine.lease("safe");
    Call waiter = engine.waiter("safe", LONG);
    assertThat(engine.revoke(lease).state()).isEqualTo(LeaseState.QUARANTINED);
    assertThat(waiter.isAnswered()).isFalse();
    assertThat(engine.revoke(lease).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(waiter.isGranted()).isTrue();
    assertThat(counts("safe").leases()).isEqualTo(1);
    engine.check();
  }

  @Test
  void sameRequestIdIsNotGrantedAgainWhileItsLeaseIsQuarantined() {
    Acquire acquire = Acquire.builder(Demand.of("safe")).requestId("r").build();
    engine.granted(engine.ask(acquire));
    engine.pass(TTL_AND_GRACE);
    Decision.Denied denied = engine.denied(engine.ask(acquire));
    assertThat(denied.reason()).isEqualTo(DenialReason.DUPLICATE);
    assertThat(denied.existing().state()).isEqualTo(LeaseState.QUARANTINED);
  }

  private LimitCounters.Counts counts(String limit) {
    return engine.active(limit).counters().snapshot();
  }
}
