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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  @Test
  void servesHundredWaitersInOrderOfArrival() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    LeaseId holder = engine.lease("jobs");
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      waiters.add(engine.waiter("jobs", LONG));
    }
    for (int i = 0; i < 100; i++) {
      engine.release(holder);
      assertThat(waiters.get(i).isGranted()).as("waiter %d", i).isTrue();
      if (i < 99) {
        assertThat(waiters.get(i + 1).isAnswered()).isFalse();
      }
      holder = waiters.get(i).grant().leaseId();
      engine.pass(Duration.ofMillis(10));
      engine.check();
    }
  }

  @Test
  void servesLowerBandFirst() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    LeaseId holder = engine.lease("jobs");
    Call low = engine.call(waiting(7));
    Call high = engine.call(waiting(1));
    engine.release(holder);
    assertThat(high.isGranted()).isTrue();
    assertThat(low.isAnswered()).isFalse();
  }

  @Test
  void hundredTimeoutsLeaveCapacityWhole() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 1)));
    assertThat(engine.ask("api")).isNotNull();
    for (int i = 0; i < 100; i++) {
      Call call = engine.waiter("api", Duration.ofMillis(5));
      engine.pass(Duration.ofMillis(8));
      assertThat(call.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
      assertThat(call.denial().waitNanos()).isBetween(190_000_000L, 996_000_000L);
    }
    engine.pass(Duration.ofMillis(200));
    assertThat(engine.available("api")).isEqualTo(1);
    assertThat(engine.waiting()).isZero();
    assertThat(engine.granted(engine.ask("api")).states().get(0).remaining()).isZero();
  }

  @Test
  void rateWaiterIsServedWithinOneTickOfItsToken() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(10, Duration.ofSeconds(1), 1)));
    engine.ask("api");
    Call call = engine.waiter("api", LONG);
    engine.passNanos(100_000_000L - 1);
    assertThat(call.isAnswered()).isFalse();
    engine.passNanos(1 + 1_100_000);
    assertThat(call.isGranted()).isTrue();
  }

  @Test
  void raisedLimitWakesAtOnce() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(5)));
    for (int i = 0; i < 5; i++) {
      engine.lease("jobs");
    }
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiters.add(engine.waiter("jobs", LONG));
    }
    engine.engine().replacePolicy("jobs", concurrency(8), engine.now());
    assertThat(waiters.stream().filter(Call::isGranted)).hasSize(3);
    engine.check();
  }

  @Test
  void cancelledHeadLetsTheNextGo() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(3)));
    engine.lease("jobs");
    engine.lease("jobs");
    Call large =
        engine.call(Acquire.builder(Demand.of("jobs", 3)).maxWaitNanos(LONG.toNanos()).build());
    Call small = engine.waiter("jobs", LONG);
    assertThat(small.isAnswered()).as("never overtakes the large head").isFalse();
    engine.cancel(large);
    assertThat(small.isGranted()).isTrue();
    assertThat(large.isAnswered()).isFalse();
  }

  @Test
  void cancelAfterGrantGivesBackToTheNext() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    Call first = engine.call(Acquire.of(Demand.of("jobs")));
    Call second = engine.waiter("jobs", LONG);
    engine.cancel(first);
    assertThat(second.isGranted()).isTrue();
    assertThat(engine.used("jobs")).isEqualTo(1);
  }

  private static Acquire waiting(int priority) {
    return Acquire.builder(Demand.of("jobs"))
        .maxWaitNanos(LONG.toNanos())
        .priority(priority)
        .build();
  }
}
