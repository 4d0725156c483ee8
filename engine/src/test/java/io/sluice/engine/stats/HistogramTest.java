package io.sluice.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  private static final long LONGEST = TimeUnit.DAYS.toNanos(366);

  @Test
  void percentilesAreWithinOnePercentFromAMicrosecondToAYear() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      long[] values = new long[1 + random.nextInt(2000)];
      double low = Math.log(1_000) + random.nextDouble() * 20;
      double high = Math.min(Math.log((double) LONGEST), low + random.nextDouble() * 12);
      Histogram histogram = new Histogram();
      for (int i = 0; i < values.length; i++) {
        values[i] = (long) Math.exp(low + random.nextDouble() * (high - low));
        histogram.record(values[i]);
      }
      Arrays.sort(values);
      for (double share : new double[] {0, 0.01, 0.5, 0.95, 0.99, 0.999, 1}) {
        long exact = values[(int) Math.max(0, Math.ceil(share * values.length) - 1)];
        assertThat((double) histogram.percentile(share))
            .as("round %d, %s of %d", round, share, values.length)
            .isCloseTo(exact, within(exact * 0.01));
      }
    }
  }

  @Test
  void countSumMinAndMaxAreExact() {
    Histogram histogram = new Histogram();
    for (long nanos : new long[] {3, 1_000, 77_777_777, LONGEST}) {
      histogram.record(nanos);
    }
    assertThat(histogram.count()).isEqualTo(4);
    assertThat(histogram.sumNanos()).isEqualTo(LONGEST + 77_778_780);
    assertThat(histogram.minNanos()).isEqualTo(3);
    assertThat(histogram.maxNanos()).isEqualTo(LONGEST);
  }

  @Test
  void aSumThatCannotBeToldStaysAtTheMostThereIs() {
    Histogram histogram = new Histogram();
    for (int i = 0; i < 400; i++) {
      histogram.record(Long.MAX_VALUE);
    }
    Histogram twice = new Histogram();
    twice.add(histogram);
    twice.add(histogram);

    assertThat(histogram.sumNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(twice.sumNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(twice.count()).isEqualTo(800);
    assertThat(twice.percentile(0.5)).isEqualTo(LONGEST);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, 511, 512, 1_000, Long.MAX_VALUE})
  void oneValueIsEveryPercentile(long nanos) {
    Histogram histogram = new Histogram();
    histogram.record(nanos);
    long counted = Math.min(Math.max(0, nanos), LONGEST);

    assertThat(histogram.percentile(0)).isEqualTo(counted);
    assertThat(histogram.percentile(0.5)).isEqualTo(counted);
    assertThat(histogram.percentile(1)).isEqualTo(counted);
  }

  @Test
  void twoMergedAreAsIfAllHadBeenAddedToOne() {
    SplittableRandom random = new SplittableRandom(3);
    Histogram one = new Histogram();
    Histogram other = new Histogram();
    Histogram all = new Histogram();
    for (int i = 0; i < 10_000; i++) {
      long nanos = 1L << random.nextInt(10, 54);
      (random.nextBoolean() ? one : other).record(nanos);
      all.record(nanos);
    }
    Histogram merged = new Histogram();
    merged.add(one);
    merged.add(new Histogram());
    merged.add(other);

    assertThat(merged.distribution()).isEqualTo(all.distribution());
    assertThat(merged.minNanos()).isEqualTo(all.minNanos());
  }

  @Test
  void nothingIsZeros() {
    assertThat(new Histogram().distribution()).isEqualTo(Distribution.EMPTY);
    assertThat(new Histogram().percentile(0.99)).isZero();
    assertThat(new Histogram().minNanos()).isZero();
  }
}
