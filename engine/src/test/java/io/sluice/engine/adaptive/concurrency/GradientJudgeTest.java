package io.sluice.engine.adaptive.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The worked numbers of docs/algorithms.md, and what calls for a probe. */
class GradientJudgeTest {
  private static final double NONE = Judge.NO_PROBE;
  private static final long MS = 1_000_000;

  private Dial dial = new Dial(new GradientProbeRules(45, 1, 1000));
  private GradientJudge judge = judge();

  @Test
  void shrinksAboveTheTarget() {
    judge.below(cohort(50, 34, true), MS, 0);
    assertThat(judge.atLimit(cohort(56.25, 45, true), true, 0)).isEqualTo(NONE);
    assertThat(dial.level()).isCloseTo(43.4, within(0.05));
    assertThat(dial.lastMove()).isEqualTo(new LimitMove(0, 45, 43, LimitMove.Cause.CONGESTION));
  }

  @Test
  void staysAtTheTarget() {
    dial = new Dial(new GradientProbeRules(42, 1, 1000));
    judge = judge();
    judge.atLimit(cohort(52.5, 42, false), true, 0);
    assertThat(dial.level()).isCloseTo(42, within(0.01));
  }

  @Test
  void growsFasterWhileAllIsBorne() {
    double[] steps = new double[4];
    for (int i = 0; i < steps.length; i++) {
      double before = dial.level();
      judge.atLimit(cohort(50, dial.limit(), false), true, 0);
      steps[i] = Math.log(dial.level() / before);
    }
    assertThat(steps[1]).isCloseTo(steps[0], within(0.002));
    assertThat(steps[2]).isGreaterThan(1.9 * steps[1]);
    assertThat(steps[3]).isGreaterThan(1.4 * steps[2]);
  }

  @Test
  void unusedMovesNothing() {
    assertThat(judge.atLimit(cohort(500, 30, false), false, 0)).isEqualTo(NONE);
    assertThat(judge.atLimit(cohort(5, 30, false), false, 0)).isEqualTo(NONE);
    assertThat(dial.lastMove()).isNull();
  }

  @Test
  void probesWhenDueAndBusy() {
    assertThat(judge.atLimit(cohort(50, 45, true), false, 0)).isEqualTo(0.75);
    judge.below(cohort(50, 34, true), 200 * MS, 1000 * MS);
    assertThat(judge.atLimit(cohort(50, 45, true), true, 2000 * MS)).isEqualTo(NONE);
    assertThat(judge.atLimit(cohort(50, 45, true), false, 3000 * MS)).isEqualTo(0.75);
    judge.below(cohort(50, 34, true), 200 * MS, 4000 * MS);
    assertThat(judge.atLimit(cohort(50, 45, false), false, 60_000 * MS)).isEqualTo(NONE);
    assertThat(judge.atLimit(cohort(50, 45, false), false, 65_000 * MS)).isEqualTo(0.75);
  }

  @Test
  void asksAProbeBeforeItBelievesThatLatencyDoubled() {
    double depth = judge.atLimit(cohort(100, 45, true), false, 0);
    assertThat(depth).isCloseTo(0.5, within(0.01));
    assertThat(judge.atLimit(cohort(1000, 45, true), false, 0)).isEqualTo(0.4);
    assertThat(dial.lastMove()).isNull();
    judge.below(cohort(50, 23, true), 200 * MS, MS);
    judge.atLimit(cohort(100, 45, true), true, MS);
    assertThat(dial.level()).isLessThan(37);
  }

  @Test
  void doublesWhenTheServiceIsSlowerWithLittleInFlightAsWithMuch() {
    judge.atLimit(cohort(100, 45, true), false, 0);
    judge.below(cohort(100, 23, true), 200 * MS, MS);
    assertThat(judge.atLimit(cohort(100, 45, true), true, MS)).isEqualTo(NONE);
    assertThat(dial.limit()).as("not before it is confirmed").isEqualTo(45);
    assertThat(judge.atLimit(cohort(100, 45, true), false, MS)).isEqualTo(NONE);
    assertThat(dial.limit()).isEqualTo(90);
    assertThat(judge.atLimit(cohort(200, 90, true), false, MS)).isEqualTo(0.75);
    assertThat(dial.limit()).isEqualTo(45);
  }

  @Test
  void doesNotDoubleWhenWhatWasSlowHasPassed() {
    judge.atLimit(cohort(100, 45, true), false, 0);
    judge.below(cohort(100, 23, true), 200 * MS, MS);
    assertThat(judge.atLimit(cohort(50, 45, true), true, MS)).isEqualTo(NONE);
    assertThat(judge.baseline().root()).isCloseTo(Math.sqrt(50.0 * MS), within(1.0));
    judge.atLimit(cohort(50, 45, true), false, 2 * MS);
    judge.atLimit(cohort(50, 45, true), false, 3 * MS);
    assertThat(dial.limit()).isLessThan(50);
  }

