package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference page and the code know the same keys, defaults, units and bounds. */
class ReferencePageTest {
  private static final List<String> IN_WORDS =
      List.of(
          "required", "its place", "by its kind", "by controller", "as configured", "1 % of max");

  @Test
  void hasOneRowForEachKeyInOrder() throws IOException {
    List<String> expected = new ArrayList<>();
    for (Key<?> key : Keys.ALL) {
      expected.add(
          String.join(
              " | ",
              "`" + key.path() + "`",
              cell(key.fallbackText()),
              key.type().unit(),
              key.type().bound()));
    }

    assertThat(rows()).containsExactlyElementsOf(expected);
  }

  @Test
  void itsExamplesAreValid() throws IOException {
    List<String> examples = examples();

    assertThat(examples).hasSize(2);
    examples.forEach(Load::valid);
  }

  /** Returns the rows of the tables of keys, without their last column. */
  private static List<String> rows() throws IOException {
    return page()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.split("\\|", -1))
        .map(cells -> Stream.of(cells).map(String::strip).toList())
        .peek(cells -> assertThat(cells).as("%s", cells).hasSize(7))
        .peek(cells -> assertThat(cells.get(5)).as("meaning of %s", cells.get(1)).isNotEmpty())
        .map(cells -> String.join(" | ", cells.subList(1, 5)))
        .toList();
  }

  private static String cell(String fallback) {
    boolean literal = !fallback.isEmpty() && !IN_WORDS.contains(fallback);
    return literal ? "`" + fallback + "`" : fallback;
  }

  private static List<String> examples() throws IOException {
    List<String> examples = new ArrayList<>();
    String[] parts = String.join("\n", page().toList()).split("```");
    for (int i = 1; i < parts.length; i += 2) {
      examples.add(parts[i].replaceFirst("^yaml\n", ""));
    }
    return examples;
  }

  private static Stream<String> page() throws IOException {
    return Files.readAllLines(ShippedFilesTest.ROOT.resolve("docs/configuration.md")).stream();
  }
}
