package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.timer.TimerWheel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** I-17: leases of a client whose connections are gone. */
class DisconnectTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EngineFixture engine =
      EngineFixture.of(
          Limit.of("kept", "kept", concurrency(1)),
          Limit.of("once", "once", reclaimed(Duration.ZERO)),
          Limit.of("soon", "*/soon", reclaimed(Duration.ofSeconds(5))));

  @Test
  void capacityOfDeadClientIsHandedOnAtOnceWithoutGrace() {
    lease("once", "dead");
    Call waiter = engine.waiter("once", LONG);
    disconnected("dead");
    engine.passNanos(2 * TimerWheel.TICK_NANOS);
    assertThat(waiter.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void leaseLivesForItsGraceAndIsKeptIfTheClientComesBack() {
    LeaseId lease = lease("a/soon", "c");
    Call waiter = engine.waiter("a/soon", LONG);
    disconnected("c");
    engine.pass(Duration.ofSeconds(4));
    engine.engine().connected("c", engine.now());
    engine.pass(Duration.ofSeconds(20));
    assertThat(waiter.isAnswered()).isFalse();
    assertThat(engine.renew(lease, Duration.ZERO).status()).isEqualTo(RenewStatus.RENEWED);
    disconnected("c");
    engine.pass(Duration.ofMillis(5_002));
    assertThat(waiter.isGranted()).isTrue();
    assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.EXPIRED);
    assertThat(engine.active("soon").counters().snapshot().expired()).isEqualTo(1);
    engine.check();
  }

  @Test
  void anyRenewalShowsThatTheClientLives() {
    LeaseId one = lease("a/soon", "c");
    LeaseId other = lease("once", "c");
    disconnected("c");
    engine.renew(one, Duration.ZERO);
    engine.pass(Duration.ofSeconds(20));
    assertThat(engine.engine().store().lease(one).isLive()).isTrue();
    assertThat(engine.engine().store().lease(other).isLive()).isTrue();
  }

  @Test
  void renewalMeanwhileDoesNotOutliveItsOwnTime() {
    LeaseId lease = lease("a/soon", "c");
    engine.pass(Duration.ofSeconds(28));
    disconnected("c");
    engine.pass(Duration.ofMillis(2_302));
    assertThat(engine.engine().store().lease(lease).state())
        .as("its time was over before the grace")
        .isEqualTo(LeaseState.EXPIRED);
    assertThat(engine.engine().store().lease(lease).message()).isEmpty();
  }

  @Test
  void otherLimitsClientsAndNamelessOnesAreKept() {
    LeaseId kept = lease("kept", "c");
    LeaseId nameless = lease("once", "");
    lease("a/soon", "d");
    disconnected("c");
    disconnected("");
    engine.pass(Duration.ofSeconds(20));
    assertThat(engine.engine().store().lease(kept).isLive()).isTrue();
    assertThat(engine.engine().store().lease(nameless).isLive()).isTrue();
    assertThat(engine.used("soon")).isEqualTo(1);
  }

  @Test
  void suspendedAndNestedLeasesOfDeadClientEndToo() {
    LeaseId parent = lease("once", "c");
    LeaseId child =
        engine
            .granted(
                engine.ask(Acquire.builder(Demand.of("kept")).clientId("c").parent(parent).build()))
            .leaseId();
    LeaseId suspended = lease("a/soon", "c");
    engine.suspend(suspended);
    disconnected("c");
    engine.pass(Duration.ofSeconds(6));
    for (LeaseId lease : new LeaseId[] {parent, child, suspended}) {
      assertThat(engine.engine().store().lease(lease).state()).isEqualTo(LeaseState.EXPIRED);
    }
    assertThat(engine.used("kept")).isZero();
    engine.check();
  }

  private void disconnected(String client) {
    engine.engine().disconnected(client, engine.now());
  }

  private LeaseId lease(String resource, String client) {
    return engine
        .granted(engine.ask(Acquire.builder(Demand.of(resource)).clientId(client).build()))
        .leaseId();
  }

  private static Policy reclaimed(Duration grace) {
    return new Policy.Concurrency(1, LeaseTerms.DEFAULT.withDisconnectGraceNanos(grace.toNanos()));
  }
}
