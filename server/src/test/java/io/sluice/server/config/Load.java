package io.sluice.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Short ways to load a configuration in a test. */
final class Load {
  static final String FILE = "sluice.yaml";

  private Load() {}

  static ConfigurationInput input(String text) {
    return ConfigurationInput.of(FILE, text);
  }

  static Configuration valid(String text) {
    return valid(input(text));
  }

  static Configuration valid(ConfigurationInput input) {
    try {
      return ConfigurationLoader.load(input);
    } catch (ConfigurationException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** Returns the problems as text, "FILE:" cut off. */
  static List<String> problems(String text) {
    return problems(input(text));
  }

  static List<String> problems(ConfigurationInput input) {
    try {
      ConfigurationLoader.load(input);
      return List.of();
    } catch (ConfigurationException e) {
      return e.problems().stream()
          .map(problem -> problem.toString().replaceFirst("^" + FILE + ":", ""))
          .toList();
    }
  }

  /** Returns the text of a file beside the tests. */
  static String resource(String name) throws IOException {
    try (InputStream stream = Objects.requireNonNull(Load.class.getResourceAsStream(name), name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
