package io.sluice.engine.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The mutants still fit the sources; {@code engine/run mutants} runs the tests against them. */
class MutantTest {
  @Test
  void everyMutantAppliesOnce() throws Exception {
    List<Mutant> mutants = Mutant.all();
    assertThat(mutants).hasSizeGreaterThanOrEqualTo(11);
    for (Mutant mutant : mutants) {
      assertThat(mutant.mutated())
          .as(mutant.name())
          .isNotEqualTo(Files.readString(mutant.source()));
      assertThat(mutant.edits()).as(mutant.name()).isNotEmpty();
    }
    assertThat(mutants.stream().map(Mutant::number)).doesNotHaveDuplicates();
  }
}
