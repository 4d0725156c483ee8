package io.sluice.benchmarks.lab.rates;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/algorithms.md claims of the governor, for one seed that the report does not use. */
class GovernorClaimTest {
  private static final long SEED = 4711;

  @ParameterizedTest
  @MethodSource("claimed")
  void uses92PercentOfEachSegmentAndHasAtMost1PercentRefused(Experiment experiment) {
    Recording record = Contestant.GOVERNOR.run(experiment, SEED);
    for (Course.Segment segment : record.segments()) {
      assertThat(record.utilisation(segment, experiment))
          .as("utilisation from %s s", segment.from())
          .isGreaterThanOrEqualTo(0.92);
      assertThat(record.refusedShare(segment))
          .as("refused from %s s", segment.from())
          .isLessThanOrEqualTo(0.01);
    }
  }

  static Stream<Experiment> claimed() {
    return Catalogue.steps().stream().filter(one -> one.name().matches("bucket|bucket-told|fixed"));
  }
}
