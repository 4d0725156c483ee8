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
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Buckets of a key come to exist and go again, and nobody can tell. */
class BucketLifeTest {
  private static final Duration LONG = Duration.ofHours(1);

  @Test
  void waiterChargesTheSameBucketAsEverybodyElse() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(1)),
            Limit.of("seats", "seats", concurrency(1)).withKey("tenant"));
    LeaseId holder = engine.lease("jobs");
    // The seats are free when this begins to wait: their bucket is empty, and was forgotten once.
    Call waiter =
        engine.call(
            Acquire.builder(Demand.of("jobs"), seat("a")).maxWaitNanos(LONG.toNanos()).build());
    engine.granted(engine.ask(seat("a")));
    engine.release(holder);
    assertThat(waiter.isAnswered()).as("the one seat is taken").isFalse();
    assertThat(engine.used("seats")).isEqualTo(1);
    engine.check();
  }

  @Test
  void keyThatSharedABucketGetsNoFullOneBeside() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("seats", "seats", concurrency(1)).withKey("tenant").withMaxKeys(1));
    LeaseId first = engine.granted(engine.ask(seat("a"))).leaseId();
    LeaseId shared = engine.granted(engine.ask(seat("b"))).leaseId();
    engine.release(first); // now there is room for another bucket, and b holds what it may
    engine.denied(engine.ask(seat("b")));
    engine.release(shared);
    engine.granted(engine.ask(seat("b")));
  }

  @Test
  void waiterChargesTheSameTokensAsEverybodyElse() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(1)),
            Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 2)).withKey("tenant"));
    LeaseId holder =
        engine
            .granted(
                engine.ask(
                    Acquire.builder(Demand.of("jobs"))
                        .ttlNanos(Duration.ofMinutes(10).toNanos())
                        .build()))
            .leaseId();
    Call waiter =
        engine.call(
            Acquire.builder(Demand.of("jobs"), api(2)).maxWaitNanos(LONG.toNanos()).build());
    engine.pass(Duration.ofMinutes(5)); // longer than a full bucket is kept for nobody
    engine.granted(engine.ask(api(2)));
    engine.release(holder);
    assertThat(waiter.isAnswered()).as("the burst is spent").isFalse();
    engine.pass(Duration.ofMillis(2_002));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void unusedTokensReachTheBucketLongAfter() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 10)).withKey("tenant"));
    LeaseId lease =
        engine
            .granted(
                engine.ask(
                    Acquire.builder(api(5))
                        .ttlNanos(Duration.ofMinutes(10).toNanos())
                        .wantLease(true)
                        .build()))
            .leaseId();
    engine.pass(Duration.ofMinutes(5));
    engine.granted(engine.ask(api(10)));
    engine.release(lease, Outcome.UNUSED);
    assertThat(engine.available("api")).isEqualTo(5);
  }

  @Test
  void impossibleAndRepeatedAsksLeaveNoBucketBehind() {
    EngineFixture engine =
        EngineFixture.of(
            new EngineSettings(true, 10, 10),
            Limit.of("seats", "seats", concurrency(1)).withKey("tenant"),
            Limit.of("jobs", "jobs", concurrency(1)));
    for (int i = 0; i < 100; i++) {
      assertThat(engine.denied(engine.ask(seat("tenant-" + i), seat("tenant-" + i))).reason())
          .isEqualTo(DenialReason.EXCEEDS_LIMIT);
      assertThat(engine.denied(engine.ask(seat("tenant-" + i), Demand.of("else"))).reason())
          .isEqualTo(DenialReason.UNMATCHED);
    }
    engine.lease("jobs");
    for (String tenant : new String[] {"a", "b"}) {
      engine.call(
          Acquire.builder(Demand.of("jobs"), seat(tenant))
              .requestId("same")
              .maxWaitNanos(LONG.toNanos())
              .build());
    }
    assertThat(buckets(engine)).as("only what the waiter may need").isEqualTo(1);
    engine.pass(Duration.ofHours(2));
    assertThat(buckets(engine)).isZero();
  }

  @Test
  void floodOfKeysThatAreRefusedKeepsNobodyFromItsBucket() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("seats", "seats", concurrency(1)).withKey("tenant").withMaxKeys(10));
    for (int i = 0; i < 1_000; i++) {
      engine.ask(Demand.of("seats", 2).withAttributes(Map.of("tenant", "flood-" + i)));
    }
    engine.granted(engine.ask(seat("a")));
    engine.granted(engine.ask(seat("b")));
  }

  @Test
  void keysBeyondTheBoundShareOneBucketAlsoForPeeks() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(1, LONG, 1)).withKey("tenant").withMaxKeys(2));
    engine.granted(engine.ask(api("a")));
    engine.granted(engine.ask(api("b")));
    engine.granted(engine.ask(peekApi("c")));
    engine.granted(engine.ask(api("c")));
    engine.denied(engine.ask(api("d")));
    engine.denied(engine.ask(peekApi("d")));
    assertThat(engine.explain(Acquire.of(api("e"))).decision()).isInstanceOf(Decision.Denied.class);
  }

  @Test
  void nothingIsLeftToDoForBucketsThatStay() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("api", "api", rate(1, Duration.ofSeconds(1), 1))
                .withKey("tenant")
                .withMaxKeys(1));
    engine.granted(engine.ask(api("a")));
    engine.granted(engine.ask(api("b")));
    engine.pass(LONG);
    assertThat(engine.engine().nextEventNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void keyThatLooksLikeTheSharedBucketIsItsOwn() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(1, LONG, 1)).withKey("tenant").withMaxKeys(1));
    engine.granted(engine.ask(api("*"), api("other")));
    engine.denied(engine.ask(api("*")));
    engine.denied(engine.ask(api("other")));
  }

  private static long buckets(EngineFixture engine) {
    return engine.engine().store().usage(engine.active("seats"), engine.now()).buckets();
  }

  private static Demand seat(String tenant) {
    return Demand.of("seats").withAttributes(Map.of("tenant", tenant));
  }

  private static Demand api(long permits) {
    return Demand.of("api", permits).withAttributes(Map.of("tenant", "a"));
  }

  private static Demand api(String tenant) {
    return Demand.of("api").withAttributes(Map.of("tenant", tenant));
  }

  private static Demand peekApi(String tenant) {
    return Demand.of("api", 0).withAttributes(Map.of("tenant", tenant));
  }
}
