package io.sluice.engine.adaptive.rate;

import static io.sluice.engine.adaptive.rate.RateFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.adaptive.rate.RateChange.Cause;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.Outcome;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules that adaptive rates had before, one test or table for each row of the list. */
class RateParityTest {
  private static final Offset<Double> EXACTLY = within(1e-9);
  private static final AimdRules AIMD = AimdRules.of(10, 1, 100);

  @Test
  void row0_11_oneRefusalHalvesTheRate() {
    RateFixture aimd = new RateFixture(AIMD).end(Outcome.THROTTLED);
    assertThat(aimd.rate()).isEqualTo(5);
    assertThat(aimd.controller.lastChange())
        .isEqualTo(new RateChange(aimd.now, 10, 5, Cause.THROTTLED));
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void row0_12_adjustMultipliesNow(RateRules rules) {
    RateFixture fixture = new RateFixture(rules);
    fixture.controller.adjust(0.5, fixture.now);
    assertThat(fixture.rate()).isEqualTo(5);
    fixture.controller.adjust(0.8, fixture.now);
    assertThat(fixture.rate()).isEqualTo(4);
    assertThat(fixture.controller.lastChange())
        .isEqualTo(new RateChange(fixture.now, 5, 4, Cause.ADJUSTED));
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void row0_12_adjustRefusesWhatIsNoFactor(double factor) {
    for (RateRules rules : RateFixture.all()) {
      RateFixture fixture = new RateFixture(rules);
      assertThatExceptionOfType(InvalidArgumentException.class)
          .isThrownBy(() -> fixture.controller.adjust(factor, fixture.now))
          .withMessageStartingWith("factor must be finite and above 0 but was ");
      assertThat(fixture.rate()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void row0_12_theFloorStays(RateRules rules) {
    RateFixture fixture = new RateFixture(rules);
    fixture.controller.adjust(0.1, fixture.now);
    assertThat(fixture.rate()).isEqualTo(1);
    fixture.controller.adjust(0.5, fixture.now);
    assertThat(fixture.rate()).isEqualTo(1);
  }

  @Test
  void row0_12_twoCallersBothAdjustButTwoRefusalsInACooldownCountOnce() {
    RateFixture adjusted = new RateFixture(AIMD);
    adjusted.controller.adjust(0.5, adjusted.now);
    adjusted.controller.adjust(0.5, adjusted.now);
    assertThat(adjusted.rate()).isEqualTo(2.5);

    RateFixture refused = new RateFixture(AIMD).end(Outcome.THROTTLED).pass(0.999);
    assertThat(refused.end(Outcome.THROTTLED).rate()).isEqualTo(5);
    assertThat(refused.pass(0.001).end(Outcome.THROTTLED).rate()).isEqualTo(2.5);
  }

  @ParameterizedTest
  @CsvSource({
    "ERROR,            8",
    "TIMEOUT,          8",
    "THROTTLED,        5",
    "ERROR THROTTLED,  5",
    "THROTTLED ERROR,  5",
    "ERROR ERROR,      8",
    "TIMEOUT ERROR THROTTLED ERROR, 5",
    "SUCCESS,          10",
    "CANCELLED UNUSED ABANDONED, 10"
  })
  void row0_13_aCallCountsOnceAndTheRefusalWins(String outcomes, double rate) {
    RateFixture aimd = new RateFixture(AIMD);
    for (String outcome : outcomes.split(" ")) {
      aimd.end(Outcome.valueOf(outcome));
    }
    assertThat(aimd.rate()).isEqualTo(rate, EXACTLY);
  }

  @Test
  void row0_13_anExceptionThatComesLongAfterTheRefusalOfItsCallCountsForNothing() {
    RateFixture aimd = new RateFixture(AIMD);
    long granted = aimd.now;
    aimd.pass(1).end(Outcome.THROTTLED, granted, Feedback.UNKNOWN);
    aimd.pass(30).end(Outcome.ERROR, granted, Feedback.UNKNOWN);
    assertThat(aimd.rate()).isEqualTo(5);
    assertThat(aimd.end(Outcome.ERROR).rate()).isEqualTo(4, EXACTLY);
  }

  @Test
  void row0_15_theShareOfAWindowDecides() {
    RateFixture ratio = new RateFixture(SuccessRatioRules.from(100));
    window(ratio, 96, 4, 110);
    window(ratio, 79, 21, 99);
    window(ratio, 90, 10, 99);
    window(ratio, 95, 5, 99);
    window(ratio, 80, 20, 99);
    window(ratio, 0, 0, 99);
    window(ratio, 0, 1, 89.1);
  }

  @Test
  void row0_15_theRateStaysFrom10To1000() {
    RateFixture falling = new RateFixture(SuccessRatioRules.from(10.5));
    window(falling, 0, 9, 10);
    window(falling, 0, 9, 10);
    RateFixture rising = new RateFixture(SuccessRatioRules.from(950));
    window(rising, 9, 0, 1000);
    window(rising, 9, 0, 1000);
  }

  @Test
  void row0_15_oneWindowDecidesOnceHoweverLateItIsSeen() {
    RateFixture ratio = new RateFixture(SuccessRatioRules.from(100));
    ratio.end(Outcome.SUCCESS, 10).pass(3600);
    assertThat(ratio.rate()).isEqualTo(110, EXACTLY);
    assertThat(ratio.pass(3600).rate()).isEqualTo(110, EXACTLY);
  }

  @Test
  void row0_15_whatWasGivenUpCountsForNothing() {
    RateFixture ratio = new RateFixture(SuccessRatioRules.from(100));
    ratio.end(Outcome.CANCELLED, 50).end(Outcome.UNUSED, 50).end(Outcome.ABANDONED, 50);
    assertThat(ratio.pass(60).rate()).isEqualTo(100);
    ratio.controller.ended(
        new Feedback(Outcome.SUCCESS, 1, ratio.now, Feedback.UNKNOWN, true), ratio.now);
    assertThat(ratio.pass(60).rate()).isEqualTo(90, EXACTLY);
  }

  private static void window(RateFixture ratio, int succeeded, int failed, double rate) {
    ratio.end(Outcome.SUCCESS, succeeded).end(Outcome.ERROR, failed);
    ratio.now += 60 * SECOND;
    assertThat(ratio.rate()).isEqualTo(rate, EXACTLY);
  }
}
