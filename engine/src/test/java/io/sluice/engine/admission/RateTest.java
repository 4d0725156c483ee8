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
import io.sluice.engine.timer.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofHours(1);

  @Test
  void alarmsComeNearerAlsoWhileTimeStandsStill() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    engine.lease("jobs");
    engine.passNanos(1170 * TimerWheel.TICK_NANOS); // nothing is due, so no wheel has turned
    engine.waiter("jobs", Duration.ofNanos(TimerWheel.TICK_NANOS));
    engine.passNanos(0);
    assertThat(engine.engine().nextEventNanos())
        .as("a driver that calls at that time without time passing would call for ever")
        .isGreaterThan(engine.now());
  }

  @Test
  void grantsTheBurstAtOnceAndThenTheRate() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(100, SECOND, 10)));
    int granted = 0;
    for (int ms = 0; ms < 60_000; ms++) {
      while (engine.ask("api") instanceof Decision.Granted) {
        granted++;
      }
      engine.pass(Duration.ofMillis(1));
    }
    assertThat(granted).isBetween(6_009, 6_010);
  }

  @Test
  void backlogIsServedAtTheFullRate() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(100, SECOND, 10)));
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 1_010; i++) {
      calls.add(engine.waiter("api", LONG));
    }
    engine.pass(Duration.ofSeconds(5));
    assertThat(calls.stream().filter(Call::isGranted).count()).isBetween(509L, 510L);
    engine.pass(Duration.ofMillis(5_002));
    assertThat(calls).allMatch(Call::isGranted);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -(1L << 62), 1L << 61, -123_456_789_012_345L})
  void clockMayBeginAnywhere(long origin) {
    EngineFixture engine =
        EngineFixture.startingAt(origin, Limit.of("api", "api", rate(10, SECOND, 10)));
    engine.granted(engine.ask(Demand.of("api", 10)));
    Decision.Denied impossible = engine.denied(engine.ask(Demand.of("api", 11)));
    assertThat(impossible.reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(impossible.blockers().get(0).remaining()).isZero();
    assertThat(engine.available("api")).as("a refusal makes no token").isZero();

    Call waiter = engine.call(waiting(Demand.of("api", 2)));
    Decision.Denied behind = engine.denied(engine.ask("api"));
    assertThat(behind.waitNanos()).isEqualTo(300_000_000L);
    assertThat(engine.available("api")).as("nor does a refusal behind others").isZero();
    engine.passNanos(199_999_999);
    assertThat(waiter.isAnswered()).isFalse();
    engine.passNanos(2_000_000);
    assertThat(waiter.isGranted()).as("tokens wake a waiter").isTrue();

    engine.pass(SECOND);
    LeaseId lease = engine.granted(engine.ask(leased(1))).leaseId();
    engine.pass(Duration.ofSeconds(31));
    assertThat(engine.release(lease)).isEqualTo(ReleaseStatus.EXPIRED);
  }

  @Test
  void unusedTokensComeBackOnceAndNeverAboveTheBurst() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, SECOND, 10)));
    LeaseId lease = engine.granted(engine.ask(leased(8))).leaseId();
    engine.pass(Duration.ofSeconds(5));
    assertThat(engine.available("api")).isEqualTo(7);
    engine.release(lease, Outcome.UNUSED);
    engine.release(lease, Outcome.UNUSED);
    assertThat(engine.available("api")).isEqualTo(10);
    engine.granted(engine.ask(Demand.of("api", 10)));
    assertThat(engine.denied(engine.ask("api")).reason()).isEqualTo(DenialReason.RATE);
  }

  @Test
  void usedTokensDoNotComeBack() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, LONG, 10)));
    for (Outcome outcome : Outcome.values()) {
      if (outcome != Outcome.UNUSED) {
        LeaseId lease = engine.granted(engine.ask(leased(1))).leaseId();
        engine.release(lease, outcome);
      }
    }
    assertThat(engine.available("api")).isEqualTo(10 - (Outcome.values().length - 1));
  }

  @Test
  void keysHaveBucketsOfTheirOwn() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(1, LONG, 1)).withKey("tenant"));
    engine.granted(engine.ask(tenant("a")));
    engine.granted(engine.ask(tenant("b")));
    engine.granted(engine.ask("api"));
    assertThat(engine.denied(engine.ask(tenant("a"))).limit()).isEqualTo("api");
    assertThat(engine.denied(engine.ask(tenant(""))).limit()).as("none is empty").isEqualTo("api");
  }

  @Test
  void spentBucketIsForgottenOnlyWhenFull() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(1, LONG, 2)).withKey("tenant"));
    engine.granted(engine.ask(tenant("a")));
    engine.pass(Duration.ofMinutes(59));
    assertThat(buckets(engine)).isEqualTo(1);
    engine.granted(engine.ask(tenant("a")));
    engine.denied(engine.ask(tenant("a")));
    engine.pass(Duration.ofHours(5));
    assertThat(buckets(engine)).isZero();
    engine.granted(engine.ask(tenant("a")));
  }

  @Test
  void anotherPolicyIsHandedOutInTheSameStep() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, LONG, 5)));
    engine.granted(engine.ask(Demand.of("api", 5)));
    Call waiter = engine.waiter("api", LONG);
    engine.replacePolicy("api", rate(1_000, SECOND, 5));
    engine.pass(Duration.ofMillis(3));
    assertThat(waiter.isGranted()).isTrue();
    for (int i = 0; i < 1_000; i++) {
      engine.replacePolicy("api", rate(1, LONG, 5));
      engine.replacePolicy("api", rate(1, LONG, 100));
    }
    assertThat(engine.available("api")).as("flipping mints nothing").isLessThanOrEqualTo(5);
  }

  private static long buckets(EngineFixture engine) {
    return engine.engine().store().usage(engine.active("api"), engine.now()).buckets();
  }

  private static Acquire leased(long permits) {
    return Acquire.builder(Demand.of("api", permits)).wantLease(true).build();
  }

  private static Acquire waiting(Demand demand) {
    return Acquire.builder(demand).maxWaitNanos(LONG.toNanos()).build();
  }

  private static Demand tenant(String tenant) {
    return Demand.of("api").withAttributes(Map.of("tenant", tenant));
  }
}
