package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is told of places in a queue and of the time until one's turn. */
class ForesightTest {
  private static final long LONG = Duration.ofHours(1).toNanos();
  private static final long HALF_SECOND = 500_000_000L;
  private static final QueueRules FAIR = QueueRules.DEFAULT.withFairness(Fairness.BY_CLIENT);
  private static final EngineSettings MANY = new EngineSettings(false, 100_000, 100_000);

  @Test
  void heavyClientDoesNotKeepBackAnother() {
    EngineFixture engine = usedTo(HALF_SECOND, FAIR);
    LeaseId holder = engine.lease("jobs");
    for (int i = 0; i < 5; i++) {
      engine.call(waiting("heavy", 5));
    }

    Decision.Denied denied = engine.denied(engine.ask(ask("light", 5).build()));
    Acquire hasty = ask("light", 5).maxWaitNanos(LONG).workDeadlineNanos(4 * HALF_SECOND).build();
    Call light = engine.call(hasty);

    assertThat(denied.position()).isEqualTo(2);
    assertThat(denied.waitNanos()).isLessThan(3 * HALF_SECOND);
    assertThat(light.isAnswered()).as("it comes to its turn in time, and waits").isFalse();
    assertThat(position(engine, "light")).isEqualTo(2);
    engine.release(holder);
    engine.release(engine.engine().store().leases().iterator().next().id());
    assertThat(light.isGranted()).isTrue();
  }

  @Test
  void interactiveQueueRefusesEarlyOnlyWhoComesTooLate() {
    EngineFixture engine = usedTo(HALF_SECOND, FAIR.withMode(QueueMode.INTERACTIVE));
    engine.lease("jobs");
    for (int i = 0; i < 5; i++) {
      engine.call(waiting("heavy", 5));
    }
    Acquire.Builder hasty = ask("light", 5).maxWaitNanos(4 * HALF_SECOND);
    assertThat(engine.call(hasty.build()).isAnswered()).isFalse();
    assertThat(engine.denied(engine.ask(hasty.clientId("heavy").build())).reason())
        .isEqualTo(DenialReason.DEADLINE_TOO_SHORT);
  }

  @Test
  void placeThatIsToldIsThePlaceThatOneGets() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      QueueRules rules = random.nextInt(4) == 0 ? FAIR.withFairness(Fairness.NONE) : FAIR;
      EngineFixture engine =
          EngineFixture.of(MANY, Limit.of("jobs", "jobs", concurrency(1)).withQueue(rules));
      LeaseId holder = engine.lease("jobs");
      int bands = 1 + random.nextInt(3);
      int flows = 1 + random.nextInt(6);
      for (int i = 0; i < 40; i++) {
        String client = "c" + random.nextInt(flows);
        int band = random.nextInt(bands);
        int told = engine.denied(engine.ask(ask(client, band).build())).position();
        Call call = engine.call(ask(client, band).maxWaitNanos(LONG).build());
        if (call.isAnswered()) {
          holder = call.grant().leaseId();
          continue;
        }
        long sequence = call.waiter().sequence;
        int got =
            list(engine).stream()
                .filter(w -> w.sequence() == sequence)
                .findAny()
                .orElseThrow()
                .position();
        assertThat(got).as("seed %d, waiter %d", seed, i).isEqualTo(told);
        if (random.nextInt(3) == 0) {
          engine.release(holder);
          holder = engine.engine().store().leases().iterator().next().id();
        }
      }
    }
  }

  @Test
  void placeAmongManyFlowsIsForetoldFromSomeOfThem() {
    EngineFixture engine =
        EngineFixture.of(MANY, Limit.of("jobs", "jobs", concurrency(1)).withQueue(FAIR));
    engine.lease("jobs");
    for (int i = 0; i < 300; i++) {
      engine.call(waiting("c" + i, 5));
    }
    for (int i = 0; i < 50; i++) {
      engine.call(waiting("heavy", 5));
    }
    assertThat(engine.denied(engine.ask(ask("new", 5).build())).position()).isEqualTo(302);
    assertThat(engine.denied(engine.ask(ask("heavy", 5).build())).position()).isEqualTo(351);
  }

  @Test
  void placeBehindManyWhoAgedIsForetold() {
    QueueRules rules = FAIR.withAgingNanos(1_000_000L).withMax(10_000);
    EngineFixture engine =
        EngineFixture.of(MANY, Limit.of("jobs", "jobs", concurrency(1)).withQueue(rules));
    engine.lease("jobs");
    for (int i = 0; i < 600; i++) {
      engine.call(waiting("c", 9));
    }
    engine.pass(Duration.ofSeconds(1));
    for (int i = 0; i < 600; i++) {
      engine.call(waiting("c", 9));
    }
    assertThat(engine.denied(engine.ask(ask("new", 0).build())).position())
        .as("those who aged go before, the others do not")
        .isEqualTo(601);
  }

  @Test
  void listIsInTheOrderInWhichTheyGo() {
    for (int seed = 0; seed < 100; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long aging = Duration.ofSeconds(1 + random.nextInt(10)).toNanos();
      EngineFixture engine =
          EngineFixture.of(
              MANY, Limit.of("jobs", "jobs", concurrency(1)).withQueue(FAIR.withAgingNanos(aging)));
      LeaseId holder = engine.lease("jobs");
      for (int i = 0; i < 30; i++) {
        engine.call(waiting("c" + random.nextInt(4), random.nextInt(10)));
        engine.passNanos(random.nextLong(500_000_000L));
        engine.renew(holder, Duration.ofHours(1));
      }
      while (engine.waiting() > 0) {
        Waiting first =
            list(engine).stream().filter(w -> w.position() == 1).findAny().orElseThrow();
        engine.release(holder);
        holder = engine.engine().store().leases().iterator().next().id();
        assertThat(list(engine))
            .as("seed %d", seed)
            .noneMatch(w -> w.sequence() == first.sequence());
      }
    }
  }

  @Test
  void waitIsNotForeseenBeforeAnybodyGaveBack() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    engine.lease("jobs");
    engine.call(waiting("c", 5));
    assertThat(list(engine).get(0).expectedWaitNanos()).isEqualTo(Long.MAX_VALUE);
  }

  private static int position(EngineFixture engine, String client) {
    return list(engine).stream()
        .filter(waiter -> waiter.acquire().clientId().equals(client))
        .findAny()
        .orElseThrow()
        .position();
  }

  private static List<Waiting> list(EngineFixture engine) {
    return engine.engine().waiters(engine.now());
  }

  /** An engine in which work on "jobs" takes so long, one at a time. */
  private static EngineFixture usedTo(long holdNanos, QueueRules rules) {
    EngineFixture engine =
        EngineFixture.of(MANY, Limit.of("jobs", "jobs", concurrency(1)).withQueue(rules));
    LeaseId lease = engine.lease("jobs");
    engine.passNanos(holdNanos);
    engine.release(lease);
    return engine;
  }

  private static Acquire waiting(String client, int priority) {
    return ask(client, priority).maxWaitNanos(LONG).build();
  }

  private static Acquire.Builder ask(String client, int priority) {
    return Acquire.builder(Demand.of("jobs")).clientId(client).priority(priority);
  }
}
