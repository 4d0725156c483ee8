package io.sluice.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaboratoryTest {
  private final List<String> ran = new ArrayList<>();
  @TempDir private Path folder;

  @Test
  void refusesWhatNoStudyKnowsAndNamesWhatTheyKnow() {
    Laboratory laboratory = laboratory();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> laboratory.run(folder, "all", new Study.Request(1, 1, "thrid")))
        .withMessage("the experiment must be one of first, second, third but was thrid");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> laboratory.run(folder, "one", new Study.Request(1, 1, "third")))
        .withMessage("the experiment must be one of first, second but was third");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> laboratory.run(folder, "three", new Study.Request(1, 1, "")))
        .withMessage("the study must be all or one of [one, two] but was three");
    assertThat(ran).isEmpty();
  }

  @Test
  void runsTheStudiesThatKnowTheExperiment() throws Exception {
    laboratory().run(folder, "all", new Study.Request(1, 1, "third"));
    assertThat(ran).containsExactly("Two");
    assertThat(folder).isEmptyDirectory();
    laboratory().run(folder, "all", new Study.Request(1, 1, ""));
    assertThat(ran).containsExactly("Two", "One", "Two");
    assertThat(folder.resolve("report.md")).content().contains("## One\n", "## Two\n");
  }

  private Laboratory laboratory() {
    Map<String, Study> studies = new LinkedHashMap<>();
    studies.put("one", study("One", "first", "second"));
    studies.put("two", study("Two", "third"));
    return new Laboratory(studies);
  }

  private Study study(String title, String... experiments) {
    return new Study() {
      @Override
      public String title() {
        return title;
      }

      @Override
      public List<String> experiments() {
        return List.of(experiments);
      }

      @Override
      public void run(Request request, Section section) {
        ran.add(title);
      }
    };
  }
}
