package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.rate;
import static io.sluice.engine.admission.EngineFixture.window;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.stats.QuotaCrossings;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Limits on permits in windows of time, as callers see them. */
class WindowTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration LONG = Duration.ofHours(20);
  private static final WindowRule SLIDING = new WindowRule.Sliding(MINUTE.toNanos());
  private static final WindowRule FIXED = new WindowRule.Fixed(MINUTE.toNanos());

  static List<WindowRule> rules() {
    return List.of(SLIDING, FIXED, calendar(CalendarUnit.MINUTE, "UTC"));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void deniesWithTheTimeWhenItSucceedsAndNotNanosecondEarlier(WindowRule rule) {
    EngineFixture engine = engine(rule, 5);
    engine.granted(engine.ask(Demand.of("api", 3)));
    engine.pass(Duration.ofSeconds(7));
    engine.granted(engine.ask(Demand.of("api", 2)));
    engine.pass(Duration.ofSeconds(2));
    Decision.Denied denied = engine.denied(engine.ask(Demand.of("api", 4)));
    assertThat(denied.reason())
        .isEqualTo(rule instanceof WindowRule.Calendar ? DenialReason.QUOTA : DenialReason.RATE);
    assertThat(denied.message()).contains("limit api has 0 ").contains("4 asked");
    engine.passNanos(denied.waitNanos() - 1);
    assertThat(engine.denied(engine.ask(Demand.of("api", 4))).waitNanos()).isEqualTo(1);
    engine.passNanos(1);
    engine.granted(engine.ask(Demand.of("api", 4)));
    assertThat(engine.denied(engine.ask(Demand.of("api", 6))).reason())
        .isEqualTo(DenialReason.EXCEEDS_LIMIT);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void waiterIsServedWhenTheWindowHasRoom(WindowRule rule) {
    EngineFixture engine = engine(rule, 2);
    engine.granted(engine.ask(Demand.of("api", 2)));
    engine.pass(Duration.ofSeconds(10));
    Call first = engine.call(waiting(2));
    Call second = engine.call(waiting(2));
    assertThat(engine.denied(engine.ask("api")).waitNanos())
        .as("behind two others, in the window after the next two")
        .isBetween(MINUTE.toNanos() * 2, MINUTE.toNanos() * 3);
    engine.pass(Duration.ofMillis(49_998));
    assertThat(first.isAnswered()).isFalse();
    engine.pass(Duration.ofMillis(4));
    assertThat(first.isGranted()).isTrue();
    assertThat(second.isAnswered()).isFalse();
    engine.pass(MINUTE);
    assertThat(second.isGranted()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void unusedComesBackIntoTheSameWindowOnly(WindowRule rule) {
    EngineFixture engine = engine(rule, 10);
    LeaseId now = leased(engine, 4);
    LeaseId late = leased(engine, 3);
    engine.pass(Duration.ofSeconds(20));
    engine.release(now, Outcome.UNUSED);
    assertThat(engine.available("api")).isEqualTo(7);
    engine.engine().renew(late, Duration.ofHours(1).toNanos(), engine.now(), renewal -> {});
    engine.pass(MINUTE);
    engine.granted(engine.ask(Demand.of("api", 5)));
    engine.release(late, Outcome.UNUSED);
    assertThat(engine.available("api")).as("its window is over").isEqualTo(5);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void cancelledGrantGivesItsPermitsBack(WindowRule rule) {
    EngineFixture engine = engine(rule, 10);
    Call call = engine.call(Acquire.of(Demand.of("api", 4)));
    engine.pass(Duration.ofSeconds(1));
    engine.cancel(call);
    assertThat(engine.available("api")).isEqualTo(10);
    Call late = engine.call(Acquire.of(Demand.of("api", 4)));
    engine.pass(MINUTE);
    engine.granted(engine.ask(Demand.of("api", 5)));
    engine.cancel(late);
    assertThat(engine.available("api")).as("its window is over").isEqualTo(5);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void estimateIsCutToTheWindowAndSettledIntoDebt(WindowRule rule) {
    EngineFixture engine = engine(rule, 10);
    settle(engine, engine.granted(engine.ask(Demand.of("api", 50).asEstimate())).leaseId(), 4);
    assertThat(engine.available("api")).isEqualTo(6);
    settle(engine, engine.granted(engine.ask(Demand.of("api", 5).asEstimate())).leaseId(), 9);
    assertThat(engine.available("api")).isEqualTo(-3);
    assertThat(engine.active("api").counters().snapshot().permitsDebited()).isEqualTo(4);
    engine.pass(MINUTE);
    assertThat(engine.available("api")).as("a debt ends with its window").isEqualTo(10);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void changeOfLimitKeepsWhatWasTakenAndFlippingMintsNothing(WindowRule rule) {
    EngineFixture engine = engine(rule, 10);
    engine.granted(engine.ask(Demand.of("api", 8)));
    engine.replacePolicy("api", window(5, rule));
    assertThat(engine.available("api")).isEqualTo(-3);
    engine.replacePolicy("api", window(20, rule));
    assertThat(engine.available("api")).isEqualTo(12);
    SplittableRandom random = new SplittableRandom(3);
    long granted = 8;
    for (int i = 0; i < 300; i++) {
      WindowRule other = rules().get(random.nextInt(3));
      engine.replacePolicy("api", window(1 + random.nextInt(20), other));
      granted += engine.ask("api") instanceof Decision.Granted ? 1 : 0;
    }
    assertThat(granted).isLessThanOrEqualTo(20);
  }

  @Test
  void raiseWakesWhoWaits() {
    EngineFixture engine = engine(calendar(CalendarUnit.DAY, "UTC"), 1);
    engine.granted(engine.ask("api"));
    Call waiter = engine.call(waiting(1));
    engine.replacePolicy("api", window(2, calendar(CalendarUnit.DAY, "UTC")));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void minuteAndDayAndMonthAreTakenTogetherOrNotAtAll() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("minute", "api", window(3, SLIDING)),
            Limit.of("day", "api", window(5, calendar(CalendarUnit.DAY, "Europe/Berlin"))),
            Limit.of("month", "api", window(8, calendar(CalendarUnit.MONTH, "Europe/Berlin"))));
    engine.wallClock("2026-11-29T12:00:00Z");
    engine.granted(engine.ask(Demand.of("api", 3)));
    assertLeft(engine, 0, 2, 5);
    Decision.Denied minute = engine.denied(engine.ask("api"));
    assertThat(minute.limit()).isEqualTo("minute");
    assertLeft(engine, 0, 2, 5);
    engine.pass(MINUTE);
    Decision.Denied day = engine.denied(engine.ask(Demand.of("api", 3)));
    assertThat(day.reason()).isEqualTo(DenialReason.QUOTA);
    assertThat(day.waitNanos()).isEqualTo(Duration.ofHours(11).minus(MINUTE).toNanos());
    assertLeft(engine, 3, 2, 5);
    engine.granted(engine.ask(Demand.of("api", 2)));
    engine.pass(DAY);
    assertLeft(engine, 3, 5, 3);
    engine.granted(engine.ask(Demand.of("api", 3)));
    engine.pass(MINUTE);
    assertThat(engine.denied(engine.ask("api")).limit()).isEqualTo("month");
    engine.pass(Duration.ofHours(11));
    assertLeft(engine, 3, 5, 8);
  }

  @Test
  void waiterLearnsThatTheWallClockWentForward() {
    EngineFixture engine = engine(calendar(CalendarUnit.DAY, "UTC"), 1);
    engine.granted(engine.ask("api"));
    Call waiter = engine.call(waiting(1));
    engine.pass(Duration.ofHours(1));
    engine.wallClock("2026-11-22T00:00:00Z");
    assertThat(waiter.isGranted()).as("midnight is here").isTrue();
  }

  @Test
  void waiterWaitsForTheWallClockThatWentBack() {
    EngineFixture engine = engine(calendar(CalendarUnit.DAY, "UTC"), 1);
    engine.granted(engine.ask("api"));
    Call waiter = engine.call(waiting(1));
    engine.pass(Duration.ofHours(1));
    engine.wallClock("2026-11-21T12:00:00Z");
    engine.pass(Duration.ofHours(11));
    assertThat(waiter.isAnswered()).as("it is 23:00 only").isFalse();
    engine.pass(Duration.ofHours(1).plusMillis(2));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void thresholdsAreToldOnceForEachWindowAlsoUnderFlappingAndRefunds() {
    EngineFixture engine = engine(calendar(CalendarUnit.DAY, "UTC"), 10);
    for (int i = 0; i < 50; i++) {
      engine.release(leased(engine, 9), Outcome.UNUSED);
    }
    assertThat(told(engine)).containsExactly(50, 80, 90);
    assertThat(told(engine)).as("told once").isEmpty();
    engine.replacePolicy("api", window(100, calendar(CalendarUnit.DAY, "UTC")));
    engine.replacePolicy("api", window(10, calendar(CalendarUnit.DAY, "UTC")));
    engine.granted(engine.ask(Demand.of("api", 10)));
    assertThat(told(engine)).isEmpty();
    engine.pass(DAY);
    engine.granted(engine.ask(Demand.of("api", 5)));
    assertThat(told(engine)).containsExactly(50);
    assertThat(engine.active("api").counters().snapshot().thresholds())
        .containsExactly(
            new QuotaCrossings.Counts(50, 2, List.of()),
            new QuotaCrossings.Counts(80, 1, List.of()),
            new QuotaCrossings.Counts(90, 1, List.of()));
    EngineFixture fixed = engine(FIXED, 2);
    fixed.granted(fixed.ask("api"));
    assertThat(told(fixed)).containsExactly(50);
    EngineFixture sliding = engine(SLIDING, 2);
    sliding.granted(sliding.ask(Demand.of("api", 2)));
    assertThat(told(sliding)).as("a window that slides has no period").isEmpty();
  }

  @Test
  void crossingsThatNobodyAsksForAreBounded() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", window(1, FIXED)).withKey("tenant"));
    for (int i = 0; i < 1_000; i++) {
      engine.granted(
          engine.ask(Demand.of("api").withAttributes(Map.of("tenant", String.valueOf(i)))));
    }
    assertThat(told(engine)).hasSize(64);
    assertThat(engine.active("api").counters().snapshot().thresholds().get(2))
        .isEqualTo(new QuotaCrossings.Counts(90, 1_000, List.of("999")));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void bucketOfKeyIsForgottenWhenItsWindowIsOver(WindowRule rule) {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", window(1, rule)).withKey("tenant"));
    engine.wallClock("2026-11-21T10:00:00Z");
    Demand demand = Demand.of("api").withAttributes(Map.of("tenant", "a"));
    engine.granted(engine.ask(demand));
    engine.pass(Duration.ofSeconds(50));
    engine.denied(engine.ask(demand));
    engine.pass(Duration.ofSeconds(25));
    assertThat(engine.engine().snapshot(engine.now()).limits().get(0).usage().buckets()).isZero();
    engine.granted(engine.ask(demand));
  }

  /**
   * The same trace through each: 100 asks, ten of them 10 ms apart after each pause of 550 ms.
   * Leaky is a bucket of one token whose asks wait up to a second; the calendar's minute turns at 3
   * s.
   */
  @Test
  void sameHundredRequestsThroughEachAlgorithm() {
    assertThat(admitted(rate(10, SECOND, 10), Duration.ZERO)).as("token").isEqualTo(68);
    assertThat(admitted(rate(10, SECOND, 1), SECOND)).as("leaky").isEqualTo(69);
    assertThat(admitted(window(10, new WindowRule.Sliding(SECOND.toNanos())), Duration.ZERO))
        .as("sliding")
        .isEqualTo(50);
    assertThat(admitted(window(10, new WindowRule.Fixed(SECOND.toNanos())), Duration.ZERO))
        .as("fixed")
        .isEqualTo(50);
    assertThat(admitted(window(10, calendar(CalendarUnit.MINUTE, "UTC")), Duration.ZERO))
        .as("calendar")
        .isEqualTo(20);
  }

  private static long admitted(Policy policy, Duration maxWait) {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", policy));
    engine.wallClock("2026-11-21T10:00:57Z");
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      engine.pass(Duration.ofMillis(i % 10 == 0 ? 550 : 10));
      calls.add(engine.waiter("api", maxWait));
    }
    engine.pass(SECOND);
    return calls.stream().filter(Call::isGranted).count();
  }

  private static EngineFixture engine(WindowRule rule, long permits) {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", window(permits, rule)));
    engine.wallClock("2026-11-21T10:00:00Z");
    return engine;
  }

  private static WindowRule calendar(CalendarUnit unit, String zone) {
    return new WindowRule.Calendar(unit, ZoneId.of(zone));
  }

  private static LeaseId leased(EngineFixture engine, long permits) {
    Acquire acquire = Acquire.builder(Demand.of("api", permits)).wantLease(true).build();
    return engine.granted(engine.ask(acquire)).leaseId();
  }

  private static void settle(EngineFixture engine, LeaseId lease, long actual) {
    engine
        .engine()
        .release(
            Release.of(lease, Outcome.SUCCESS).withActualPermits(actual),
            engine.now(),
            status -> {});
  }

  private static Acquire waiting(long permits) {
    return Acquire.builder(Demand.of("api", permits)).maxWaitNanos(LONG.toNanos()).build();
  }

  private static List<Integer> told(EngineFixture engine) {
    List<Integer> told = new ArrayList<>();
    engine.engine().tellCrossings((limit, crossing) -> told.add(crossing.percent()));
    return told;
  }

  private static void assertLeft(EngineFixture engine, long minute, long day, long month) {
    assertThat(engine.available("minute")).isEqualTo(minute);
    assertThat(engine.available("day")).isEqualTo(day);
    assertThat(engine.available("month")).isEqualTo(month);
  }
}
