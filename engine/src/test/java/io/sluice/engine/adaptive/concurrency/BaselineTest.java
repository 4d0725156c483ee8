package io.sluice.engine.adaptive.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BaselineTest {
  private final SplittableRandom random = new SplittableRandom(1);
  private final Baseline base = new Baseline();

  /** M20: the minimum of windows is a minimum of noise. */
  @Test
  void isTheMeanOfNoiseNotItsMinimum() {
    double trueRoot = Math.sqrt(50e6) * 0.886; // E√X of an exponential X with mean 50 ms
    for (int i = 0; i < 200; i++) {
      base.learn(cohort(50, 50e6), false);
    }
    assertThat(base.root()).isCloseTo(trueRoot, within(0.05 * trueRoot));
    assertThat(base.weight()).isEqualTo(600);
  }

  @Test
  void fallsAtOnce() {
    base.learn(cohort(50, 50e6), false);
    base.learn(cohort(50, 5e6), false);
    assertThat(base.root()).isCloseTo(Math.sqrt(5e6) * 0.886, within(600.0));
  }

  @Test
  void risesOnlyWhenConfirmed() {
    base.learn(cohort(500, 50e6), false);
    double before = base.root();
    assertThat(base.learn(cohort(50, 200e6), false)).isFalse();
    assertThat(base.isDoubted()).isTrue();
    assertThat(base.root()).isEqualTo(before);
    assertThat(base.learn(cohort(50, 200e6), false)).isTrue();
    assertThat(base.root()).isGreaterThan(1.5 * before);
    assertThat(base.isDoubted()).isFalse();
    assertThat(base.learn(cohort(50, 800e6), true)).isTrue();
  }

  @Test
  void aSlowCohortThatIsNotFollowedByAnotherIsForgotten() {
    base.learn(cohort(500, 50e6), false);
    double before = base.root();
    base.learn(cohort(50, 200e6), false);
    base.learn(cohort(50, 50e6), false);
    assertThat(base.isDoubted()).isFalse();
    assertThat(base.root()).isCloseTo(before, within(0.1 * before));
  }

  @Test
  void knowsTheShareOfDropsThatAreNotOfTheLimit() {
    Cohort cohort = new Cohort(0);
    for (int i = 0; i < 100; i++) {
      cohort.started(1, false);
      cohort.ended(i < 30 ? Ending.DROPPED : Ending.SERVED, 0, 1000);
    }
    base.learn(cohort, false);
    assertThat(base.dropShare()).isEqualTo(0.3);
  }

  private Cohort cohort(int pieces, double mean) {
    Cohort cohort = new Cohort(0);
    for (int i = 0; i < pieces; i++) {
      cohort.started(1, false);
      cohort.ended(Ending.SERVED, 0, (long) (-Math.log(1 - random.nextDouble()) * mean));
    }
    return cohort;
  }
}
