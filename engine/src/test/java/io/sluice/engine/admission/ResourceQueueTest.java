package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.stats.ResourceCounters;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many wait, and had to, by resource. */
class ResourceQueueTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Limit jobs = Limit.of("jobs", "jobs/*", concurrency(1));
  private final EngineFixture engine = EngineFixture.of(jobs);

  @Test
  void eachWhoWaitsIsCountedAtWhatItAsksForUntilItGoes() {
    LeaseId first = engine.lease("jobs/a");
    expect("jobs/a", 0, 0);
    engine.waiter("jobs/a", MINUTE);
    Call both =
        engine.call(
            Acquire.builder(List.of(Demand.of("jobs/b"), Demand.of("free")))
                .maxWaitNanos(MINUTE.toNanos())
                .build());
    engine.waiter("jobs/b", Duration.ofSeconds(5));
    expect("jobs/a", 1, 1);
    expect("jobs/b", 2, 2);
    expect("free", 1, 1);

    engine.release(first);
    expect("jobs/a", 1, 0);
    engine.cancel(both);
    expect("jobs/b", 2, 1);
    expect("free", 1, 0);
    engine.pass(Duration.ofSeconds(6));
    expect("jobs/b", 2, 0);
  }

  @Test
  void aPauseAndOtherLimitsLeaveTheCountRight() {
    engine.engine().pause(new Pause(ResourcePattern.parse("free"), "", false), engine.now());
    engine.waiter("free", MINUTE);
    LeaseId first = engine.lease("jobs/a");
    engine.waiter("jobs/a", MINUTE);
    expect("free", 1, 1);
    expect("jobs/a", 1, 1);

    engine.engine().putLimit(jobs.withMatch(Match.resource("jobs/**")), engine.now());
    engine.engine().putLimit(Limit.of("free", "free", concurrency(1)), engine.now());
    expect("free", 1, 1);
    expect("jobs/a", 1, 1);

    engine.release(first);
    engine.engine().resume(ResourcePattern.parse("free"), engine.now());
    expect("free", 1, 0);
    expect("jobs/a", 1, 0);
  }

  private void expect(String resource, long queued, long waiting) {
    ResourceCounters.Counts counts =
        engine.engine().snapshot(engine.now()).resources().stream()
            .map(one -> one.counts())
            .filter(one -> one.resource().equals(resource))
            .findFirst()
            .orElseThrow();
    assertThat(counts.queued()).as("queued of %s", resource).isEqualTo(queued);
    assertThat(counts.waiting()).as("waiting for %s", resource).isEqualTo(waiting);
  }
}
