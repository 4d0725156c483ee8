package io.sluice.engine.adaptive.rate;

import static io.sluice.engine.adaptive.rate.RateFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.adaptive.rate.RateChange.Cause;
import io.sluice.engine.model.Outcome;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GovernorTest {
  private static final Offset<Double> EXACTLY = within(1e-9);
  private static final GovernorRules RULES = new GovernorRules(100, 0.1, 1000, 0.85, 10 * SECOND);

  private final RateFixture governor = new RateFixture(RULES);

  /** The cubic after one refusal among a thousand answers, at a plateau of 99.9. */
  @ParameterizedTest
  @CsvSource({"0, 84.915", "1, 88.975935", "5, 98.026875", "9, 99.885015", "10, 99.9"})
  void comesBackToThePlateauAsACubic(double seconds, double rate) {
    refusedOnceAmongAThousand();
    governor.pass(seconds);
    assertThat(governor.rate()).isEqualTo(rate, within(1e-6));
  }

  /** 1 % a second first, twice as fast after each 10 s, 10 % a second after 33.2 s. */
  @ParameterizedTest
  @CsvSource({"1, 1.0104", "10, 1.1552", "20, 1.5415", "33.21928, 3.6634", "43.21928, 9.9580"})
  void growsAboveThePlateauWhileItIsUsed(double seconds, double times) {
    refusedOnceAmongAThousand();
    governor.use(10);
    double plateau = governor.rate();
    governor.use(seconds);
    assertThat(governor.rate() / plateau).isEqualTo(times, within(times * 0.01));
  }

  @Test
  void doesNotGrowWhenFourFifthsAreNotUsed() {
    refusedOnceAmongAThousand();
    for (int i = 0; i < 6000; i++) {
      governor.pass(1 / 70.0);
      governor.controller.granted(1, governor.now);
      governor.end(Outcome.SUCCESS);
    }
    assertThat(governor.rate()).isEqualTo(99.9, EXACTLY);
  }

  @Test
  void whatIsGivenBackUnusedWasNotUsed() {
    refusedOnceAmongAThousand();
    for (int i = 0; i < 6000; i++) {
      governor.pass(1 / 100.0);
      governor.controller.granted(1, governor.now);
      governor.end(i % 2 == 0 ? Outcome.SUCCESS : Outcome.UNUSED);
    }
    assertThat(governor.rate()).isEqualTo(99.9, EXACTLY);
  }

  @Test
  void startsWithOneAndAHalfTimesWhatIsAccepted() {
    RateFixture starting = new RateFixture(GovernorRules.upTo(100_000));
    assertThat(starting.rate()).isEqualTo(10);
    starting.use(2.05);
    assertThat(starting.rate()).isBetween(20.0, 25.0);
    starting.use(20);
    assertThat(starting.rate()).isGreaterThan(10_000);
  }

  @Test
  void cutsOnceInAnEpoch_I26() {
    refusedOnceAmongAThousand();
    double cut = governor.rate();
    for (int i = 0; i < 50; i++) {
      governor.pass(0.0199).end(Outcome.THROTTLED);
      assertThat(governor.rate()).isGreaterThanOrEqualTo(cut);
    }
    governor.pass(0.01).end(Outcome.THROTTLED);
    assertThat(governor.rate()).isLessThan(cut);
  }

  @Test
  void anEpochLastsAsLongAsAnswersTake_I26() {
    for (int i = 0; i < 100; i++) {
      governor.end(Outcome.SUCCESS, governor.now - 8 * SECOND, Feedback.UNKNOWN);
    }
    governor.end(Outcome.THROTTLED);
    double cut = governor.rate();
    governor.pass(7.5).end(Outcome.THROTTLED);
    assertThat(governor.rate()).isGreaterThan(cut);
    double before = governor.pass(0.6).rate();
    governor.end(Outcome.THROTTLED);
    assertThat(governor.rate()).isLessThan(before);
  }

  @Test
  void aRefusalOfWorkFromBeforeTheCutIsOldNews() {
    long granted = governor.now;
    governor.end(Outcome.SUCCESS, 999).pass(0.001).end(Outcome.THROTTLED).pass(30);
    double rate = governor.rate();
    governor.end(Outcome.THROTTLED, granted, Feedback.UNKNOWN);
    assertThat(governor.rate()).isEqualTo(rate);
    governor.end(Outcome.THROTTLED);
    assertThat(governor.rate()).isLessThan(rate);
  }

  /** Half of the answers are refusals: the plateau is half the rate, not a step towards it. */
  @Test
  void believesTheShareThatIsAcceptedWhenThereAreAnswersEnough() {
    refusedOnceAmongAThousand();
    governor.pass(10);
    for (int i = 0; i < 30; i++) {
      governor.end(Outcome.SUCCESS);
    }
    governor.end(Outcome.THROTTLED);
    double plateau = 99.9 * 30 / 31;
    assertThat(governor.rate()).isEqualTo(0.85 * plateau, EXACTLY);
    governor.pass(0.5).end(Outcome.SUCCESS, 15).end(Outcome.THROTTLED, 14).pass(0.5);
    double rate = governor.rate();
    governor.end(Outcome.THROTTLED);
    assertThat(governor.rate()).isEqualTo(0.85 * 0.5 * rate, EXACTLY);
  }

  @Test
  void doesNotBelieveTheShareOfAFewAnswers() {
    governor.end(Outcome.SUCCESS).end(Outcome.THROTTLED);
    assertThat(governor.rate()).isEqualTo(100 * 0.85 * 0.85 * 0.85, EXACTLY);
  }

  @Test
  void looksForTheEndOfAnOutageAndComesBack() {
    refusedOnceAmongAThousand();
    governor.pass(10);
    for (int second = 0; second < 60; second++) {
      governor.pass(1).end(Outcome.THROTTLED, 50);
    }
    assertThat(governor.rate()).as("a hundredth").isEqualTo(1, within(0.01));
    governor.end(Outcome.SUCCESS);
    assertThat(governor.rate()).as("an eighth, and more").isBetween(12.4, 14.0);
    governor.use(5);
    assertThat(governor.rate()).as("nearly as before").isGreaterThan(80);
  }

  /**
   * Two refusals that come before it is known to be an outage lower what is returned to by none.
   */
  @Test
  void comesBackFromAnOutageToWhereItWasThoughFewAnswersCame() {
    RateFixture slow = new RateFixture(new GovernorRules(2, 0.001, 1000, 0.85, 10 * SECOND));
    for (int i = 0; i < 8; i++) {
      slow.pass(10).end(Outcome.THROTTLED);
    }
    assertThat(slow.rate()).as("a quarter").isEqualTo(0.5, EXACTLY);
    slow.end(Outcome.SUCCESS, 8);
    assertThat(slow.rate()).isBetween(1.7, 2.0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Outcome.class,
      names = {"ERROR", "TIMEOUT", "CANCELLED", "UNUSED", "ABANDONED", "SUCCESS"})
  void onlyRefusalsLowerTheRate(Outcome outcome) {
    governor.end(outcome, 1000);
    assertThat(governor.rate()).isEqualTo(100);
    governor.controller.ended(
        new Feedback(outcome, 1, governor.now, Feedback.UNKNOWN, true), governor.now);
    assertThat(governor.rate()).isLessThanOrEqualTo(outcome == Outcome.UNUSED ? 100 : 85);
  }

  @Test
  void nothingGrowsAndNothingIsCutDuringAHold_I26() {
    governor.end(Outcome.SUCCESS, 999).end(Outcome.THROTTLED, governor.now, 30 * SECOND);
    double rate = governor.rate();
    governor.pass(29).end(Outcome.THROTTLED);
    assertThat(governor.rate()).isEqualTo(rate);
    governor.now = governor.controller.heldUntilNanos() + SECOND;
    assertThat(governor.rate())
        .as("the curve begins with its end")
        .isEqualTo(88.975935, within(1e-6));
  }

  /** Of a second each half a minute is lost to holds, not each eleven seconds. */
  @ParameterizedTest
  @CsvSource({"1, 30", "2, 60", "3, 10", "0.1, 10"})
  void recoversForAsLongAsAHoldIsWorth(double holdSeconds, double recoverySeconds) {
    long hold = (long) (holdSeconds * SECOND);
    governor.end(Outcome.SUCCESS, 999).end(Outcome.THROTTLED, governor.now, hold);
    governor.now = governor.controller.heldUntilNanos();
    governor.pass(recoverySeconds / 2);
    assertThat(governor.rate()).isEqualTo(98.026875, within(1e-6));
  }

  @Test
  void aLongIdleTimeAndAJumpOfTheClockChangeNothing() {
    refusedOnceAmongAThousand();
    governor.use(20);
    double rate = governor.rate();
    governor.pass(366 * 86_400.0);
    assertThat(governor.rate()).isEqualTo(rate);
  }

  @Test
  void doesNotGrowBeyondWhatTheProviderAnnounced() {
    refusedOnceAmongAThousand();
    governor.pass(10);
    governor.controller.provider(5_000, 100 * SECOND, governor.now);
    governor.use(60);
    assertThat(governor.rate()).isEqualTo(47.5, EXACTLY);
    assertThat(governor.pass(40).rate()).isEqualTo(99.9, EXACTLY);
  }

  @Test
  void tellsWhyTheRateChanged() {
    assertThat(governor.controller.lastChange()).isNull();
    refusedOnceAmongAThousand();
    RateChange cut = governor.controller.lastChange();
    assertThat(cut.cause()).isEqualTo(Cause.THROTTLED);
    assertThat(cut.from()).isEqualTo(100);
    governor.use(15);
    RateChange growth = governor.controller.lastChange();
    assertThat(growth.cause()).isEqualTo(Cause.GROWTH);
    assertThat(growth.from()).as("when it began").isEqualTo(cut.to());
    assertThat(growth.to()).isEqualTo(governor.rate());
  }

  @Test
  void goesOnAfterARestart() {
    refusedOnceAmongAThousand();
    governor.pass(3).end(Outcome.THROTTLED, governor.now, 20 * SECOND).pass(21.9).pass(2);
    RateFixture restored = new RateFixture(RULES, -5 * SECOND);
    restored.controller.restore(governor.controller.save(governor.now), restored.now);
    assertThat(restored.rate()).isEqualTo(governor.rate(), within(1e-6));
    assertThat(restored.pass(4).rate()).isEqualTo(governor.pass(4).rate(), within(1e-6));
    assertThat(restored.pass(9).rate()).isEqualTo(governor.pass(9).rate(), within(1e-6));
  }

  @Test
  void comesBackFromAnOutageAfterARestart() {
    refusedOnceAmongAThousand();
    for (int second = 0; second < 10; second++) {
      governor.pass(1).end(Outcome.THROTTLED, 50);
    }
    RateFixture restored = new RateFixture(RULES);
    restored.controller.restore(governor.controller.save(governor.now), restored.now);
    restored.end(Outcome.SUCCESS);
    restored.use(6);
    assertThat(restored.rate()).isGreaterThan(80);
  }

  private void refusedOnceAmongAThousand() {
    governor.end(Outcome.SUCCESS, 999).end(Outcome.THROTTLED);
  }
}
