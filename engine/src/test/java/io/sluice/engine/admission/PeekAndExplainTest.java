package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.store.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeekAndExplainTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EngineFixture engine =
      EngineFixture.of(
          Limit.of("jobs", "jobs", concurrency(2)),
          Limit.of("seats", "seats", concurrency(1)).withKey("tenant"),
          Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 2)).withKey("tenant"));

  @Test
  void changeNothing() {
    engine.lease("jobs");
    engine.granted(engine.ask(tenant("api", 2)));
    engine.call(Acquire.builder(tenant("api", 1)).maxWaitNanos(LONG.toNanos()).build());
    List<Usage> usage = usage();
    List<LimitCounters.Counts> counts = counts();
    long next = engine.engine().nextEventNanos();
    for (int i = 0; i < 50; i++) {
      engine.ask(Demand.of("jobs", 0), tenant("api", 0), tenant("seats", 0));
      engine.ask(Demand.of("seats", 0).withAttributes(Map.of("tenant", "t" + i)));
      engine.explain(Acquire.of(Demand.of("jobs"), tenant("api", 1), tenant("seats", 1)));
      engine.explain(Acquire.builder(tenant("api", 2)).requestId("r").build());
      engine.explain(Acquire.of(tenant("seats", 2)));
    }
    assertThat(usage()).isEqualTo(usage);
    assertThat(counts()).isEqualTo(counts);
    assertThat(engine.engine().nextEventNanos()).isEqualTo(next);
    assertThat(engine.waiting()).isEqualTo(1);
    assertThat(engine.engine().store().leases()).hasSize(1);
  }

  @Test
  void peekAsksForOnePermit() {
    Decision.Granted granted = engine.granted(engine.ask(Demand.of("jobs", 0)));
    assertThat(granted.leaseId()).isNull();
    assertThat(granted.limited()).isTrue();
    assertThat(granted.states().get(0).remaining()).isEqualTo(2);
    engine.lease("jobs");
    engine.lease("jobs");
    assertThat(engine.denied(engine.ask(Demand.of("jobs", 0))).reason())
        .isEqualTo(DenialReason.CONCURRENCY);
  }

  @Test
  void peekOfWhatCanNeverBeIsNotCounted() {
    LimitCounters.Counts before = engine.active("jobs").counters().snapshot();
    engine.denied(engine.ask(Demand.of("jobs", 0), Demand.of("jobs", 0), Demand.of("jobs", 0)));
    assertThat(engine.active("jobs").counters().snapshot()).isEqualTo(before);
  }

  @Test
  void peekAndAskDoNotMix() {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> Acquire.of(Demand.of("jobs", 0), Demand.of("jobs", 1)))
        .withMessage("demands[1].permits must be 0 in all demands or in none");
  }

  @Test
  void peekAndExplainTellTheSameWaitAsAnAcquire() {
    engine.granted(engine.ask(tenant("api", 2)));
    for (int i = 0; i < 5; i++) {
      engine.call(Acquire.builder(tenant("api", 2)).maxWaitNanos(LONG.toNanos()).build());
    }
    long wait = engine.denied(engine.ask(tenant("api", 1))).waitNanos();
    assertThat(wait).as("ten for those before, and one").isEqualTo(seconds(11));
    assertThat(engine.denied(engine.ask(tenant("api", 0))).waitNanos()).isEqualTo(wait);
    Explanation explanation = engine.explain(Acquire.of(tenant("api", 1)));
    assertThat(((Decision.Denied) explanation.decision()).waitNanos()).isEqualTo(wait);
    engine.pass(Duration.ofSeconds(1));
    assertThat(engine.denied(engine.ask(tenant("api", 0))).waitNanos()).isEqualTo(seconds(10));
  }

  @Test
  void explanationNamesEveryLimit() {
    engine.lease("jobs");
    engine.lease("jobs");
    engine.waiter("jobs", LONG);
    Explanation explanation =
        engine.explain(Acquire.of(tenant("api", 1), Demand.of("jobs"), tenant("seats", 1)));
    assertThat(explanation.decision()).isInstanceOf(Decision.Denied.class);
    assertThat(explanation.limits())
        .extracting(Explanation.ByLimit::limit)
        .containsExactly("jobs", "seats", "api");
    Explanation.ByLimit jobs = explanation.limits().get(0);
    assertThat(jobs.kind()).isEqualTo(LimitKind.CONCURRENCY);
    assertThat(jobs.waitingAhead()).isEqualTo(1);
    assertThat(jobs.blocker().reason()).isEqualTo(DenialReason.CONCURRENCY);
    assertThat(jobs.blocker().asked()).isEqualTo(1);
    assertThat(jobs.permits()).isEqualTo(1);
    assertThat(jobs.state().remaining()).isZero();
    Explanation.ByLimit api = explanation.limits().get(2);
    assertThat(api.key()).containsExactly("a");
    assertThat(api.blocker()).isNull();
    Explanation impossible = engine.explain(Acquire.of(Demand.of("jobs", 3)));
    assertThat(((Decision.Denied) impossible.decision()).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(engine.explain(Acquire.of(Demand.of("else"))).limits()).isEmpty();
  }

  private List<Usage> usage() {
    return engine.engine().snapshot(engine.now()).limits().stream()
        .map(Snapshot.ByLimit::usage)
        .toList();
  }

  private List<LimitCounters.Counts> counts() {
    return engine.engine().snapshot(engine.now()).limits().stream()
        .map(Snapshot.ByLimit::counts)
        .toList();
  }

  private static Demand tenant(String resource, long permits) {
    return Demand.of(resource, permits).withAttributes(Map.of("tenant", "a"));
  }

  private static long seconds(long count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
