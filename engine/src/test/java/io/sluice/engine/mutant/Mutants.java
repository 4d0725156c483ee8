package io.sluice.engine.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests of the engine against each mutant, and fails if one survives. Too slow for every
 * build: {@code engine/run mutants}, or {@code engine/run mutants M04,M05}.
 */
class Mutants {
  private static final long MINUTES_FOR_ONE = 20;

  @TempDir Path work;

  @Test
  void noneSurvives() throws Exception {
    List<String> wanted = List.of(System.getProperty("mutants", "all").split(","));
    List<String> survivors = new ArrayList<>();
    for (Mutant mutant : Mutant.all()) {
      if (wanted.contains("all") || wanted.contains(mutant.number())) {
        String killer = killer(mutant);
        System.out.printf("%s %s%n    %s%n", mutant.number(), mutant.what(), killer);
        if (killer.startsWith("SURVIVED")) {
          survivors.add(mutant.name());
        }
      }
    }
    assertThat(survivors).as("mutants that no test finds out").isEmpty();
  }

  private String killer(Mutant mutant) throws IOException, InterruptedException {
    Path classes = Files.createDirectories(work.resolve(mutant.name()).resolve("classes"));
    Path source = work.resolve(mutant.name()).resolve(mutant.source());
    Files.createDirectories(source.getParent());
    Files.writeString(source, mutant.mutated());
    String classPath = System.getProperty("java.class.path");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-nowarn", "-d", "" + classes, "-cp", classPath, "" + source);
    assertThat(compiled).as("%s compiles", mutant.name()).isZero();
    Path output = work.resolve(mutant.name()).resolve("output");
    Process tests =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                classes + File.pathSeparator + classPath,
                FirstFailure.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!tests.waitFor(MINUTES_FOR_ONE, TimeUnit.MINUTES)) {
      tests.destroyForcibly();
      return "killed: the tests did not end";
    }
    try (Stream<String> lines = Files.lines(output)) {
      String last = lines.reduce("", (before, line) -> line);
      return tests.exitValue() == 0 ? "SURVIVED" : "killed by " + last;
    }
  }
}
