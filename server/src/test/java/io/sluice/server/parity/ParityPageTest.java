package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/parity.md: every row is there, and every test that it names. */
class ParityPageTest {
  private static final Path ROOT = Path.of("..");
  private static final int[] ROWS = {30, 21, 26, 18, 17};
  private static final Pattern ROW =
      Pattern.compile("\\| (\\d\\.\\d+) \\| (.*) \\| (.*) \\| .*\\|");
  private static final Pattern TEST = Pattern.compile("`(\\w+)(?:\\.(\\w+))?`");

  @Test
  void everyRowNamesTestsThatThereAre() throws IOException {
    Map<String, String> sources = testSources();
    List<String> rows = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/parity.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(row.group(1));
        Matcher test = TEST.matcher(row.group(3));
        boolean any = false;
        while (test.find()) {
          any = true;
          String source = sources.getOrDefault(test.group(1), "");
          if (source.isEmpty()
              || (test.group(2) != null && !source.contains("void " + test.group(2) + "("))) {
            missing.add(row.group(1) + ": " + test.group());
          }
        }
        if (!any) {
          missing.add(row.group(1) + " names no test");
        }
      }
    }

    assertThat(missing).isEmpty();
    assertThat(rows)
        .containsExactlyElementsOf(
            IntStream.range(0, ROWS.length)
                .boxed()
                .flatMap(
                    system ->
                        IntStream.rangeClosed(1, ROWS[system]).mapToObj(n -> system + "." + n))
                .toList());
  }

  /** The texts of the tests by the name of their class, together where two have one name. */
  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : List.of("engine", "client-sdk", "server", "benchmarks")) {
      Path tests = ROOT.resolve(module).resolve("src/test/java");
      if (Files.isDirectory(tests)) {
        try (Stream<Path> files = Files.walk(tests)) {
          for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
            String name = file.getFileName().toString().replace(".java", "");
            sources.merge(name, Files.readString(file), String::concat);
          }
        }
      }
    }
    return sources;
  }
}
