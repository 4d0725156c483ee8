package io.sluice.engine.adaptive.rate;

import static io.sluice.engine.adaptive.rate.RateFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Outcome;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every controller, whatever it is told. */
class RateControllerTest {
  private static final int SEEDS = 40;
  private static final int STEPS = 3_000;
  private static final long[] HOSTILE = {0, 1, SECOND, Bounds.MAX_PERMITS, Long.MAX_VALUE};

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void theRateStaysBetweenFloorAndCeilingWhateverIsTold_I26(RateRules rules) {
    for (int seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = RateFixture.random(seed);
      RateFixture fixture = new RateFixture(rules, random.nextLong() / 2);
      for (int step = 0; step < STEPS; step++) {
        fixture.now += passes(random);
        tell(fixture, random);
        assertThat(fixture.rate()).as("seed %d step %d", seed, step).isBetween(1.0, 1000.0);
        assertThat(fixture.heldSeconds()).as("seed %d step %d", seed, step).isLessThan(660.1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void theSameEventsGiveTheSameRates(RateRules rules) {
    RandomGenerator left = RateFixture.random(5);
    RandomGenerator right = RateFixture.random(5);
    RateFixture one = new RateFixture(rules);
    RateFixture other = new RateFixture(rules);
    for (int step = 0; step < STEPS; step++) {
      one.now += passes(left);
      other.now += passes(right);
      tell(one, left);
      tell(other, right);
      assertThat(one.rate()).isEqualTo(other.rate());
    }
  }

  /** Each second there is at most one fall, however many refusals come. */
  @Test
  void refusalsLowerTheRateOnceInAnEpoch_I26() {
    for (RateRules rules : new RateRules[] {GovernorRules.upTo(1e6), AimdRules.of(1e6, 0.1, 1e6)}) {
      for (int seed = 0; seed < SEEDS; seed++) {
        RandomGenerator random = RateFixture.random(seed);
        RateFixture fixture = new RateFixture(rules);
        double rate = fixture.rate();
        long fellAt = fixture.now - SECOND;
        for (int step = 0; step < STEPS; step++) {
          fixture.now += random.nextLong(SECOND / 20);
          fixture.end(random.nextInt(3) == 0 ? Outcome.SUCCESS : Outcome.THROTTLED);
          double next = fixture.rate();
          if (next < rate) {
            assertThat(fixture.now - fellAt).as("seed %d", seed).isGreaterThanOrEqualTo(SECOND);
            fellAt = fixture.now;
          }
          rate = next;
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void whatWasSavedComesBack(RateRules rules) {
    RateFixture fixture = new RateFixture(rules);
    fixture.controller.adjust(7, fixture.now);
    fixture.end(Outcome.THROTTLED, fixture.now, 50 * SECOND).pass(10);
    RateFixture restored = new RateFixture(rules, 0);
    restored.controller.restore(fixture.controller.save(fixture.now), restored.now);
    assertThat(restored.rate()).isEqualTo(fixture.rate(), within(1e-6));
    assertThat(restored.heldSeconds()).isEqualTo(fixture.heldSeconds(), within(1e-6));
    assertThat(restored.controller.lastChange().cause()).isEqualTo(RateChange.Cause.RESTORED);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void whatMakesNoSenseIsBroughtIntoRangeWhenItComesBack(RateRules rules) {
    double[] rates = {Double.NaN, Double.POSITIVE_INFINITY, -1, 0, 1e300, 50};
    long[] times = {Long.MIN_VALUE, -1, 0, SECOND, Long.MAX_VALUE};
    for (double rate : rates) {
      for (double plateau : rates) {
        for (long time : times) {
          RateFixture fixture = new RateFixture(rules);
          fixture.controller.restore(new SavedRate(rate, plateau, time, true, time), fixture.now);
          fixture.end(Outcome.SUCCESS).pass(700).end(Outcome.THROTTLED);
          assertThat(fixture.rate()).isBetween(1.0, 1000.0);
          assertThat(fixture.heldSeconds()).isLessThan(660.1);
        }
      }
    }
  }

  /** Rates are found over seven orders of magnitude: a limit of each is not exceeded for long. */
  @Test
  void theRateIsWhatItIsAskedForAtEveryScale() {
    for (double scale = RateRules.MIN_RATE; scale <= RateRules.MAX_RATE; scale *= 10) {
      RateFixture fixture = new RateFixture(AimdRules.of(scale, scale, scale));
      assertThat(fixture.end(Outcome.THROTTLED).pass(100).rate()).isEqualTo(scale);
    }
  }

  private static long passes(RandomGenerator random) {
    return switch (random.nextInt(10)) {
      case 0 -> 0;
      case 1 -> random.nextLong(3_600 * SECOND);
      case 2 -> random.nextLong(100 * SECOND);
      default -> random.nextLong(SECOND);
    };
  }

  private static void tell(RateFixture fixture, RandomGenerator random) {
    RateController controller = fixture.controller;
    switch (random.nextInt(8)) {
      case 0 -> controller.granted(hostile(random, Bounds.MAX_PERMITS), fixture.now);
      case 1 ->
          controller.provider(
              hostile(random, Long.MAX_VALUE) - random.nextInt(2),
              hostile(random, Long.MAX_VALUE) - random.nextInt(2),
              fixture.now);
      case 2 -> controller.adjust(Math.exp(random.nextGaussian() * 100), fixture.now);
      case 3 -> controller.granted(random.nextInt(100), fixture.now);
      default ->
          controller.ended(
              new Feedback(
                  Outcome.values()[random.nextInt(Outcome.values().length)],
                  hostile(random, Bounds.MAX_PERMITS),
                  random.nextBoolean() ? Feedback.UNKNOWN : fixture.now - random.nextInt(),
                  random.nextInt(20) == 0 ? hostile(random, Long.MAX_VALUE) : Feedback.UNKNOWN,
                  random.nextInt(20) == 0),
              fixture.now);
    }
  }

  private static long hostile(RandomGenerator random, long most) {
    return random.nextBoolean()
        ? random.nextInt(100)
        : Math.min(most, HOSTILE[random.nextInt(HOSTILE.length)]);
  }
}
