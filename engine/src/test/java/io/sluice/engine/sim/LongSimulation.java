package io.sluice.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The simulator for as long as one likes: {@code engine/run simulate [SEEDS [FIRST]]}. */
class LongSimulation {
  private static final long LEAST_OF_EACH = 1_000;
  private static final int EVENTS = 4_000;
  private static final int SEEDS_FOR_THAT = 10_000;

  @Test
  void everyInvariantHoldsAndEveryFactIsMetOften() {
    int seeds = Integer.getInteger("sim.seeds", SEEDS_FOR_THAT);
    long first = Long.getLong("sim.first", 1);
    Coverage coverage = SimulationTest.run(first, seeds, EVENTS);
    System.out.printf("%,d seeds from %d, no violation; what was met:%n%s", seeds, first, coverage);
    long least = Math.max(1, LEAST_OF_EACH * seeds / SEEDS_FOR_THAT);
    assertThat(coverage.rarerThan(Math.min(least, LEAST_OF_EACH)))
        .as("facts met less than %d times", least)
        .isEmpty();
  }
}
