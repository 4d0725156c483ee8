package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who goes first for its priority, and for how long: I-21. */
class AgingTest {
  private static final long LONG = Duration.ofHours(20).toNanos();
  private static final long AGING = Duration.ofSeconds(5).toNanos();
  private static final EngineSettings MANY = new EngineSettings(false, 100_000, 100_000);

  @Test
  void parity025ThousandOfPriorityOneStartBeforeNineThousandOfPriorityTwo() {
    Limit limit = Limit.of("jobs", "jobs", concurrency(50));
    EngineFixture engine = EngineFixture.of(MANY, limit.withQueueMax(20_000));
    Service service = new Service(engine);
    service.ask(Acquire.builder(Demand.of("jobs", 50)).build());
    for (int i = 0; i < 10_000; i++) {
      service.ask(ask(i < 1_000 ? 1 : 2, "task" + i));
    }
    service.releaseAll();
    List<Acquire> order = service.order().subList(1, 10_001);
    assertThat(order.subList(0, 1_000)).allMatch(task -> task.priority() == 1);
    assertThat(order.subList(1_000, 10_000)).allMatch(task -> task.priority() == 2);
  }

  @Test
  void parity025IsTheSameWhenTheBetterComeLast() {
    Limit limit = Limit.of("jobs", "jobs", concurrency(50));
    Service service = new Service(EngineFixture.of(MANY, limit.withQueueMax(20_000)));
    service.ask(Acquire.builder(Demand.of("jobs", 50)).build());
    for (int i = 0; i < 2_000; i++) {
      service.ask(ask(i < 1_000 ? 2 : 1, "task" + i));
    }
    service.releaseAll();
    assertThat(service.order().subList(1, 1_001)).allMatch(task -> task.priority() == 1);
  }

  @Test
  void worstBandIsServedBehindAnEndlessStreamOfTheBest() {
    EngineFixture engine = EngineFixture.of(MANY, Limit.of("jobs", "jobs", concurrency(1)));
    Service service = new Service(engine);
    service.ask(ask(0, "first"));
    for (int i = 0; i < 20; i++) {
      service.ask(ask(0, "stream"));
    }
    service.then(done -> service.ask(ask(0, "stream")));
    Call worst = engine.call(ask(9, "worst"));
    long step = Duration.ofMillis(250).toNanos();
    while (!worst.isAnswered()) {
      service.pass(step);
      service.releaseOldest();
    }
    long drain = 22 * step;
    assertThat(worst.grant().waitedNanos()).isBetween(9 * AGING, 9 * AGING + drain);
  }

  @Test
  void noWaiterIsBypassedByOneThatCameLaterThanItsPriorityIsWorth() {
    SplittableRandom random = new SplittableRandom(8);
    EngineFixture engine = EngineFixture.of(MANY, Limit.of("jobs", "jobs", concurrency(1)));
    Service service = new Service(engine);
    Map<String, Long> cameAt = new HashMap<>();
    List<Acquire> waiting = new ArrayList<>();
    service.ask(ask(0, "holder"));
    for (int i = 0; i < 3_000; i++) {
      while (waiting.size() < 30) {
        Acquire acquire = ask(random.nextInt(10), "client" + cameAt.size());
        cameAt.put(acquire.clientId(), engine.now());
        waiting.add(acquire);
        service.ask(acquire);
      }
      service.pass(random.nextLong(2 * AGING));
      service.releaseOldest();
      Acquire served = service.order().get(service.order().size() - 1);
      waiting.remove(served);
      for (Acquire passed : waiting) {
        long later = cameAt.get(served.clientId()) - cameAt.get(passed.clientId());
        long worth = (passed.priority() - served.priority()) * AGING;
        assertThat(later).as("%s before %s", served, passed).isLessThanOrEqualTo(worth);
      }
    }
  }

  @Test
  void deadlinesDoNotChangeTheOrder() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    LeaseId holder = engine.lease("jobs");
    Call patient = engine.waiter("jobs", Duration.ofMinutes(10));
    Call hasty = engine.waiter("jobs", Duration.ofSeconds(1));
    engine.release(holder);
    assertThat(patient.isGranted()).isTrue();
    assertThat(hasty.isAnswered()).isFalse();
  }

  @Test
  void newcomerOfBetterBandDoesNotPassOneThatHasAged() {
    QueueRules rules = QueueRules.DEFAULT.withAgingNanos(AGING);
    Limit limit = Limit.of("jobs", "jobs", concurrency(2)).withQueue(rules);
    EngineFixture engine = EngineFixture.of(limit);
    engine.lease("jobs");
    Call large = engine.call(builder(7, "large", Demand.of("jobs", 2)).build());
    engine.passNanos(4 * AGING - 1);
    engine.release(engine.granted(engine.ask(atOnce(3))).leaseId());
    engine.passNanos(1);
    assertThat(engine.denied(engine.ask(atOnce(3))).message()).contains("others wait before");
    engine.release(engine.granted(engine.ask(atOnce(2))).leaseId());
    assertThat(large.isAnswered()).isFalse();
  }

  private static Acquire atOnce(int priority) {
    return Acquire.builder(Demand.of("jobs")).priority(priority).build();
  }

  private static Acquire ask(int priority, String client) {
    return builder(priority, client, Demand.of("jobs")).build();
  }

  private static Acquire.Builder builder(int priority, String client, Demand demand) {
    return Acquire.builder(demand)
        .priority(priority)
        .clientId(client)
        .maxWaitNanos(LONG)
        .ttlNanos(Duration.ofHours(1).toNanos());
  }
}
