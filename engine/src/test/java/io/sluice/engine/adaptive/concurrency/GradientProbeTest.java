package io.sluice.engine.adaptive.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.adaptive.concurrency.SimulatedService.Stretch;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GradientProbeTest {
  private static final GradientProbeRules RULES = GradientProbeRules.DEFAULT;

  @Test
  void findsTheWorkersOfAnOverloadedService() {
    SimulatedService service = new SimulatedService(RULES, 40, 50, 1);
    service.run(60, 1600);
    Stretch overload = service.run(120, 1600);
    assertThat(overload.good / (120 * service.capacity())).isGreaterThan(0.94);
    assertThat(overload.meanLimit).isBetween(38.0, 52.0);
  }

  /** I-27. */
  @Test
  void doesNotDriftUnderSustainedOverload() {
    SimulatedService service = new SimulatedService(RULES, 40, 50, 2);
    service.run(60, 1600);
    double early = service.run(60, 1600).meanLimit;
    Stretch overload = service.run(420, 1600);
    double late = service.run(60, 1600).meanLimit;
    assertThat(late / early).isLessThan(1.1);
    assertThat(overload.meanLimit).isLessThan(80);
    assertThat(service.controller().limit()).isLessThan(80);
    service.run(30, 400);
    assertThat(service.run(60, 400).refusedShare()).isLessThan(0.002);
  }

  /** I-27, where few find the limit full and the limit is asked about upwards. */
  @Test
  void doesNotDriftWhereLittleMoreIsAskedForThanCanBeDone() {
    SimulatedService service = new SimulatedService(RULES, 40, 50, 15);
    service.run(60, 880);
    double early = service.run(60, 880).meanLimit;
    service.run(420, 880);
    Stretch late = service.run(60, 880);
    assertThat(late.meanLimit).isLessThan(60).isLessThan(1.25 * early);
  }

  /** Eighteen latencies are enough, and the first of them are those of the slow work. */
  @Test
  void followsAServiceOfSecondsThatIsSlowerAndWider() {
    SimulatedService service = new SimulatedService(RULES, 40, 5000, 16);
    service.run(600, 16);
    service.run(120, 4);
    service.workers = 80;
    service.meanMillis = 10_000;
    Stretch half = service.run(180, 4);
    assertThat(half.refusedShare()).isLessThan(0.04);
    Stretch overload = service.run(180, 16);
    assertThat(overload.good / (180 * service.capacity())).isGreaterThan(0.86);
  }

  @Test
  void followsAServiceThatIsSlowerAndWider() {
    SimulatedService service = new SimulatedService(RULES, 40, 50, 3);
    service.run(60, 1600);
    service.workers = 80;
    service.meanMillis = 100;
    Stretch half = service.run(120, 400);
    assertThat(half.good / (double) half.offered).isGreaterThan(0.94);
    Stretch overload = service.run(120, 1600);
    assertThat(overload.good / (120 * service.capacity())).isGreaterThan(0.86);
  }

  /** The first to finish of a cohort are the shortest: M26 finds a base far too low here. */
  @Test
  void isNotMisledByTheShortestAtHighRates() {
    SimulatedService service = new SimulatedService(RULES, 800, 50, 4);
    service.run(15, 32_000);
    Stretch overload = service.run(15, 32_000);
    assertThat(overload.good / (15 * service.capacity())).isGreaterThan(0.93);
  }

  @Test
  void isTightWhereServiceTimesDoNotVary() {
    SimulatedService service = new SimulatedService(RULES, 40, 50, 5);
    service.time = () -> 1;
    service.run(30, 1600);
    assertThat(service.run(60, 1600).meanLimit).isBetween(38.0, 46.0);
  }

  @Test
  void doublesAtFirst() {
    SimulatedService service = new SimulatedService(RULES, 1000, 50, 6);
    service.run(5, 15_000);
    assertThat(service.controller().limit()).isGreaterThan(600);
  }

  @Test
  void staysWhereNobodyUsesIt() {
    SimulatedService service = new SimulatedService(RULES, 1000, 50, 7);
    service.run(600, 40);
    assertThat(service.controller().limit()).isEqualTo(20);
    assertThat(service.controller().lastMove()).isNull();
  }

  @Test
  void backsOffFromDropsThatItCauses() {
    SimulatedService service = new SimulatedService(RULES, 200, 50, 8);
    service.dropsFrom = 60;
    service.run(30, 8000);
    Stretch overload = service.run(60, 8000);
    assertThat(overload.meanLimit).isBetween(40.0, 70.0);
    assertThat(overload.dropped).isLessThan(overload.offered / 20);
  }

  @Test
  void bearsDropsThatItDoesNotCause() {
    SimulatedService service = new SimulatedService(RULES, 40, 50, 9);
    service.run(30, 1600);
    service.dropsAnyway = 0.1;
    service.run(30, 1600);
    assertThat(service.run(60, 1600).meanLimit).isBetween(36.0, 56.0);
  }

  @Test
  void cutsForDropsHoweverFewAreServed() {
    ConcurrencyController controller = RULES.controller(new SplittableRandom(1), 0);
    long now = 0;
    for (int i = 0; i < 500; i++) {
      controller.started(1, now);
      now += 1_000_000;
      controller.ended(Ending.DROPPED, now - 1_000_000, 1, now);
    }
    assertThat(controller.limit()).isLessThan(12);
    assertThat(controller.lastMove().cause()).isEqualTo(LimitMove.Cause.DROPS);
  }

  @Test
  void holdsForJobsOfMinutes() {
    SimulatedService service =
        new SimulatedService(new GradientProbeRules(4, 1, 100), 8, 300_000, 10);
    service.run(1800, 1);
    assertThat(service.controller().limit()).isEqualTo(4);
  }

  @Test
  void findsRoomForJobsOfMinutesInHours() {
    SimulatedService service =
        new SimulatedService(new GradientProbeRules(4, 1, 1000), 64, 300_000, 11);
    service.run(24 * 3600, 1);
    assertThat(service.controller().limit()).isBetween(40L, 130L);
  }

  @Test
  void growsThoughHeavyPiecesNeverFillIt() {
    SimulatedService service =
        new SimulatedService(new GradientProbeRules(42, 1, 1000), 100, 20, 12);
    service.weight = () -> 8;
    service.run(10, 20_000);
    assertThat(service.controller().limit()).isGreaterThan(600);
  }

  @Test
  void goesOnAfterARestartWhereItWas() {
    SimulatedService service = new SimulatedService(RULES, 40, 50, 13);
    service.run(60, 1600);
    SavedConcurrency saved = service.controller().save();
    ConcurrencyController next = RULES.controller(new SplittableRandom(1), -5);
    next.restore(saved, -5);
    assertThat(next.limit()).isEqualTo((long) saved.limit());
    assertThat(next.save()).isEqualTo(saved);
    assertThat(next.lastMove().cause()).isEqualTo(LimitMove.Cause.RESTORED);
  }

  @Test
  void leavesWhatMakesNoSenseOfASavedState() {
    ConcurrencyController controller = RULES.controller(new SplittableRandom(1), 0);
    controller.restore(new SavedConcurrency(Double.NaN, Double.NaN, -1), 0);
    assertThat(controller.save()).isEqualTo(new SavedConcurrency(20, 0, 0));
    controller.restore(new SavedConcurrency(1e300, Double.POSITIVE_INFINITY, 5), 0);
    assertThat(controller.save()).isEqualTo(new SavedConcurrency(1000, 0, 0));
  }

  @Test
  void theSameCallsGiveTheSameLimits() {
    SimulatedService first = new SimulatedService(RULES, 40, 50, 14);
    SimulatedService second = new SimulatedService(RULES, 40, 50, 14);
    for (int i = 0; i < 20; i++) {
      assertThat(first.run(1, 1600).meanLimit).isEqualTo(second.run(1, 1600).meanLimit);
    }
  }
}
