package io.sluice.engine.parity;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture;
import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.RenewStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Concurrency control of workflows: limits of runners, tasks and resources.
 *
 * <p>Of the environments (row 1.6), the cores (1.19) and the commands (1.20) the server's tests
 * tell. The breaker (1.15) and limits that learn (1.14 in part, 1.18) are not here.
 */
class S1PrefectTest {
  private static final Duration WORK = Duration.ofMillis(100);
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void s1_01_tenItemsOnThreeWorkersTakeFourTurns() {
    Runs runs = new Runs(Limit.of("flow", "flow/etl", concurrency(3)));
    addTimes(10, runs, "flow/etl", "");

    runs.finish();

    assertThat(runs.overlap()).isEqualTo(3);
    assertThat(runs.duration()).isEqualTo(WORK.multipliedBy(4));
  }

  @Test
  void s1_02_limitOfATaskHoldsOverAllProcesses() {
    Runs runs = new Runs(Limit.of("task", "task/fetch", concurrency(2)));
    addTimes(5, runs, "task/fetch", "first process");
    addTimes(5, runs, "task/fetch", "second process");

    runs.finish();

    assertThat(runs.overlap()).isEqualTo(2);
    assertThat(runs.duration()).isEqualTo(WORK.multipliedBy(5));
  }

  @Test
  void s1_03_limitOfOneIsSerial() {
    Runs runs = new Runs(Limit.of("task", "task/write", concurrency(1)));
    addTimes(5, runs, "task/write", "first process");
    addTimes(5, runs, "task/write", "second process");

    runs.finish();

    assertThat(runs.anyRunInParallel(run -> true)).isFalse();
    assertThat(runs.duration()).isEqualTo(WORK.multipliedBy(10));
  }

  @Test
  void s1_04_severalLimitsHoldTogetherInWhateverOrderTheyAreNamed() {
    Runs runs = nested();
    Demand flow = Demand.of("flow/etl");
    Demand api = Demand.of("api");
    Demand db = Demand.of("db");
    for (int i = 0; i < 5; i++) {
      runs.add(Runs.waiting(flow).build(), WORK);
      runs.add(Runs.waiting(flow, api).build(), WORK);
      runs.add(Runs.waiting(flow, api, db).clientId("first").build(), WORK);
      runs.add(Runs.waiting(db, api, flow).clientId("second").build(), WORK);
    }

    runs.finish();

    assertThat(runs.granted()).hasSize(20);
    assertThat(runs.overlap(run -> run.asksFor("flow/etl"))).isEqualTo(5);
    assertThat(runs.overlap(run -> run.asksFor("api"))).isEqualTo(2);
    assertThat(runs.overlap(run -> run.asksFor("db"))).isEqualTo(1);
  }

  @Test
  void s1_04_answerNamesTheLimitThatBlocks() {
    EngineFixture engine = nested().engine();
    engine.lease("db");

    Decision.Denied denied =
        engine.denied(engine.ask(Demand.of("flow/etl"), Demand.of("api"), Demand.of("db")));

    assertThat(denied.limit()).isEqualTo("database");
    assertThat(denied.resource()).isEqualTo("db");
    assertThat(engine.used("flow") + engine.used("api")).as("taken by a refusal").isZero();
  }

  @Test
  void s1_05_nameWithoutALimitIsGrantedAsNotLimitedOrDenied() {
    EngineFixture lenient = EngineFixture.of(Limit.of("flow", "flow/*", concurrency(1)));
    assertThat(lenient.granted(lenient.ask("task/unknown")).limited()).isFalse();
    assertThat(lenient.granted(lenient.ask("flow/etl")).limited()).isTrue();
    assertThat(lenient.engine().snapshot(lenient.now()).resources())
        .filteredOn(resource -> resource.counts().unmatched() == 1)
        .extracting(resource -> resource.counts().resource())
        .containsExactly("task/unknown");

    EngineFixture strict = EngineFixture.of(new EngineSettings(true, 10, 10));
    Decision.Denied denied = strict.denied(strict.ask("task/unknown"));
    assertThat(denied.reason()).isEqualTo(DenialReason.UNMATCHED);
    assertThat(denied.message()).contains("task/unknown");
  }

