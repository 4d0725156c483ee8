package io.sluice.engine.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The counts of a window against a list of everything that ended. */
class EndedCallsTest {
  private record Ended(long slice, boolean failed, boolean slow) {}

  @Test
  void countsWhatTheListCounts() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long window = random.nextLong(10, 1 + TimeUnit.HOURS.toNanos(1));
      long sliceNanos = window / 10;
      EndedCalls calls = new EndedCalls(window);
      List<Ended> all = new ArrayList<>();
      long now = random.nextLong(-1L << 60, 1L << 60);
      for (int step = 0; step < 500; step++) {
        now += random.nextInt(20) == 0 ? random.nextLong(3 * window) : random.nextLong(sliceNanos);
        long slice = Math.floorDiv(now, sliceNanos);
        if (random.nextBoolean()) {
          Ended ended = new Ended(slice, random.nextBoolean(), random.nextInt(4) == 0);
          all.add(ended);
          calls.add(ended.failed, ended.slow, now);
        }
        calls.advance(now);
        List<Ended> within = all.stream().filter(ended -> ended.slice > slice - 10).toList();
        assertThat(calls.calls()).as("seed %d step %d", seed, step).isEqualTo(within.size());
        assertThat(calls.failed()).isEqualTo((int) within.stream().filter(Ended::failed).count());
        assertThat(calls.slow()).isEqualTo((int) within.stream().filter(Ended::slow).count());
      }
    }
  }
}
