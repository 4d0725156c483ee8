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
import java.util.Map;
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
    engine.replacePolicy("jobs", concurrency(8));
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

  @Test
  void raiseHandsOutInTheOrderOfTheQueuesWhateverTheBucket() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("seats", "seats", concurrency(1)).withKey("tenant"));
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Demand seat = Demand.of("seats").withAttributes(Map.of("tenant", "t" + i));
      engine.granted(engine.ask(seat));
      waiters.add(engine.call(Acquire.builder(seat).maxWaitNanos(LONG.toNanos()).build()));
    }
    engine.replacePolicy("seats", concurrency(2));
    assertThat(waiters).allMatch(Call::isGranted);
    assertThat(waiters)
        .extracting(waiter -> waiter.grant().fencingToken())
        .as("the same events give the same answers")
        .isSorted();
  }

  @Test
  void waiterThatAsksForMoreThanThereCanBeNowIsDenied() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(5)));
    LeaseId holder = engine.granted(engine.ask(Demand.of("jobs", 5))).leaseId();
    Call large =
        engine.call(Acquire.builder(Demand.of("jobs", 4)).maxWaitNanos(LONG.toNanos()).build());
    Call small = engine.waiter("jobs", LONG);
    engine.replacePolicy("jobs", concurrency(2));
    assertThat(large.denial().reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(small.isAnswered()).isFalse();
    engine.release(holder);
    assertThat(small.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void blockedKeyNeverBlocksAnother() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "*", concurrency(10)),
            Limit.of("seats", "seats", concurrency(1)).withKey("tenant"));
    Demand blocked = Demand.of("seats").withAttributes(Map.of("tenant", "blocked"));
    engine.granted(engine.ask(blocked));
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiters.add(engine.call(Acquire.builder(blocked).maxWaitNanos(LONG.toNanos()).build()));
    }
    Demand free = Demand.of("seats").withAttributes(Map.of("tenant", "free"));
    engine.granted(engine.ask(free));
    assertThat(waiters).noneMatch(Call::isAnswered);
  }

  @Test
  void waiterOfTwoLimitsPassesOnWhatItCannotUse() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(1)), Limit.of("disk", "disk", concurrency(1)));
    LeaseId job = engine.lease("jobs");
    LeaseId disk = engine.lease("disk");
    Call both =
        engine.call(
            Acquire.builder(Demand.of("jobs"), Demand.of("disk"))
                .maxWaitNanos(LONG.toNanos())
                .build());
    Call second = engine.waiter("jobs", LONG);
    engine.release(job);
    assertThat(both.isAnswered()).isFalse();
    assertThat(second.isGranted()).as("a job that the first cannot use yet").isTrue();
    engine.release(disk);
    assertThat(both.isAnswered()).isFalse();
    engine.release(second.grant().leaseId());
    assertThat(both.isGranted()).isTrue();
    engine.check();
  }

  @Test
  void releaseWakesAllThatFit_redisson6664() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(5)));
    LeaseId holder = engine.granted(engine.ask(Demand.of("jobs", 5))).leaseId();
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      waiters.add(engine.waiter("jobs", LONG));
    }
    engine.release(holder);
    assertThat(waiters.stream().filter(Call::isGranted)).hasSize(5);
  }

  @Test
  void headThatTimesOutLetsTheNextGo_golang37852() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(3)));
    engine.lease("jobs");
    Call large =
        engine.call(
            Acquire.builder(Demand.of("jobs", 3))
                .maxWaitNanos(Duration.ofSeconds(1).toNanos())
                .build());
    Call small = engine.waiter("jobs", LONG);
    engine.pass(Duration.ofMillis(1_002));
    assertThat(large.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(small.isGranted()).isTrue();
  }

  @Test
  void expiryHandsOverInTheSameStep() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    engine.lease("jobs");
    Call waiter = engine.waiter("jobs", LONG);
    engine.pass(Duration.ofMillis(30_302));
    assertThat(waiter.isGranted()).isTrue();
    assertThat(waiter.grant().waitedNanos()).isBetween(30_300_000_000L, 30_302_000_000L);
    engine.check();
  }

  @Test
  void whatComesFreeAtTheLastMomentIsStillGiven() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 1)));
    engine.ask("api");
    Call call = engine.waiter("api", Duration.ofSeconds(1));
    engine.pass(Duration.ofSeconds(2));
    assertThat(call.isGranted()).isTrue();
  }

  @Test
  void drainDeniesEverybodyWhoWaitsAndEverybodyWhoComes() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    LeaseId holder = engine.lease("jobs");
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waiters.add(engine.waiter("jobs", LONG));
    }
    engine.engine().drain(engine.now());
    assertThat(waiters)
        .allMatch(waiter -> waiter.denial().reason() == DenialReason.DRAINING)
        .allMatch(waiter -> waiter.denial().message().contains("shutting down"));
    assertThat(engine.denied(engine.ask("jobs")).reason()).isEqualTo(DenialReason.DRAINING);
    assertThat(engine.waiting()).isZero();
    engine.release(holder);
    assertThat(engine.used("jobs")).isZero();
    engine.check();
  }

  @Test
  void tryNeverOvertakesWaiterItWouldDelay() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(3)));
    LeaseId holder = engine.granted(engine.ask(Demand.of("jobs", 2))).leaseId();
    Call large =
        engine.call(Acquire.builder(Demand.of("jobs", 3)).maxWaitNanos(LONG.toNanos()).build());
    for (int i = 0; i < 10; i++) {
      assertThat(engine.denied(engine.ask("jobs")).message()).contains("others wait before");
    }
    engine.granted(
        engine.ask(Acquire.builder(Demand.of("jobs")).priority(0).build())); // a better band may
    engine.release(holder);
    assertThat(large.isAnswered()).isFalse();
  }

  @Test
  void headOfOneQueueTakesNothingThatAnEarlierWaiterNeeds() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(1)), Limit.of("disk", "disk", concurrency(2)));
    LeaseId job = engine.lease("jobs");
    LeaseId disk = engine.lease("disk");
    Call earlier =
        engine.call(Acquire.builder(Demand.of("disk", 2)).maxWaitNanos(LONG.toNanos()).build());
    Call later =
        engine.call(
            Acquire.builder(Demand.of("jobs"), Demand.of("disk"))
                .maxWaitNanos(LONG.toNanos())
                .build());
    engine.release(job);
    assertThat(later.isAnswered()).as("one disk is free, and two are waited for").isFalse();
    engine.release(disk);
    assertThat(earlier.isGranted()).isTrue();
    assertThat(later.isAnswered()).isFalse();
    engine.release(earlier.grant().leaseId());
    assertThat(later.isGranted()).isTrue();
    engine.check();
  }

  private static Acquire waiting(int priority) {
    return Acquire.builder(Demand.of("jobs"))
        .maxWaitNanos(LONG.toNanos())
        .priority(priority)
        .build();
  }
}
