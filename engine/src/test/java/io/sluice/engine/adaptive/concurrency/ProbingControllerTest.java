package io.sluice.engine.adaptive.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbingControllerTest {
  private static final long MS = 1_000_000;
  private static final VegasRules RULES = new VegasRules(20, 1, 1000);

  private final Recording judge = new Recording();
  private final Dial dial = new Dial(RULES);
  private final ProbingController controller = new ProbingController(RULES, dial, judge, 0);
  private long now;

  @Test
  void aCohortIsOfThoseThatBeganInIt() {
    controller.started(1, now); // opens it: it is empty before
    List<Long> starts = start(50, MS);
    now += 10 * MS;
    for (int i = 0; i < 20; i++) {
      controller.ended(Ending.SERVED, -5 * MS, 20, now); // began before
    }
    assertThat(judge.above).isEmpty();
    for (long start : starts) {
      now += 10 * MS;
      controller.ended(Ending.SERVED, start, 20, now);
    }
    assertThat(judge.above).hasSize(1);
    assertThat(judge.above.get(0).samples()).isEqualTo(50);
  }

  /** The first to finish are the shortest (M26): the long ones of the cohort count as much. */
  @Test
  void aCohortWaitsForItsLongOnes() {
    List<Long> starts = start(50, MS);
    for (int i = 0; i < 25; i++) {
      now += 1;
      controller.ended(Ending.SERVED, now - 10 * MS, 20, now);
    }
    assertThat(judge.above).isEmpty();
    for (int i = 25; i < starts.size(); i++) {
      controller.ended(Ending.SERVED, starts.get(i), 20, starts.get(i) + 60 * MS);
      now = Math.max(now, starts.get(i) + 60 * MS);
    }
    assertThat(judge.above).hasSize(1);
    assertThat(judge.above.get(0).meanNanos()).isGreaterThan(30.0 * MS);
  }

  @Test
  void aStragglerCountsAsLongAsItHasTaken() {
    List<Long> starts = start(50, MS);
    for (int i = 0; i < 49; i++) {
      controller.ended(Ending.SERVED, starts.get(i), 20, now + 100);
    }
    assertThat(judge.above).isEmpty();
    long next = controller.nextNanos();
    assertThat(next).isLessThan(now + 200 * MS);
    controller.advance(next);
    assertThat(judge.above).hasSize(1);
    assertThat(judge.above.get(0).samples()).isEqualTo(50);
  }

  @Test
  void aProbeHoldsTheLimitDownAndLetsGoLittleByLittle() {
    judge.depth = 0.5;
    round(50, 10 * MS);
    assertThat(controller.limit()).isEqualTo(10);
    judge.depth = 1;
    controller.started(10, now);
    List<Long> starts = start(50, MS);
    assertThat(controller.limit()).isEqualTo(10);
    now += 10 * MS;
    int ended = 0;
    while (controller.limit() == 10 && ended < 50 && controller.nextNanos() - now > 10 * MS) {
      controller.ended(Ending.SERVED, starts.get(ended++), 10, now);
    }
    assertThat(ended).isBetween(38, 49);
    long before = controller.limit();
    long next = controller.nextNanos();
    controller.advance(next);
    assertThat(controller.limit()).isEqualTo(before + 1);
    controller.advance(now + 60 * MS);
    assertThat(controller.limit()).isEqualTo(20);
  }

  @Test
  void anIdleLimitNeedsNoTimer() {
    assertThat(controller.nextNanos()).isEqualTo(Long.MAX_VALUE);
    controller.advance(0);
    assertThat(controller.nextNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aProbeOfAnIdleLimitEndsByItself() {
    judge.depth = 0.5;
    round(50, 10 * MS);
    judge.depth = 1;
    assertThat(controller.limit()).isEqualTo(10);
    for (int i = 0; i < 100 && controller.nextNanos() != Long.MAX_VALUE; i++) {
      now = controller.nextNanos();
      controller.advance(now);
    }
    assertThat(controller.nextNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(controller.limit()).isEqualTo(20);
    assertThat(judge.below).isEmpty();
  }

  @Test
  void workThatSaysNothingIsNotJudged() {
    List<Long> starts = start(50, MS);
    for (long start : starts) {
      controller.ended(Ending.IGNORED, start, 20, now);
    }
    assertThat(judge.above).isEmpty();
  }

  @Test
  void manyDropsAreNotWaitedForTheRestWith() {
    List<Long> starts = start(50, MS);
    for (int i = 0; i < 25; i++) {
      controller.ended(Ending.DROPPED, starts.get(i), 20, now);
    }
    assertThat(judge.above).isEmpty();
    controller.ended(Ending.DROPPED, starts.get(25), 20, now);
    assertThat(judge.above).hasSize(1);
  }

  @Test
  void refusesRulesOfAnotherController() {
    assertThatThrownBy(() -> controller.rules(AimdRules.DEFAULT, 0))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageStartingWith("controller must stay VegasRules");
    controller.rules(new VegasRules(1, 1, 5), 3);
    assertThat(controller.limit()).isEqualTo(5);
    assertThat(controller.lastMove()).isEqualTo(new LimitMove(3, 20, 5, LimitMove.Cause.RULES));
  }

  @Test
  void adjustsAndRefusesWhatIsNoFactor() {
    controller.adjust(0.5, 7);
    assertThat(controller.lastMove()).isEqualTo(new LimitMove(7, 20, 10, LimitMove.Cause.ADJUSTED));
    controller.adjust(1e300, 8);
    assertThat(controller.limit()).isEqualTo(1000);
    for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> controller.adjust(factor, 9))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("factor must be finite and above 0 but was " + factor);
    }
    assertThat(controller.limit()).isEqualTo(1000);
  }

  @Test
  void aRampOfNoLengthIsOverAtOnce() {
    Ramp ramp = new Ramp();
    ramp.hold(10);
    assertThat(ramp.limit(1_000_000)).isEqualTo(10);
    assertThat(ramp.nextNanos(1_000_000)).isEqualTo(Long.MAX_VALUE);
    ramp.letGo(0, 5);
    assertThat(ramp.limit(1_000_000)).isEqualTo(1_000_000);
  }

  /** Half a second of work that uses the limit, all of one latency. */
  private void round(int pieces, long latency) {
    List<Long> starts = start(pieces, MS);
    for (long start : starts) {
      controller.ended(Ending.SERVED, start, 20, Math.max(now, start + latency));
      now = Math.max(now, start + latency);
    }
  }

  private List<Long> start(int pieces, long every) {
    List<Long> starts = new ArrayList<>();
    for (int i = 0; i < pieces; i++) {
      now += every;
      controller.started(Math.min(controller.limit(), 20), now);
      starts.add(now);
    }
    return starts;
  }

  private static final class Recording implements Judge {
    final List<Cohort> above = new ArrayList<>();
    final List<Cohort> below = new ArrayList<>();
    private final Baseline base = new Baseline();
    double depth = NO_PROBE;

    @Override
    public long cohortSize() {
      return 50;
    }

    @Override
    public boolean isOverloaded(Cohort cohort) {
      return cohort.dropShare() > 0.5;
    }

    @Override
    public double atLimit(Cohort cohort, boolean probed, long nowNanos) {
      above.add(cohort);
      return depth;
    }

    @Override
    public void below(Cohort cohort, long tookNanos, long nowNanos) {
      below.add(cohort);
    }

    @Override
    public Baseline baseline() {
      return base;
    }

    @Override
    public void resume() {}
  }
}
