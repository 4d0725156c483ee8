package io.sluice.server.config;

import java.util.List;

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
}
