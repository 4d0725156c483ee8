package io.sluice.engine.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.breaker.Breaker.State;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** When a breaker opens, when it lets probes begin, and what closes it. */
class BreakerTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long START = -7 * SECOND; // any origin

  /** Exactly 60 s open: the bound leaves the jitter no room. */
  private static final BreakerRules RULES =
      BreakerRules.DEFAULT.withOpen(60 * SECOND, 60 * SECOND).withProbes(3, 30 * SECOND);

  private long now = START;
  private Breaker breaker = new Breaker(RULES, new SplittableRandom(1), START);

  @ParameterizedTest
  @CsvSource({
    // failed, succeeded, min_calls, failure_percent, opens
    "10, 10, 20, 50, true",
    "9, 11, 20, 50, false",
    "19, 0, 20, 50, false",
    "20, 0, 20, 100, true",
    "99, 1, 20, 100, false",
    "1, 0, 1, 1, true",
    "1, 99, 100, 1, true",
    "0, 1000, 1, 1, false",
    "667, 333, 1000, 66, true",
  })
  void opensWhenTheShareOfFailuresIsReached(
      int failed, int succeeded, int minCalls, int percent, boolean opens) {
    under(RULES.withWindow(10 * SECOND, minCalls).withFailurePercent(percent));
    for (int i = 0; i < succeeded; i++) {
      call(Result.SUCCESS);
    }
    for (int i = 0; i < failed; i++) {
      call(Result.FAILURE);
    }
    assertThat(state()).isEqualTo(opens ? State.OPEN : State.CLOSED);
    assertThat(snapshot().failureRatio()).isEqualTo((double) failed / (failed + succeeded));
  }

  @ParameterizedTest
  @CsvSource({
    // slow, quick, slow_percent, opens
    "10, 10, 50, true",
    "9, 11, 50, false",
    "20, 0, 0, false",
    "20, 0, 100, true",
    "19, 1, 100, false",
  })
  void opensWhenTheShareOfSlowWorkIsReached(int slow, int quick, int percent, boolean opens) {
    under(RULES.withSlow(percent, 200 * MILLI));
    for (int i = 0; i < slow + quick; i++) {
      long latency = i < quick ? 200 * MILLI : 200 * MILLI + 1;
      breaker.ended(breaker.tryStart(now), Result.SUCCESS, latency, now);
    }
    assertThat(state()).isEqualTo(opens ? State.OPEN : State.CLOSED);
    if (opens) {
      assertThat(snapshot().lastCause()).isEqualTo(Cause.SLOW_CALLS);
      assertThat(snapshot().slowRatio()).isEqualTo(slow / 20.0);
    }
  }

  @Test
  void failuresOfAnHourAgoDoNotCount() {
    for (int i = 0; i < 19; i++) {
      call(Result.FAILURE);
    }
    pass(10 * SECOND);
    call(Result.FAILURE);
    assertThat(state()).isEqualTo(State.CLOSED);
    assertThat(snapshot().calls()).isEqualTo(1);
  }

  @Test
  void parity1x15FiveFailuresInARowOpenAfterSixtySecondsOneProbeSuccessCloses() {
    under(
        RULES
            .withFailurePercent(100)
            .withWindow(10 * SECOND, 1000)
            .withProbes(1, 30 * SECOND)
            .withConsecutiveFailures(5));
    for (int i = 0; i < 4; i++) {
      call(Result.FAILURE);
    }
    call(Result.SUCCESS);
    for (int i = 0; i < 4; i++) {
      call(Result.FAILURE);
      call(Result.IGNORED);
      pass(20 * SECOND);
    }
    assertThat(state()).as("a success begins the row anew").isEqualTo(State.CLOSED);
    call(Result.FAILURE);
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(snapshot().lastCause()).isEqualTo(Cause.FAILURES_IN_A_ROW);
    assertThat(breaker.retryAtNanos(now)).isEqualTo(now + 60 * SECOND);
    pass(60 * SECOND - 1);
    assertThat(breaker.tryStart(now)).isEqualTo(Breaker.REFUSED);
    pass(1);
    long probe = breaker.tryStart(now);
    assertThat(Breaker.isProbe(probe)).isTrue();
    assertThat(breaker.tryStart(now)).isEqualTo(Breaker.REFUSED);
    breaker.ended(probe, Result.SUCCESS, -1, now);
    assertThat(state()).isEqualTo(State.CLOSED);
    assertThat(snapshot().lastCause()).isEqualTo(Cause.PROBES_SUCCEEDED);
  }

  @Test
  void ignoredAndLostWorkSaysNothingWhileClosed() {
    for (int i = 0; i < 1000; i++) {
      call(i % 2 == 0 ? Result.IGNORED : Result.LOST);
    }
    assertThat(state()).isEqualTo(State.CLOSED);
    assertThat(snapshot().calls()).isZero();
  }

  /** resilience4j#544: an ignored last probe left it half-open without a place, for ever. */
  @Test
  void ignoredProbesGiveTheirPlacesBack() {
    halfOpen();
    for (int i = 0; i < 100; i++) {
      List<Long> probes = startAll();
      assertThat(probes).hasSize(3);
      for (long probe : probes) {
        breaker.ended(probe, Result.IGNORED, -1, now);
      }
    }
    for (int i = 0; i < 2; i++) {
      breaker.ended(breaker.tryStart(now), Result.SUCCESS, -1, now);
    }
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  /** resilience4j#903: permits of calls that were never made were never given back. */
  @Test
  void probesThatNeverBeganGiveTheirPlacesBack() {
    halfOpen();
    for (int i = 0; i < 100; i++) {
      for (long probe : startAll()) {
        breaker.notStarted(probe, now);
        breaker.notStarted(probe, now);
      }
    }
    assertThat(startAll()).hasSize(3);
  }

  /** resilience4j#1389: half-open for ever because outcomes never came. */
  @Test
  void lostProbesCannotWedgeIt() {
    halfOpen();
    for (int round = 0; round < 50; round++) {
      assertThat(startAll()).hasSize(3);
      pass(30 * SECOND - 1);
      assertThat(state()).isEqualTo(State.HALF_OPEN);
      assertThat(breaker.tryStart(now)).isEqualTo(Breaker.REFUSED);
      pass(1);
      assertThat(state()).isEqualTo(State.OPEN);
      assertThat(snapshot().lastCause()).isEqualTo(Cause.PROBES_FAILED);
      pass(60 * SECOND);
    }
    for (long probe : startAll()) {
      breaker.ended(probe, Result.SUCCESS, -1, now);
    }
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  /** resilience4j#1432 and #1090: whoever asked in the moment of the change was let through. */
  @Test
  void theMomentItBecomesHalfOpenAdmitsNoMoreThanItsProbes() {
    open();
    pass(60 * SECOND);
    long admitted =
        Stream.generate(() -> breaker.tryStart(now)).limit(1000).filter(Breaker::isProbe).count();
    assertThat(admitted).isEqualTo(3);
    assertThat(breaker.peek(now)).isEqualTo(Permission.REFUSED);
  }

  /** resilience4j#1568: the first call after the open time was refused, time after time. */
  @Test
  void theFirstThatAsksAfterTheOpenTimeIsAProbe() {
    open();
    pass(365 * 24 * 3600 * SECOND);
    assertThat(breaker.peek(now)).isEqualTo(Permission.PROBE);
    assertThat(Breaker.isProbe(breaker.tryStart(now))).isTrue();
  }

  /** resilience4j#2038: asking at one instant again and again recursed until the stack was full. */
  @Test
  void askingAtOneInstantIsAnsweredAtOnceHoweverOften() {
    open();
    pass(60 * SECOND);
    for (int i = 0; i < 100_000; i++) {
      assertThat(breaker.peek(now)).isEqualTo(Permission.PROBE);
    }
    assertThat(breaker.transitions()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    // how probes of three end in order, percent, state after them
    "S S, 50, CLOSED",
    "S, 50, HALF_OPEN",
    "F F, 50, OPEN",
    "F S, 50, HALF_OPEN",
    "F S S, 50, CLOSED",
    "S F F, 50, OPEN",
    "L L, 50, OPEN",
    "F, 33, OPEN",
    "S S, 33, HALF_OPEN",
    "S S S, 33, CLOSED",
    "F F, 100, HALF_OPEN",
    "F F F, 100, OPEN",
    "S, 100, CLOSED",
  })
  void decidesAsSoonAsTheRestCannotChangeIt(String ends, int percent, State after) {
    under(RULES.withFailurePercent(percent).withWindow(10 * SECOND, 1));
    halfOpen();
    List<Long> probes = startAll();
    String[] results = ends.split(" ");
    for (int i = 0; i < results.length; i++) {
      assertThat(state()).isEqualTo(State.HALF_OPEN);
      Result result =
          switch (results[i]) {
            case "S" -> Result.SUCCESS;
            case "F" -> Result.FAILURE;
            default -> Result.LOST;
          };
      breaker.ended(probes.get(i), result, -1, now);
    }
    assertThat(state()).isEqualTo(after);
  }

  @Test
  void slowProbesOpenItAgain() {
    under(RULES.withSlow(50, SECOND));
    halfOpen();
    for (long probe : startAll()) {
      breaker.ended(probe, Result.SUCCESS, 2 * SECOND, now);
    }
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(snapshot().lastCause()).isEqualTo(Cause.PROBES_SLOW);
    assertThat(snapshot().slowRatio()).isEqualTo(1);
    assertThat(snapshot().failureRatio()).isZero();
  }

  /** With fewer calls in a probe's time than there are places it would never close again. */
  @Test
  void fewCallsSufficeToCloseItWhenNoMoreCame() {
    halfOpen();
    breaker.ended(breaker.tryStart(now), Result.SUCCESS, -1, now);
    pass(30 * SECOND);
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  @Test
  void oneLostBesideOneSuccessIsHalf() {
    halfOpen();
    breaker.tryStart(now);
    breaker.ended(breaker.tryStart(now), Result.SUCCESS, -1, now);
    pass(30 * SECOND);
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(snapshot().failureRatio()).isEqualTo(0.5);
  }

  @Test
  void probesThatSayNothingOpenItAgainForNoLonger() {
    under(RULES.withOpen(10 * SECOND, 60 * SECOND));
    halfOpen();
    breaker.notStarted(breaker.tryStart(now), now);
    pass(30 * SECOND);
    assertThat(snapshot().lastCause()).isEqualTo(Cause.PROBES_SAID_NOTHING);
    assertThat(breaker.retryAtNanos(now) - now).isBetween(10 * SECOND, 11 * SECOND);
  }

  @Test
  void halfOpenWaitsForTheFirstProbeWithoutAClock() {
    open();
    pass(60 * SECOND);
    assertThat(state()).isEqualTo(State.HALF_OPEN);
    assertThat(breaker.nextNanos()).isEqualTo(Long.MAX_VALUE);
    pass(3600 * SECOND);
    assertThat(state()).isEqualTo(State.HALF_OPEN);
    breaker.tryStart(now);
    assertThat(breaker.nextNanos()).isEqualTo(now + 30 * SECOND);
  }

  @Test
  void opensTwiceAsLongEachTimeUpToTheBoundAndNeverLonger() {
    under(RULES.withOpen(5 * SECOND, 60 * SECOND));
    open();
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      long nanos = breaker.nextNanos() - now;
      seconds.add(nanos / SECOND);
      long base = Math.min(5 * SECOND << i, 60 * SECOND);
      assertThat(nanos).isBetween(base, Math.min(base + base / 10, 60 * SECOND));
      pass(nanos);
      for (long probe : startAll()) {
        breaker.ended(probe, Result.FAILURE, -1, now);
      }
    }
    assertThat(seconds.get(4)).isEqualTo(60);
    assertThat(snapshot().opened()).isEqualTo(7);
  }

  @Test
  void openTimesHaveJitter() {
    long distinct =
        Stream.iterate(0, seed -> seed + 1)
            .limit(50)
            .map(
                seed -> {
                  breaker =
                      new Breaker(
                          RULES.withOpen(5 * SECOND, 60 * SECOND), new SplittableRandom(seed), now);
                  open();
                  return breaker.nextNanos();
                })
            .distinct()
            .count();
    assertThat(distinct).isEqualTo(50);
  }

  @ParameterizedTest
  @CsvSource({"9999, 10", "10000, 5"})
  void isForgivenAfterItStayedClosedForAWindow(long closedMillis, long openSeconds) {
    under(RULES.withOpen(5 * SECOND, 60 * SECOND));
    halfOpen();
    for (long probe : startAll()) {
      breaker.ended(probe, Result.SUCCESS, -1, now);
    }
    pass(closedMillis * MILLI);
    open();
    long base = openSeconds * SECOND;
    assertThat(breaker.nextNanos() - now).isBetween(base, base + base / 10);
  }

  @Test
  void workThatBeganBeforeItOpenedDoesNotCountAfterwards() {
    List<Long> before = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      before.add(breaker.tryStart(now));
    }
    halfOpen();
    List<Long> probes = startAll();
    before.subList(0, 50).forEach(ticket -> breaker.ended(ticket, Result.SUCCESS, -1, now));
    assertThat(state()).as("only probes close it").isEqualTo(State.HALF_OPEN);
    probes.forEach(probe -> breaker.ended(probe, Result.SUCCESS, -1, now));
    assertThat(state()).isEqualTo(State.CLOSED);
    before.subList(50, 100).forEach(ticket -> breaker.ended(ticket, Result.FAILURE, -1, now));
    probes.forEach(probe -> breaker.ended(probe, Result.FAILURE, -1, now));
    assertThat(state()).isEqualTo(State.CLOSED);
    assertThat(snapshot().calls()).isZero();
  }

  @Test
  void aProbeCountsOnceAndForItsOwnHalfOpenTimeOnly() {
    halfOpen();
    List<Long> first = startAll();
    for (int i = 0; i < 10; i++) {
      breaker.ended(first.get(0), Result.SUCCESS, -1, now);
    }
    assertThat(snapshot().calls()).isEqualTo(1);
    pass(30 * SECOND + 60 * SECOND);
    List<Long> second = startAll();
    assertThat(second).hasSize(3).doesNotContainAnyElementsOf(first);
    first.forEach(probe -> breaker.ended(probe, Result.SUCCESS, -1, now));
    assertThat(state()).isEqualTo(State.HALF_OPEN);
    assertThat(snapshot().probesUnderWay()).isEqualTo(3);
  }

  @Test
  void aTicketThatWasNeverGivenOutChangesNothing() {
    halfOpen();
    startAll();
    for (long ticket : new long[] {Breaker.REFUSED, Long.MIN_VALUE, Long.MAX_VALUE, 0, 1, 2}) {
      breaker.ended(ticket, Result.SUCCESS, -1, now);
    }
    assertThat(snapshot().calls()).isZero();
  }

  @Test
  void whatTimeCausesHappensAtItsOwnInstantHoweverLateAnyoneLooks() {
    halfOpen();
    startAll();
    long judged = now + 30 * SECOND;
    pass(30 * SECOND + 59 * SECOND);
    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(snapshot().sinceNanos()).isEqualTo(judged);
    assertThat(snapshot().retryAtNanos()).isEqualTo(judged + 60 * SECOND);
    pass(3600 * SECOND);
    assertThat(snapshot().sinceNanos()).isEqualTo(judged + 60 * SECOND);
    assertThat(snapshot().retryAtNanos()).isEqualTo(now);
  }

  @Test
  void otherRulesShortenAnOpenTimeAndNeverLengthenIt() {
    open();
    breaker.rules(RULES.withOpen(5 * SECOND, 20 * SECOND), now);
    assertThat(breaker.nextNanos()).isEqualTo(now + 20 * SECOND);
    breaker.rules(RULES.withOpen(5 * SECOND, 3600 * SECOND), now);
    assertThat(breaker.nextNanos()).isEqualTo(now + 20 * SECOND);
    pass(10 * SECOND);
    breaker.rules(RULES.withOpen(SECOND, 2 * SECOND), now);
    assertThat(state()).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void fewerProbesMayDecideAtOnceAndNoMoreBegin() {
    under(RULES.withProbes(10, 30 * SECOND));
    halfOpen();
    List<Long> probes = startAll();
    assertThat(probes).hasSize(10);
    breaker.ended(probes.get(0), Result.SUCCESS, -1, now);
    breaker.rules(RULES.withProbes(3, 20 * SECOND), now);
    assertThat(breaker.tryStart(now)).isEqualTo(Breaker.REFUSED);
    assertThat(breaker.nextNanos()).isEqualTo(now + 20 * SECOND);
    breaker.rules(RULES.withProbes(1, 20 * SECOND), now);
    assertThat(state()).isEqualTo(State.CLOSED);
  }

  @Test
  void aWindowOfAnotherLengthBeginsEmpty() {
    for (int i = 0; i < 19; i++) {
      call(Result.FAILURE);
    }
    breaker.rules(RULES.withFailurePercent(60), now);
    assertThat(snapshot().calls()).isEqualTo(19);
    breaker.rules(RULES.withWindow(20 * SECOND, 20), now);
    assertThat(snapshot().calls()).isZero();
  }

  @Test
  void comesBackFromARestartAsItWas() {
    halfOpen();
    List<Long> probes = startAll();
    breaker.ended(probes.get(0), Result.FAILURE, -1, now);
    pass(10 * SECOND);
    SavedBreaker saved = breaker.save(now);
    now = 1L << 50;
    breaker = Breaker.restored(saved, RULES, new SplittableRandom(2), now);
    assertThat(breaker.save(now)).isEqualTo(saved);
    assertThat(breaker.tryStart(now)).as("places are still taken").isEqualTo(Breaker.REFUSED);
    assertThat(breaker.nextNanos()).isEqualTo(now + 20 * SECOND);
    breaker.ended(probes.get(1), Result.FAILURE, -1, now);
    assertThat(state()).isEqualTo(State.OPEN);
    saved = breaker.save(now);
    breaker =
        Breaker.restored(saved, RULES.withOpen(SECOND, 2 * SECOND), new SplittableRandom(2), now);
    assertThat(breaker.nextNanos()).isEqualTo(now + 2 * SECOND);
    pass(2 * SECOND);
    assertThat(probes).doesNotContain(breaker.tryStart(now));
  }

  @Test
  void aClosedOneComesBackWithItsHistoryAndAnEmptyWindow() {
    halfOpen();
    startAll().forEach(probe -> breaker.ended(probe, Result.SUCCESS, -1, now));
    long ticket = breaker.tryStart(now);
    call(Result.FAILURE);
    breaker = Breaker.restored(breaker.save(now), RULES, new SplittableRandom(2), now);
    assertThat(snapshot().calls()).isZero();
    assertThat(snapshot().opened()).isEqualTo(1);
    breaker.ended(ticket, Result.FAILURE, -1, now);
    assertThat(snapshot().calls()).isEqualTo(1);
    breaker.ended(0, Result.FAILURE, -1, now);
    assertThat(snapshot().calls()).as("of the first closed time").isEqualTo(1);
  }

  @Test
  void isAsNewOnceNothingOfThePastMatters() {
    assertThat(breaker.isAsNew(now)).isTrue();
    call(Result.SUCCESS);
    assertThat(breaker.isAsNew(now)).isFalse();
    pass(10 * SECOND);
    assertThat(breaker.isAsNew(now)).isTrue();
    call(Result.FAILURE);
    pass(3600 * SECOND);
    assertThat(breaker.isAsNew(now)).as("a row of failures has no end").isFalse();
    halfOpen();
    assertThat(breaker.isAsNew(now)).isFalse();
    startAll().forEach(probe -> breaker.ended(probe, Result.SUCCESS, -1, now));
    assertThat(breaker.isAsNew(now)).as("it would open for longer").isFalse();
    pass(10 * SECOND);
    assertThat(breaker.isAsNew(now)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0", "-9223372036854775808", "9223372036854775000"})
  void bearsAnyOriginOfTime(long origin) {
    now = origin;
    breaker = new Breaker(RULES, new SplittableRandom(3), now);
    open();
    assertThat(breaker.nextNanos()).isGreaterThan(now).isLessThan(Long.MAX_VALUE);
    assertThat(breaker.peek(now)).isEqualTo(Permission.REFUSED);
  }

  static Stream<Arguments> wrongRules() {
    return Stream.of(
        wrong("breaker.window nanoseconds", r -> r.withWindow(10 * MILLI - 1, 1)),
        wrong("breaker.window nanoseconds", r -> r.withWindow(3600 * SECOND + 1, 1)),
        wrong("breaker.min_calls", r -> r.withWindow(SECOND, 0)),
        wrong("breaker.min_calls", r -> r.withWindow(SECOND, 1_000_001)),
        wrong("breaker.failure_percent", r -> r.withFailurePercent(0)),
        wrong("breaker.failure_percent", r -> r.withFailurePercent(101)),
        wrong("breaker.slow_percent", r -> r.withSlow(-1, SECOND)),
        wrong("breaker.slow_percent", r -> r.withSlow(101, SECOND)),
        wrong("breaker.slow_call nanoseconds", r -> r.withSlow(1, 0)),
        wrong("breaker.slow_call nanoseconds", r -> r.withSlow(1, Long.MAX_VALUE)),
        wrong("breaker.open nanoseconds", r -> r.withOpen(0, SECOND)),
        wrong("breaker.open nanoseconds", r -> r.withOpen(Long.MAX_VALUE, Long.MAX_VALUE)),
        wrong("breaker.max_open nanoseconds", r -> r.withOpen(SECOND, SECOND - 1)),
        wrong("breaker.max_open nanoseconds", r -> r.withOpen(SECOND, Long.MAX_VALUE)),
        wrong("breaker.probes", r -> r.withProbes(0, SECOND)),
        wrong("breaker.probes", r -> r.withProbes(1001, SECOND)),
        wrong("breaker.probe_ttl nanoseconds", r -> r.withProbes(1, 0)),
        wrong("breaker.probe_ttl nanoseconds", r -> r.withProbes(1, Long.MIN_VALUE)),
        wrong("breaker.consecutive_failures", r -> r.withConsecutiveFailures(-1)),
        wrong("breaker.consecutive_failures", r -> r.withConsecutiveFailures(1_000_001)));
  }

  @ParameterizedTest
  @MethodSource("wrongRules")
  void refusesRulesOutOfBoundsByName(String field, UnaryOperator<BreakerRules> change) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> change.apply(BreakerRules.DEFAULT))
        .withMessageStartingWith(field + " must be in [")
        .withMessageMatching("(?s).* but was -?[0-9]+");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 0, 0, breaker.in_state",
    "0, -1, 0, 0, breaker.rest",
    "0, 0, 86400000000001, 0, breaker.open",
    "0, 0, 0, -0.1, breaker.failure_ratio",
    "0, 0, 0, 1.1, breaker.failure_ratio",
    "0, 0, 0, NaN, breaker.failure_ratio",
  })
  void refusesWhatNoBreakerSaved(
      long inState, long rest, long open, double failureRatio, String field) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(
            () ->
                new SavedBreaker(
                    State.OPEN, inState, rest, open, 1, 0, 0, null, failureRatio, 0, null))
        .withMessageStartingWith(field);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> new SavedBreaker.Probing(List.of(), 1, 2, 0))
        .withMessageStartingWith("breaker.probing.failed");
  }

  private static Arguments wrong(String field, UnaryOperator<BreakerRules> change) {
    return Arguments.of(field, change);
  }

  private void under(BreakerRules rules) {
    breaker = new Breaker(rules, new SplittableRandom(1), now);
  }

  private void pass(long nanos) {
    now += nanos;
    breaker.advance(now);
  }

  private void call(Result result) {
    breaker.ended(breaker.tryStart(now), result, -1, now);
  }

  private void open() {
    while (breaker.peek(now) == Permission.ADMITTED) {
      call(Result.FAILURE);
    }
    assertThat(state()).isEqualTo(State.OPEN);
  }

  private void halfOpen() {
    open();
    pass(breaker.nextNanos() - now);
    assertThat(state()).isEqualTo(State.HALF_OPEN);
  }

  /** Starts as many probes as it lets begin. */
  private List<Long> startAll() {
    List<Long> tickets = new ArrayList<>();
    for (long ticket = breaker.tryStart(now);
        ticket != Breaker.REFUSED;
        ticket = breaker.tryStart(now)) {
      assertThat(Breaker.isProbe(ticket)).isTrue();
      tickets.add(ticket);
    }
    return tickets;
  }

  private State state() {
    return snapshot().state();
  }

  private BreakerSnapshot snapshot() {
    return breaker.snapshot(now);
  }
}
