package io.sluice.engine.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.sluice.engine.scenario.Scenario.Claim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** What the report says is so. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScenarioTest {
  private Map<Scenario, List<Results>> runs = Map.of();

  /** Runs all scenarios, in the order of their files. */
  static Map<Scenario, List<Results>> runs() {
    Map<Scenario, List<Results>> runs = new LinkedHashMap<>();
    ScenarioFile.all().forEach(scenario -> runs.put(scenario, Run.all(scenario)));
    return runs;
  }

  @BeforeAll
  void run() {
    runs = runs();
  }

  @TestFactory
  Stream<DynamicNode> claimsHold() {
    return runs.entrySet().stream()
        .map(entry -> dynamicContainer(entry.getKey().name(), claims(entry.getValue())));
  }

  @Test
  void committedReportIsWhatTheScenariosGive() throws IOException {
    Map<String, String> files = Report.of(runs);
    List<String> committed = new ArrayList<>();
    try (Stream<Path> images = Files.list(Report.DOCS.resolve(Report.IMAGES))) {
      images.forEach(path -> committed.add(Report.IMAGES + "/" + path.getFileName()));
    }
    assertThat(files.keySet()).as("engine/run report writes it").containsAll(committed);
    for (Map.Entry<String, String> file : files.entrySet()) {
      assertThat(Report.DOCS.resolve(file.getKey()))
          .as("engine/run report writes it")
          .hasContent(file.getValue());
    }
  }

  @Test
  void runOfOneSeedIsTheSameAgain() {
    Scenario scenario = runs.keySet().iterator().next();
    Map<Scenario, List<Results>> first = Map.of(scenario, runs.get(scenario));
    Map<Scenario, List<Results>> again = Map.of(scenario, Run.all(scenario));
    assertThat(Report.of(again)).isEqualTo(Report.of(first));
  }

  private static Stream<DynamicTest> claims(List<Results> runs) {
    Scenario scenario = runs.get(0).scenario();
    return scenario.claims().stream()
        .map(claim -> dynamicTest(claim.says(), () -> assertHolds(claim, runs)));
  }

  private static void assertHolds(Claim claim, List<Results> runs) {
    List<Results> about = runs.stream().filter(claim::isAbout).toList();
    assertThat(about).as("runs that it is about").isNotEmpty();
    for (Results run : about) {
      assertThat(claim.holds(run))
          .as(
              "%s: %s of %s at %s× is %s, claimed %s..%s",
              claim.says(),
              claim.figure(),
              run.variant().name(),
              run.load(),
              claim.measured(run),
              claim.atLeast(),
              claim.atMost())
          .isTrue();
    }
  }
}