  @Test
  void dropsCutOnceAndAskWhetherTheyAreOfTheLimit() {
    assertThat(judge.atLimit(drops(2), false, 0)).isEqualTo(0.75);
    assertThat(dial.limit()).isEqualTo(40);
    assertThat(judge.atLimit(drops(2), true, 0)).isEqualTo(NONE);
    assertThat(judge.isOverloaded(drops(1))).isFalse();
    for (int i = 0; i < 20; i++) {
      judge.below(drops(5), MS, MS);
    }
    assertThat(judge.isOverloaded(drops(9))).isFalse();
    assertThat(judge.isOverloaded(drops(11))).isTrue();
    assertThat(judge.isOverloaded(drops(26))).isTrue();
  }

  @Test
  void asksUpwardsWhileFewFindItFull() {
    judge.atLimit(cohort(50, 30, false), false, 0);
    assertThat(judge.atLimit(partlyFull(100, 45, 5), false, MS)).isEqualTo(NONE);
    assertThat(dial.limit()).isEqualTo(90);
    judge.atLimit(cohort(100, 60, false), false, 2 * MS);
    assertThat(judge.baseline().root()).isCloseTo(Math.sqrt(100.0 * MS), within(1.0));
    judge.atLimit(cohort(105, 88, false), false, 3 * MS);
    assertThat(dial.limit()).as("no more doubling").isBetween(90L, 95L);
  }

  @Test
  void goesBackAndProbesWhenLatencyFollowsATrial() {
    judge.atLimit(cohort(50, 30, false), false, 0);
    judge.atLimit(partlyFull(100, 45, 5), false, MS);
    assertThat(judge.atLimit(cohort(200, 90, true), false, 2 * MS)).isEqualTo(0.75);
    assertThat(dial.limit()).isEqualTo(45);
    assertThat(judge.baseline().root()).isCloseTo(Math.sqrt(50.0 * MS), within(1.0));
    judge.below(cohort(50, 33, true), 200 * MS, 3 * MS);
    judge.atLimit(cohort(50, 30, false), false, 4 * MS);
    double depth = judge.atLimit(partlyFull(100, 45, 5), false, 5 * MS);
    assertThat(depth).as("not again for a while").isLessThan(NONE);
    assertThat(dial.limit()).isEqualTo(45);
  }

  @Test
  void asksNoTrialWhereManyFindItFullOrInTrouble() {
    assertThat(judge.atLimit(partlyFull(100, 45, 20), false, 0)).isLessThan(NONE);
    judge.atLimit(cohort(50, 30, false), false, MS);
    assertThat(judge.atLimit(partlyFull(150, 45, 5), false, 2 * MS)).isEqualTo(0.4);
    assertThat(dial.limit()).isEqualTo(45);
  }

  @Test
  void asksNoTrialInALullBetweenBursts() {
    for (int i = 0; i < 10; i++) {
      judge.atLimit(partlyFull(50, dial.limit(), 35), true, 0);
    }
    long before = dial.limit();
    judge.atLimit(cohort(50, 30, false), false, MS);
    judge.atLimit(cohort(50, 30, false), false, 2 * MS);
    assertThat(judge.atLimit(partlyFull(100, before, 5), false, 3 * MS)).isLessThan(NONE);
    assertThat(dial.limit()).isEqualTo(before);
  }

  @Test
  void dropsEndATrialAsIfItHadNotBeen() {
    judge.atLimit(cohort(50, 30, false), false, 0);
    judge.atLimit(partlyFull(100, 45, 5), false, MS);
    judge.atLimit(drops(10), false, 2 * MS);
    assertThat(dial.limit()).isEqualTo(40);
    assertThat(judge.baseline().root()).isCloseTo(Math.sqrt(50.0 * MS), within(1.0));
  }

  @Test
  void aSmallExcessIsLetBeWhileFewFindItFull() {
    judge.atLimit(partlyFull(60, 45, 5), false, 0);
    assertThat(dial.lastMove()).isNull();
    judge.below(cohort(50, 34, true), MS, 0);
    judge.atLimit(partlyFull(60, 45, 20), true, MS);
    assertThat(dial.level()).isLessThan(45);
  }

