package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets how much while all want more: I-22 and I-23. */
class FairnessTest {
  private static final long LONG = Duration.ofHours(20).toNanos();
  private static final int MAX_COST = 16;
  private static final Policy SLOTS = concurrency(MAX_COST);
  private static final Policy TOKENS = rate(1_000, Duration.ofSeconds(1), MAX_COST);
  private static final EngineSettings MANY = new EngineSettings(false, 100_000, 100_000);

  private int asked;

  @ParameterizedTest
  @ValueSource(ints = {2, 10})
  void equalBackloggedFlowsShareSlotsEqually(int flows) {
    assertEqualShares(total(backlog(limit(SLOTS), flows, 10_000, 7)), flows);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 10})
  void equalBackloggedFlowsShareRateEqually(int flows) {
    assertEqualShares(total(backlog(limit(TOKENS), flows, 10_000, 11)), flows);
  }

  @Test
  void overNoIntervalDoTwoFlowsDifferByMoreThanTwoLargestAsks() {
    for (int seed = 0; seed < 10; seed++) {
      Limit limit = limit(seed % 2 == 0 ? SLOTS : TOKENS);
      List<Acquire> order = backlog(limit, 3, 5_000, seed);
      for (int a = 0; a < 3; a++) {
        for (int b = 0; b < a; b++) {
          assertThat(widestDifference(order, "client" + a, "client" + b))
              .as("seed %d, flows %d and %d", seed, a, b)
              .isLessThanOrEqualTo(2 * MAX_COST);
        }
      }
    }
  }

  @Test
  void weightedFlowsShareByTheirWeights() {
    Map<String, Integer> weights = Map.of("client1", 2, "client2", 5);
    Limit limit = limit(SLOTS, Fairness.BY_CLIENT.withWeights(weights));
    List<Acquire> order = backlog(limit, 3, 3_000, 3);
    List<Acquire> window = new ArrayList<>();
    long permits = 0;
    for (Acquire acquire : order.subList(500, order.size())) {
      if (permits < 1_000 * MAX_COST) {
        permits += acquire.demands().get(0).permits();
        window.add(acquire);
      }
    }
    assertThat(permits).isGreaterThanOrEqualTo(1_000 * MAX_COST);
    Map<String, Long> got = total(window);
    assertThat(got.get("client0") / (permits / 8.0)).isCloseTo(1, within(0.05));
    assertThat(got.get("client1") / (permits / 4.0)).isCloseTo(1, within(0.05));
    assertThat(got.get("client2") / (permits * 5 / 8.0)).isCloseTo(1, within(0.05));
  }

  @Test
  void idleFlowBanksNoCredit() {
    Service service = backlogged(EngineFixture.of(MANY, limit(SLOTS)), 1, 5);
    service.ask(ask("idle", 1));
    while (!service.clients().contains("idle")) {
      service.releaseOldest();
    }
    for (int i = 0; i < 180; i++) {
      service.pass(Duration.ofSeconds(20).toNanos());
      service.releaseOldest();
    }
    int before = service.order().size();
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < 1_100; i++) {
      service.ask(ask("idle", 1 + random.nextInt(MAX_COST)));
    }
    while (service.order().size() < before + 2_000) {
      service.releaseOldest();
    }
    List<Acquire> order = service.order().subList(before, before + 2_000);
    assertThat(widestDifference(order, "idle", "client0")).isLessThanOrEqualTo(2 * MAX_COST);
    assertEqualShares(total(order), 2);
  }

  @Test
  void tenThousandWaitersOfOneFlowDelayAnotherByOneTurn() {
    Service service = new Service(EngineFixture.of(MANY, limit(concurrency(1))));
    for (int i = 0; i < 10_001; i++) {
      service.ask(ask("greedy", 1));
    }
    for (int i = 0; i < 100; i++) {
      service.releaseOldest();
    }
    int before = service.order().size();
    service.ask(ask("modest", 1));
    service.releaseOldest();
    service.releaseOldest();
    assertThat(service.clients().subList(before, before + 2)).contains("modest");
  }

  @Test
  void newFlowsHoweverManyDoNotKeepBackOneThatWaits() {
    Service service = new Service(EngineFixture.of(MANY, limit(SLOTS)));
    service.ask(ask("holder", MAX_COST));
    for (int i = 0; i < 20; i++) {
      service.ask(ask("other", 1));
    }
    service.ask(ask("large", MAX_COST));
    service.ask(ask("large", MAX_COST));
    service.releaseOldest();
    service.releaseOldest();
    assertThat(service.clients()).containsExactly("holder", "other", "large");
    for (int i = 0; i < 1_000; i++) {
      service.ask(ask("new" + i, 1));
    }
    service.releaseAll();
    List<String> later = service.clients().subList(3, service.order().size());
    assertThat(later.indexOf("large")).isBetween(1, later.indexOf("new0"));
  }

  @Test
  void flowServedOutOfTurnIsNotKeptOutForLong() {
    QueueRules rules = QueueRules.DEFAULT.withAgingNanos(Duration.ofMillis(1).toNanos());
    Limit limit = Limit.of("jobs", "jobs", concurrency(1)).withQueue(rules);
    Service service = new Service(EngineFixture.of(MANY, limit));
    service.ask(ask("holder", 1));
    for (int i = 0; i < 600; i++) {
      service.ask(ask(i < 300 ? "first" : "second", 1, 9));
    }
    service.pass(Duration.ofMillis(20).toNanos());
    Ticket better = service.ask(ask("better", 1, 0));
    for (int i = 0; i < 250; i++) {
      service.releaseOldest();
    }
    assertThat(service.clients().subList(1, 251))
        .as("the oldest of the aged")
        .containsOnly("first");
    service.cancel(better);
    for (int i = 0; i < 8; i++) {
      service.releaseOldest();
    }
    assertThat(service.clients().subList(251, 259)).contains("first", "second");
  }

  @Test
  void sharesBetweenTheValuesOfAttributes() {
    Limit limit = limit(concurrency(1), Fairness.by("tenant", "model"));
    Service service = new Service(EngineFixture.of(limit));
    service.ask(ofTenant("a", "x", "holder"));
    for (int i = 0; i < 50; i++) {
      service.ask(ofTenant("a", "x", "client" + i));
    }
    service.ask(ofTenant("a", "y", "late1"));
    service.ask(ofTenant("b", "x", "late2"));
    for (int i = 0; i < 4; i++) {
      service.releaseOldest();
    }
    assertThat(service.clients()).containsExactly("holder", "client0", "late1", "late2", "client1");
  }

  @Test
  void withoutFairnessTheFirstToComeGoesFirst() {
    Service service = new Service(EngineFixture.of(limit(concurrency(1), Fairness.NONE)));
    SplittableRandom random = new SplittableRandom(9);
    List<Acquire> asks = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Acquire ask = ask("client" + random.nextInt(10), 1);
      asks.add(ask);
      service.ask(ask);
    }
    service.releaseAll();
    assertThat(service.order()).isEqualTo(asks);
  }

  @Test
  void insideFlowTheFirstToComeGoesFirst() {
    for (Acquire[] pair : pairsOfClients(backlog(limit(SLOTS), 5, 3_000, 21))) {
      assertThat(number(pair[0])).isLessThan(number(pair[1]));
    }
  }

  @Test
  void flowsBeyondThoseWithTurnsOfTheirOwnShareAndNoneStarves() {
    Service service =
        new Service(EngineFixture.of(MANY, limit(concurrency(1)).withQueueMax(9_000)));
    for (int i = 0; i < 3_000; i++) {
      service.ask(ask("greedy", 1));
    }
    for (int i = 0; i < 4_000; i++) {
      service.ask(ask("client" + i, 1));
    }
    service.releaseAll();
    assertThat(service.order()).hasSize(7_000);
    List<String> order = service.clients();
    long greedy = order.subList(0, 1 + last(order)).stream().filter("greedy"::equals).count();
    // 3000 flows in 128 queues: the longest of them has about as many as the others.
    assertThat(greedy).isLessThan(40);
  }

  @Test
  void flowsShareSeveralLimitsAtOnce() {
    Limit jobs = limit(SLOTS);
    Limit disks = Limit.of("disks", "disks", concurrency(11)).withQueue(jobs.queue());
    EngineFixture engine = EngineFixture.of(MANY, jobs, disks);
    SplittableRandom random = new SplittableRandom(4);
    Service service = new Service(engine);
    service.then(done -> service.ask(ofBoth(done.clientId(), random)));
    for (int i = 0; i < 160; i++) {
      service.ask(ofBoth("client" + i % 4, random));
    }
    while (service.order().size() < 8_000) {
      service.releaseOldest();
    }
    engine.check();
    for (int resource = 0; resource < 2; resource++) {
      assertEqualShares(total(service.order(), resource), 4);
    }
  }

  private Acquire ofBoth(String client, SplittableRandom random) {
    return builder(
            client,
            Demand.of("jobs", 1 + random.nextInt(8)),
            Demand.of("disks", 1 + random.nextInt(8)))
        .build();
  }

  private Acquire ofTenant(String tenant, String model, String client) {
    Map<String, String> attributes = Map.of("tenant", tenant, "model", model);
    return builder(client, Demand.of("jobs").withAttributes(attributes)).build();
  }

  private static int last(List<String> order) {
    int last = 0;
    for (int i = 0; i < order.size(); i++) {
      last = order.get(i).equals("greedy") ? last : i;
    }
    return last;
  }

  private static List<Acquire[]> pairsOfClients(List<Acquire> order) {
    Map<String, Acquire> latest = new LinkedHashMap<>();
    List<Acquire[]> pairs = new ArrayList<>();
    for (Acquire acquire : order) {
      Acquire before = latest.put(acquire.clientId(), acquire);
      if (before != null) {
        pairs.add(new Acquire[] {before, acquire});
      }
    }
    assertThat(pairs).isNotEmpty();
    return pairs;
  }

  private static int number(Acquire acquire) {
    return Integer.parseInt(acquire.requestId());
  }

  private static void assertEqualShares(Map<String, Long> got, int flows) {
    long all = got.values().stream().mapToLong(Long::longValue).sum();
    assertThat(got).hasSize(flows);
    for (long permits : got.values()) {
      assertThat((double) permits * flows / all).as("%s", got).isCloseTo(1, within(0.02));
    }
  }

  /** The most by which what two clients got differs over any interval. */
  private static long widestDifference(List<Acquire> order, String one, String other) {
    long difference = 0;
    long least = 0;
    long most = 0;
    for (Acquire acquire : order) {
      long permits = acquire.demands().get(0).permits();
      if (acquire.clientId().equals(one)) {
        difference += permits;
      } else if (acquire.clientId().equals(other)) {
        difference -= permits;
      }
      least = Math.min(least, difference);
      most = Math.max(most, difference);
    }
    return most - least;
  }

  /** Serves so many asks of 1..16 permits of flows that always have some waiting. */
  private List<Acquire> backlog(Limit limit, int flows, int served, int seed) {
    EngineFixture engine = EngineFixture.of(MANY, limit);
    Service service = backlogged(engine, flows, seed);
    while (service.order().size() <= served) {
      if (service.held() > 0) {
        service.releaseOldest();
      } else {
        service.pass(2_000_000);
      }
    }
    engine.check();
    return service.order().subList(1, served);
  }

  private Service backlogged(EngineFixture engine, int flows, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Service service = new Service(engine);
    service.ask(ask("holder", MAX_COST));
    service.then(
        done -> {
          if (done.clientId().startsWith("client")) {
            service.ask(ask(done.clientId(), 1 + random.nextInt(MAX_COST)));
          }
        });
    for (int i = 0; i < 40 * flows; i++) {
      service.ask(ask("client" + i % flows, 1 + random.nextInt(MAX_COST)));
    }
    return service;
  }

  private static Map<String, Long> total(List<Acquire> order) {
    return total(order, 0);
  }

  private static Map<String, Long> total(List<Acquire> order, int demand) {
    Map<String, Long> total = new LinkedHashMap<>();
    for (Acquire done : order) {
      total.merge(done.clientId(), done.demands().get(demand).permits(), Long::sum);
    }
    return total;
  }

  private static Limit limit(Policy policy) {
    return limit(policy, Fairness.BY_CLIENT);
  }

  private static Limit limit(Policy policy, Fairness fairness) {
    QueueRules rules = QueueRules.DEFAULT.withMax(100_000).withFairness(fairness);
    return Limit.of("jobs", "jobs", policy).withQueue(rules);
  }

  private Acquire ask(String client, long permits) {
    return ask(client, permits, Acquire.DEFAULT_PRIORITY);
  }

  private Acquire ask(String client, long permits, int priority) {
    return builder(client, Demand.of("jobs", permits)).priority(priority).build();
  }

  private Acquire.Builder builder(String client, Demand... demands) {
    return Acquire.builder(demands)
        .clientId(client)
        .requestId(Integer.toString(asked++))
        .maxWaitNanos(LONG);
  }
}