  @Test
  void s1_07_raiseStartsWaitersAtOnceAndLoweringEndsNobody() {
    EngineFixture engine = EngineFixture.of(Limit.of("flow", "flow/etl", concurrency(5)));
    List<LeaseId> held = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      held.add(engine.lease("flow/etl"));
    }
    List<Call> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiters.add(engine.waiter("flow/etl", Runs.PATIENCE));
    }

    engine.replacePolicy("flow", concurrency(8));
    assertThat(waiters).extracting(Call::isGranted).containsExactly(true, true, true, false);
    assertThat(waiters.get(0).grant().waitedNanos()).isZero();

    engine.replacePolicy("flow", concurrency(5));
    assertThat(engine.used("flow")).isEqualTo(8);
    assertThat(engine.available("flow")).isEqualTo(-3);
    for (int i = 0; i < 3; i++) {
      engine.release(held.get(i));
      assertThat(waiters.get(3).isAnswered()).as("%d are held", 7 - i).isFalse();
    }
    engine.release(held.get(3));
    assertThat(waiters.get(3).isGranted()).isTrue();
    engine.check();
  }

  @ParameterizedTest
  @CsvSource({"99, 2", "100, 5", "999, 5", "1000, 10"})
  void s1_08_limitFollowsTheSizeOfTheData(int items, int places) {
    NavigableMap<Integer, Integer> placesFrom = new TreeMap<>();
    placesFrom.put(0, 2);
    placesFrom.put(100, 5);
    placesFrom.put(1000, 10);
    Runs runs = new Runs(Limit.of("flow", "flow/etl", concurrency(1)));

    runs.engine().replacePolicy("flow", concurrency(placesFrom.floorEntry(items).getValue()));
    addTimes(20, runs, "flow/etl", "");
    runs.finish();

    assertThat(runs.overlap()).isEqualTo(places);
  }

  @Test
  void s1_09_everyGrantTellsHowManyRun() {
    EngineFixture engine = EngineFixture.of(Limit.of("flow", "flow/etl", concurrency(3)));

    for (int running = 1; running <= 3; running++) {
      LimitState state = engine.granted(engine.ask("flow/etl")).states().get(0);

      assertThat(state.limitValue() - state.remaining()).isEqualTo(running);
      assertThat(engine.used("flow")).isEqualTo(running);
      assertThat(engine.engine().store().leases()).hasSize(running);
    }
  }

  @Test
  void s1_14_throttledWorkIsCountedAsSuch() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", concurrency(5)));

    engine.release(engine.lease("api"), Outcome.THROTTLED);
    engine.release(engine.lease("api"), Outcome.SUCCESS);

    assertThat(engine.engine().snapshot(engine.now()).limits().get(0).counts().outcomes())
        .containsEntry(Outcome.THROTTLED, 1L)
        .containsEntry(Outcome.SUCCESS, 1L);
  }

  @Test
  void s1_16_waitIsBounded() {
    EngineFixture engine = EngineFixture.of(Limit.of("flow", "flow/etl", concurrency(1)));
    engine.lease("flow/etl");
    Call waiter = engine.waiter("flow/etl", SECOND);

    engine.pass(SECOND.minusNanos(1));
    assertThat(waiter.isAnswered()).isFalse();
    engine.pass(Duration.ofMillis(2));

    assertThat(waiter.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void s1_16_holdIsBoundedHoweverOftenItIsRenewed() {
    LeaseTerms terms = new LeaseTerms(SECOND.toNanos(), SECOND.toNanos(), 3 * SECOND.toNanos());
    EngineFixture engine =
        EngineFixture.of(Limit.of("flow", "flow/etl", new Policy.Concurrency(1, terms)));
    LeaseId held = engine.lease("flow/etl");
    Call next = engine.waiter("flow/etl", Runs.PATIENCE);

    for (int i = 0; i < 5; i++) {
      engine.pass(SECOND.dividedBy(2));
      assertThat(engine.renew(held, Duration.ZERO).status()).isEqualTo(RenewStatus.RENEWED);
      assertThat(next.isAnswered()).isFalse();
    }
    engine.pass(SECOND);

    assertThat(engine.renew(held, Duration.ZERO).status()).isEqualTo(RenewStatus.LOST);
    assertThat(next.isGranted()).isTrue();
  }

  @Test
  void s1_17_databaseNeverSeesMoreSessionsThanItsPool() {
    Runs runs = new Runs(Limit.of("sessions", "db/orders", concurrency(20)));
    for (int client = 0; client < 50; client++) {
      addTimes(4, runs, "db/orders", "client " + client);
    }

    runs.finish();

    assertThat(runs.granted()).hasSize(200);
    assertThat(runs.overlap()).isEqualTo(20);
  }

  private static void addTimes(int times, Runs runs, String resource, String client) {
    for (int i = 0; i < times; i++) {
      Acquire acquire = Runs.waiting(Demand.of(resource)).clientId(client).build();
      runs.add(acquire, WORK);
    }
  }

  private static Runs nested() {
    return new Runs(
        Limit.of("flow", "flow/*", concurrency(5)),
        Limit.of("api", "api", concurrency(2)),
        Limit.of("database", "db", concurrency(1)));
  }
}
