package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.device.Device;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShippedFilesTest {
  static final Path ROOT = repository();

  @Test
  void theExampleOfDeployIsValid() throws IOException {
    Configuration configuration = Load.valid(read("deploy/config/sluice.yaml"));

    assertThat(configuration.declaredLimits())
        .extracting(Limit::name)
        .containsExactly("demo-job", "demo-api", "chat", "chat-free", "orders-sessions", "cards");
    assertThat(configuration.devices().get("gpu"))
        .isEqualTo(
            new InventorySource.Static(
                List.of(
                    new Device("GPU-fake-0", 0, "fake", 24064),
                    new Device("GPU-fake-1", 1, "fake", 24064))));
  }

  @Test
  void theConfigMapOfTheSidecarIsValid() throws IOException {
    Configuration configuration =
        Load.valid(block(read("deploy/kubernetes/sidecar.yaml"), "sluice.yaml: |"));

    assertThat(configuration.server().listen()).isEqualTo(new HostPort("0.0.0.0", 7400));
    assertThat(configuration.server().udsPath()).isEqualTo("/run/sluice/sluice.sock");
    assertThat(configuration.declaredLimits())
        .extracting(Limit::name)
        .containsExactly("demo-job", "demo-api");
  }

  @Test
  void theBuiltInExampleIsValid() {
    ConfigurationInput input =
        ConfigurationInput.of(ExampleConfiguration.NAME, ExampleConfiguration.text());
    Configuration configuration = Load.valid(input);

    assertThat(configuration.declaredLimits())
        .extracting(Limit::name)
        .containsExactly("api", "job", "chat", "jobs", "gpu");
    assertThat(jobs(configuration)).isEqualTo(2);
    assertThat(jobs(Load.valid(input.withEnvironment(Map.of("PIPELINE_MAX_PARALLEL_JOBS", "8")))))
        .isEqualTo(8);
    assertThat(Load.problems(input.withEnvironment(Map.of("PIPELINE_MAX_PARALLEL_JOBS", "abc"))))
        .containsExactly(
            "example.yaml:32:12: limits.jobs.concurrency.max: must be a whole number or cores but"
                + " was abc (${PIPELINE_MAX_PARALLEL_JOBS})");
  }

  private static long jobs(Configuration configuration) {
    return configuration.declaredLimits().stream()
        .filter(limit -> limit.name().equals("jobs"))
        .map(limit -> ((Policy.Concurrency) limit.policy()).max())
        .findFirst()
        .orElseThrow();
  }

  /** Returns the block scalar after a line, without its indentation. */
  private static String block(String yaml, String line) {
    String indent = "    ";
    return String.join(
        "\n",
        yaml.lines()
            .dropWhile(each -> !each.strip().equals(line))
            .skip(1)
            .takeWhile(each -> each.startsWith(indent))
            .map(each -> each.substring(indent.length()))
            .toList());
  }

  private static String read(String path) throws IOException {
    return Files.readString(ROOT.resolve(path));
  }

  private static Path repository() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("deploy"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
