package io.sluice.engine.adaptive.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.adaptive.concurrency.SimulatedService.Stretch;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VegasTest {
  /** Netflix/concurrency-limits#165: the latency of an overloaded service became its baseline. */
  @Test
  void overloadDoesNotPoisonItsBaseline() {
    SimulatedService service = new SimulatedService(VegasRules.DEFAULT, 40, 50, 1);
    service.run(60, 1600);
    Stretch overload = service.run(300, 1600);
    assertThat(overload.meanLimit).isBetween(35.0, 70.0);
    assertThat(overload.good / (300 * service.capacity())).isGreaterThan(0.85);
  }

  @Test
  void growsWithRoom() {
    SimulatedService service = new SimulatedService(VegasRules.DEFAULT, 400, 50, 2);
    service.run(30, 7000);
    assertThat(service.controller().limit()).isGreaterThan(300);
  }

  @Test
  void shrinksWithDrops() {
    SimulatedService service = new SimulatedService(VegasRules.DEFAULT, 400, 50, 3);
    service.dropsFrom = 15;
    service.run(30, 3000);
    assertThat(service.controller().limit()).isBetween(8L, 22L);
  }

  @Test
  void goesOnAfterARestart() {
    SimulatedService service = new SimulatedService(VegasRules.DEFAULT, 40, 50, 4);
    service.run(10, 1600);
    ConcurrencyController next = VegasRules.DEFAULT.controller(new SplittableRandom(1), 0);
    next.restore(service.controller().save(), 0);
    assertThat(next.save()).isEqualTo(service.controller().save());
  }
}
