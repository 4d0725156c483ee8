package io.sluice.client.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimeHistogramTest {

  @Test
  void quantilesAreWithinFourPercentOfTheTimesThemselves() {
    SplittableRandom random = new SplittableRandom(7);
    for (int run = 0; run < 200; run++) {
      TimeHistogram histogram = new TimeHistogram();
      long[] micros = new long[1 + random.nextInt(500)];
      for (int i = 0; i < micros.length; i++) {
        micros[i] = (long) Math.exp(random.nextDouble() * Math.log(3.6e9)); // 1 us..1 h
        histogram.add(Duration.ofNanos(micros[i] * 1000));
      }
      Arrays.sort(micros);
      for (double share : new double[] {0.01, 0.5, 0.95, 0.99, 1}) {
        double exact = micros[(int) Math.ceil(share * micros.length) - 1];
        double told = histogram.quantile(share).toNanos() / 1000.0;
        assertThat(told).isCloseTo(exact, within(0.04 * exact));
      }
    }
  }

  @Test
  void longestTimesCountInTheLastStep() {
    TimeHistogram histogram = new TimeHistogram();
    histogram.add(Duration.ofDays(365));
    histogram.add(Duration.ofSeconds(-1));

    assertThat(histogram.quantile(1)).isGreaterThan(Duration.ofHours(1));
    assertThat(histogram.quantile(0.5)).isZero();
  }
}
