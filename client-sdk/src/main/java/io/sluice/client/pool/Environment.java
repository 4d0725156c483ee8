package io.sluice.client.pool;

import io.sluice.client.internal.Checks;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How many tasks of a flow may run at once in an environment, and how long one may take: told
 * outright, or else by a variable of the process, or else the default. Immutable.
 *
 * <p>The variables of {@code Environment.of("production", "rpa3")} are {@code
 * PRODUCTION_RPA3_MAX_CONCURRENT_TASKS} and {@code PRODUCTION_RPA3_TIMEOUT_SECONDS}. What holds
 * over several processes belongs in the server's configuration, which has profiles for it.
 */
public final class Environment {
  private static final int DEFAULT_TASKS = 10;
  private static final int DEFAULT_TIMEOUT_SECONDS = 60;
  private static final int DAY_SECONDS = 86_400;

  private final String prefix;
  private final Map<String, String> variables;

  private Environment(String name, String flow, Map<String, String> variables) {
    this.prefix = word("name", name) + "_" + word("flow", flow) + "_";
    this.variables = variables;
  }

  /**
   * An environment of a flow, with the variables of this process.
   *
   * @param name such as {@code dev}, {@code staging}, {@code production}
   * @param flow such as {@code rpa3}
   * @return the environment
   * @throws IllegalArgumentException if a name has other characters than letters, digits, {@code -}
   *     and {@code _}, or none
   */
  public static Environment of(String name, String flow) {
    return new Environment(name, flow, System.getenv());
  }

  /**
   * The same with other variables than those of this process.
   *
   * @param variables names and values
   * @return a new environment
   */
  public Environment variables(Map<String, String> variables) {
    return new Environment(prefix, variables);
  }

  private Environment(String prefix, Map<String, String> variables) {
    this.prefix = prefix;
    this.variables = Map.copyOf(variables);
  }

  /**
   * How many tasks may run at once, unless it is told outright: the variable, or else 10.
   *
   * @return 1..10000
   * @throws IllegalArgumentException if the variable is no number in its bounds
   */
  public int maxConcurrentTasks() {
    return maxConcurrentTasks(OptionalInt.empty());
  }

  /**
   * How many tasks may run at once.
   *
   * @param told beats the variable, and that the default of 10
   * @return 1..10000
   * @throws IllegalArgumentException if what counts is no number in its bounds
   */
  public int maxConcurrentTasks(OptionalInt told) {
    return number("MAX_CONCURRENT_TASKS", told, DEFAULT_TASKS, WorkerPoolBuilder.MAX_WORKERS);
  }

  /**
   * How long one task may take, unless it is told outright: the variable, or else 60 s.
   *
   * @return 1 s..24 h
   * @throws IllegalArgumentException if the variable is no number in its bounds
   */
  public Duration timeout() {
    OptionalInt untold = OptionalInt.empty();
    return Duration.ofSeconds(
        number("TIMEOUT_SECONDS", untold, DEFAULT_TIMEOUT_SECONDS, DAY_SECONDS));
  }

  private int number(String key, OptionalInt told, int otherwise, int max) {
    return told.isPresent()
        ? Checks.inRange(prefix + key, told.getAsInt(), 1, max)
        : Checks.variable(variables, prefix + key, otherwise, 1, max);
  }

  private static String word(String what, String text) {
    if (!text.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new IllegalArgumentException(
          what + " must be 1..64 letters, digits, - and _ but was " + text);
    }
    return text.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
