package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.memory.MemorySettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DenialTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofHours(1);

  @Test
  void namesReasonLimitResourceAndEveryBlocker() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("tokens", "a", rate(1, SECOND, 2)),
            Limit.of("slots", "b", concurrency(1)),
            Limit.of("free", "b", concurrency(9)));
    engine.granted(engine.ask(Demand.of("a", 2), Demand.of("b")));
    Decision.Denied denied = engine.denied(engine.ask(Demand.of("a", 2), Demand.of("b")));
    assertThat(denied.reason()).isEqualTo(DenialReason.CONCURRENCY);
    assertThat(denied.limit()).isEqualTo("slots");
    assertThat(denied.resource()).isEqualTo("b");
    assertThat(denied.blockers())
        .extracting(Blocker::limit, Blocker::resource, Blocker::reason, Blocker::asked)
        .containsExactly(
            tuple("slots", "b", DenialReason.CONCURRENCY, 1L),
            tuple("tokens", "a", DenialReason.RATE, 2L));
    assertThat(denied.waitNanos()).as("the longest").isEqualTo(2 * SECOND.toNanos());
    assertThat(denied.message()).isEqualTo("limit slots has 0 permits left, 1 asked");
  }

  @Test
  void waitBehindOthersCountsWhatTheyAskFor() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, SECOND, 10)));
    engine.granted(engine.ask(Demand.of("api", 10)));
    for (int i = 0; i < 3; i++) {
      engine.call(Acquire.builder(Demand.of("api", 4)).maxWaitNanos(LONG.toNanos()).build());
    }
    Decision.Denied denied = engine.denied(engine.ask(Demand.of("api", 2)));
    assertThat(denied.waitNanos()).isEqualTo(14 * SECOND.toNanos());
    assertThat(denied.blockers().get(0).asked()).isEqualTo(2);
    Decision.Denied first =
        engine.denied(engine.ask(Acquire.builder(Demand.of("api", 2)).priority(0).build()));
    assertThat(first.waitNanos()).as("ahead of all").isEqualTo(2 * SECOND.toNanos());
  }

  @Test
  void waitForSlotsIsTheRecentHold() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    LeaseId lease = engine.lease("jobs");
    assertThat(engine.denied(engine.ask("jobs")).waitNanos())
        .as("unknown")
        .isEqualTo(1_000_000_000);
    engine.pass(Duration.ofMillis(250));
    engine.release(lease);
    engine.lease("jobs");
    assertThat(engine.denied(engine.ask("jobs")).waitNanos()).isEqualTo(250_000_000);
  }

  @Test
  void exceedingIsNeverQueued() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(5)).withMaxPermitsPerRequest(2),
            Limit.of("slots", "slots", new Policy.Slots(2, LeaseTerms.DEFAULT)),
            Limit.of("cards", "gpu", cards()));
    for (Demand demand :
        List.of(
            Demand.of("jobs", 3),
            Demand.of("slots", 3),
            Demand.of("gpu").withDevices(DeviceAsk.ofMemory(2_000)),
            Demand.of("gpu").withDevices(new DeviceAsk(2, 0, false)),
            Demand.of("gpu", 5))) {
      Decision.Denied denied =
          engine.denied(engine.ask(Acquire.builder(demand).maxWaitNanos(LONG.toNanos()).build()));
      assertThat(denied.reason()).as("%s", demand).isEqualTo(DenialReason.EXCEEDS_LIMIT);
      assertThat(denied.waitNanos()).isEqualTo(Blocker.NEVER);
      assertThat(denied.message()).contains("can never give that");
    }
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void devicesSayWhyOfEach() {
    EngineFixture engine = EngineFixture.of(Limit.of("cards", "gpu", cards()));
    engine.granted(engine.ask(Demand.of("gpu").withDevices(DeviceAsk.ofMemory(600))));
    Decision.Denied denied =
        engine.denied(engine.ask(Demand.of("gpu").withDevices(DeviceAsk.ofMemory(600))));
    assertThat(denied.reason()).isEqualTo(DenialReason.DEVICES);
    assertThat(denied.message())
        .isEqualTo(
            "limit cards has 1 permits left, 1 asked: GPU-0 has 400 MiB free of 1000, 600 asked");
    engine.granted(engine.ask("gpu"));
  }

  @Test
  void queueOfLimitIsBounded() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)).withQueueMax(2));
    engine.lease("jobs");
    engine.waiter("jobs", LONG);
    Call second = engine.waiter("jobs", LONG);
    Call third = engine.waiter("jobs", LONG);
    assertThat(third.denial().reason()).isEqualTo(DenialReason.QUEUE_FULL);
    assertThat(third.denial().limit()).isEqualTo("jobs");
    assertThat(third.denial().message())
        .isEqualTo(
            "the queue is full: queue.max of limit jobs is 2;"
                + " limit jobs has 0 permits left, 1 asked: others wait before");
    assertThat(third.denial().waitNanos()).isPositive();
    assertThat(third.denial().position()).isEqualTo(3);
    engine.cancel(second);
    assertThat(engine.waiter("jobs", LONG).isAnswered()).isFalse();
  }

  @Test
  void queueOfClientAndOfAllIsBounded() {
    EngineFixture engine =
        EngineFixture.of(new EngineSettings(false, 3, 2), Limit.of("jobs", "jobs", concurrency(1)));
    engine.lease("jobs");
    Call first = engine.call(of("a"));
    engine.call(of("a"));
    Decision.Denied ofClient = engine.call(of("a")).denial();
    assertThat(ofClient.reason()).isEqualTo(DenialReason.QUEUE_FULL);
    assertThat(ofClient.limit()).as("no limit is to blame").isEmpty();
    assertThat(ofClient.message())
        .startsWith("the queue is full: queue.max_waiters_per_client is 2; limit jobs has 0");
    engine.call(of("b"));
    Decision.Denied ofAll = engine.call(of("c")).denial();
    assertThat(ofAll.reason()).isEqualTo(DenialReason.QUEUE_FULL);
    assertThat(ofAll.limit()).isEmpty();
    assertThat(ofAll.message()).startsWith("the queue is full: queue.max_waiters is 3; limit jobs");
    engine.cancel(first);
    assertThat(engine.call(of("c")).isAnswered()).isFalse();
  }

  @Test
  void unmatchedIsGrantedUnlimitedOrDenied() {
    Limit limit =
        Limit.of("jobs", "jobs", concurrency(1))
            .withMatch(new Match(ResourcePattern.parse("jobs"), Map.of("tier", "free")));
    EngineFixture allow = EngineFixture.of(limit);
    assertThat(allow.granted(allow.ask("jobs")).limited()).isFalse();
    EngineFixture deny = EngineFixture.of(new EngineSettings(true, 10, 10), limit);
    Decision.Denied denied = deny.denied(deny.ask("jobs"));
    assertThat(denied.reason()).isEqualTo(DenialReason.UNMATCHED);
    assertThat(denied.resource()).isEqualTo("jobs");
    assertThat(denied.message())
        .isEqualTo("no limit matches jobs and unmatched resources are denied");
    deny.granted(deny.ask(Demand.of("jobs").withAttributes(Map.of("tier", "free"))));
    deny.denied(deny.ask(Demand.of("jobs").withAttributes(Map.of("tier", "paid"))));
  }

  @Test
  void shedsWhenItHoldsAsManyLeasesAsItMay() {
    EngineFixture engine =
        EngineFixture.of(
            EngineSettings.DEFAULT,
            new MemorySettings(1, 1, 10, 10),
            List.of(Limit.of("jobs", "jobs", concurrency(5))));
    engine.lease("jobs");
    Decision.Denied denied = engine.denied(engine.ask("jobs"));
    assertThat(denied.reason()).isEqualTo(DenialReason.SHED);
    assertThat(denied.message()).contains("as many leases as it may");
    assertThat(engine.denied(engine.ask(Demand.of("jobs", 0))).reason())
        .isEqualTo(DenialReason.SHED);
  }

  @Test
  void timeoutSaysWhatStoodInTheWay() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, SECOND, 5)));
    engine.granted(engine.ask(Demand.of("api", 5)));
    Call first =
        engine.call(Acquire.builder(Demand.of("api", 5)).maxWaitNanos(LONG.toNanos()).build());
    Call second = engine.waiter("api", SECOND);
    engine.pass(Duration.ofMillis(1_002));
    assertThat(second.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(second.denial().limit()).isEqualTo("api");
    assertThat(second.denial().blockers()).isNotEmpty();
    assertThat(second.denial().message()).startsWith("the longest wait passed; limit api has");
    assertThat(second.denial().waitNanos()).isPositive();
    assertThat(first.isAnswered()).isFalse();
    assertThat(engine.engine().snapshot(engine.now()).limits().get(0).counts().deniedByReason())
        .containsOnly(Map.entry(DenialReason.WAIT_TIMEOUT, 1L));
  }

  private static Acquire of(String client) {
    return Acquire.builder(Demand.of("jobs")).clientId(client).maxWaitNanos(LONG.toNanos()).build();
  }

  private static Policy cards() {
    return new Policy.Devices(
        "gpu",
        List.of(new Device("GPU-0", 0, "", 1_000)),
        Placement.BINPACK,
        2,
        LeaseTerms.DEFAULT);
  }
}