  @Test
  void doublesOnWhenTheProbeShowsThatItStoppedByChance() {
    start();
    judge.atLimit(cohort(50, 20, true), false, 0);
    judge.atLimit(cohort(50, 40, true), false, MS);
    assertThat(dial.limit()).isEqualTo(80);
    assertThat(judge.atLimit(cohort(90, 80, true), false, 2 * MS)).isEqualTo(0.75);
    assertThat(dial.limit()).isEqualTo(40);
    judge.below(cohort(85, 30, true), MS, 3 * MS);
    judge.atLimit(cohort(85, 40, true), true, 4 * MS);
    assertThat(dial.limit()).isEqualTo(80);
  }

  @Test
  void theFirstCohortOnlyTellsHowLongToWait() {
    start();
    assertThat(dial.lastMove()).isNull();
    assertThat(judge.baseline().isKnown()).isFalse();
  }

  @Test
  void looksTwiceAtWhatMayBeChanceBeforeItStopsDoubling() {
    start();
    judge.atLimit(spread(50, 20), false, 0);
    assertThat(judge.atLimit(spread(78, 40), false, MS)).isEqualTo(NONE);
    assertThat(dial.limit()).isEqualTo(40);
    assertThat(judge.atLimit(spread(78, 40), false, 2 * MS)).isEqualTo(0.75);
    assertThat(dial.limit()).isEqualTo(20);
  }

  @Test
  void doublesOnWhenTheSecondLookIsBorne() {
    start();
    judge.atLimit(spread(50, 20), false, 0);
    judge.atLimit(spread(78, 40), false, MS);
    judge.atLimit(spread(50, 40), false, 2 * MS);
    assertThat(dial.limit()).isEqualTo(80);
  }

  @Test
  void asksADeepProbeWhenItBeganFarTooHigh() {
    start();
    judge.atLimit(cohort(50, 10, false), false, 0);
    assertThat(judge.atLimit(cohort(100, 20, true), false, MS)).isCloseTo(0.5, within(0.01));
    assertThat(dial.limit()).isEqualTo(20);
  }

  @Test
  void theDoublingEndsWhenWhatIsAskedForFits() {
    start();
    judge.atLimit(cohort(50, 20, true), false, 0);
    judge.atLimit(cohort(50, 30, false), false, MS);
    judge.atLimit(cohort(50, 30, false), false, 2 * MS);
    judge.atLimit(cohort(50, 40, false), true, 3 * MS);
    assertThat(dial.limit()).isBetween(40L, 42L);
  }

  @Test
  void cohortsAreSmallerWhereTimesVaryLess() {
    assertThat(judge.cohortSize()).isEqualTo(20);
    judge.baseline().learn(varying(), true);
    assertThat(judge.cohortSize()).isEqualTo(50);
  }

  private GradientJudge judge() {
    GradientJudge made = new GradientJudge(dial, new SplittableRandom(1), 0);
    made.resume();
    made.baseline().learn(cohort(50, 1, false), true);
    return made;
  }

  /** A judge from the beginning, after its first cohort. */
  private void start() {
    dial = new Dial(new GradientProbeRules(20, 1, 1000));
    judge = new GradientJudge(dial, new SplittableRandom(1), 0);
    assertThat(judge.atLimit(cohort(50, 20, true), false, 0)).isEqualTo(NONE);
  }

  private static Cohort drops(int drops) {
    Cohort cohort = new Cohort(0);
    for (int i = 0; i < 50; i++) {
      cohort.started(45, true);
      cohort.ended(i < drops ? Ending.DROPPED : Ending.SERVED, 0, 50 * MS);
    }
    return cohort;
  }

  /** Half of the pieces take nothing, so to speak, half a second. */
  private static Cohort varying() {
    Cohort cohort = new Cohort(0);
    for (int i = 0; i < 500; i++) {
      cohort.started(1, false);
      cohort.ended(Ending.SERVED, 0, i % 2 == 0 ? 1 : 1000 * MS);
    }
    return cohort;
  }

  /** Half of the pieces take half as long, half of them half as long again. */
  private static Cohort spread(double millis, long peak) {
    Cohort cohort = new Cohort(0);
    for (int i = 0; i < 50; i++) {
      cohort.started(peak, true);
      cohort.ended(Ending.SERVED, 0, (long) ((i % 2 == 0 ? 0.5 : 1.5) * millis * MS));
    }
    return cohort;
  }

  private static Cohort partlyFull(double millis, long peak, int full) {
    Cohort cohort = new Cohort(0);
    for (int i = 0; i < 50; i++) {
      cohort.started(peak, i < full);
      cohort.ended(Ending.SERVED, 0, (long) (millis * MS));
    }
    return cohort;
  }

  private static Cohort cohort(double millis, long peak, boolean full) {
    Cohort cohort = new Cohort(0);
    for (int i = 0; i < 50; i++) {
      cohort.started(peak, full);
      cohort.ended(Ending.SERVED, 0, (long) (millis * MS));
    }
    return cohort;
  }
}
