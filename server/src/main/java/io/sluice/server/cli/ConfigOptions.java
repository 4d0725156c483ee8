package io.sluice.server.cli;

import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import io.sluice.server.config.ExampleConfiguration;
import io.sluice.server.reload.ConfigSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the configuration comes from. */
final class ConfigOptions implements ConfigSource {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration (default: $SLUICE_CONFIG, else built-in example limits).",
      defaultValue = "${env:SLUICE_CONFIG}")
  @Nullable Path file;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "The overlay to take from the file's profiles (default: $SLUICE_PROFILE).",
      defaultValue = "${env:SLUICE_PROFILE}")
  @Nullable String profile;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override one value, as in limits.jobs.concurrency.max=8; may be given again.")
  List<String> overrides = new ArrayList<>();

  boolean isExample() {
    return file == null;
  }

  /** Reads and checks the configuration. */
  Configuration load() throws ConfigurationException, IOException {
    return load(text());
  }

  @Override
  public String text() throws IOException {
    return file == null
        ? ExampleConfiguration.text()
        : Files.readString(file, StandardCharsets.UTF_8);
  }

  @Override
  public Configuration load(String text) throws ConfigurationException {
    String name = file == null ? ExampleConfiguration.NAME : file.toString();
    return ConfigurationLoader.load(
        new ConfigurationInput(
            name,
            text,
            System.getenv(),
            profile,
            overrides,
            Runtime.getRuntime().availableProcessors()));
  }
}
