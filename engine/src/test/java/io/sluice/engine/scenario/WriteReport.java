package io.sluice.engine.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs all scenarios and writes the report about them: {@code engine/run report}. */
class WriteReport {
  @Test
  void writes() throws IOException {
    Map<String, String> files = Report.of(ScenarioTest.runs());
    Path images = Files.createDirectories(Report.DOCS.resolve(Report.IMAGES));
    try (Stream<Path> old = Files.list(images)) {
      for (Path path : old.toList()) {
        Files.delete(path);
      }
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(Report.DOCS.resolve(file.getKey()), file.getValue());
    }
    System.out.println("written to docs/: " + List.copyOf(files.keySet()));
  }
}
