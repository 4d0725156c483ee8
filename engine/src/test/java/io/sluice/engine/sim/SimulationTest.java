package io.sluice.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Many small worlds, each from a seed, each event followed by every invariant. */
class SimulationTest {
  static final int EVENTS = 1_500;
  private static final int SEEDS = 500;

  @Test
  void everyInvariantHoldsInEveryRun() {
    Long seed = Long.getLong("sim.seed");
    if (seed != null) {
      int events = Integer.getInteger("sim.events", EVENTS);
      new Simulation(seed, events, new Coverage(), System.out::println).run();
      return;
    }
    Coverage coverage = run(1, SEEDS, EVENTS);
    assertThat(coverage.rarerThan(1)).as("every fact was met:%n%s", coverage).isEmpty();
  }

  @Test
  void runOfOneSeedIsAlwaysTheSame() {
    for (long seed = 1; seed <= 40; seed++) {
      long first = hash(seed);
      assertThat(hash(seed)).as("seed %d", seed).isEqualTo(first);
    }
    assertThat(hash(1)).as("and of another seed another").isNotEqualTo(hash(2));
  }

  static Coverage run(long firstSeed, int seeds, int events) {
    Coverage all = new Coverage();
    LongStream.range(firstSeed, firstSeed + seeds)
        .parallel()
        .forEach(
            seed -> {
              Coverage coverage = new Coverage();
              new Simulation(seed, events, coverage, line -> {}).run();
              all.add(coverage);
            });
    return all;
  }

  private static long hash(long seed) {
    return new Simulation(seed, EVENTS, new Coverage(), line -> {}).run();
  }
}
