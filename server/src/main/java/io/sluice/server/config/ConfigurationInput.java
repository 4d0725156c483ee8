package io.sluice.server.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a configuration is made of.
 *
 * @param fileName the name of the file, as problems tell it
 * @param text the text of the file, YAML 1.2
 * @param environment the variables of the environment
 * @param profile the profile chosen by a flag; null = the one that the variables or the file choose
 * @param sets flags of the form {@code KEY=VALUE}, the later over the earlier
 * @param processors the processors of the machine, for {@code max: cores}
 */
public record ConfigurationInput(
    String fileName,
    String text,
    Map<String, String> environment,
    @Nullable String profile,
    List<String> sets,
    int processors) {
  /** Copies what could change. */
  public ConfigurationInput {
    environment = Map.copyOf(environment);
    sets = List.copyOf(sets);
  }

  /** A file alone: no variables, no flags, one processor. */
  public static ConfigurationInput of(String fileName, String text) {
    return new ConfigurationInput(fileName, text, Map.of(), null, List.of(), 1);
  }

  /** The same with the variables of an environment. */
  public ConfigurationInput withEnvironment(Map<String, String> variables) {
    return new ConfigurationInput(fileName, text, variables, profile, sets, processors);
  }

  /** The same with a profile chosen by a flag. */
  public ConfigurationInput withProfile(@Nullable String chosen) {
    return new ConfigurationInput(fileName, text, environment, chosen, sets, processors);
  }

  /** The same with other flags. */
  public ConfigurationInput withSets(List<String> flags) {
    return new ConfigurationInput(fileName, text, environment, profile, flags, processors);
  }

  /** The same for a machine with so many processors. */
  public ConfigurationInput withProcessors(int count) {
    return new ConfigurationInput(fileName, text, environment, profile, sets, count);
  }
}
