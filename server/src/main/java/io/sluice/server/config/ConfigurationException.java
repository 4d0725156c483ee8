package io.sluice.server.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that is refused, with everything that is wrong with it. */
public final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int MAX_SHOWN = 100;

  private final transient List<Problem> problems;

  ConfigurationException(List<Problem> problems) {
    super(describe(problems));
    this.problems = List.copyOf(problems);
  }

  /** Returns the problems, in the order of their places; at least one. */
  public List<Problem> problems() {
    return problems;
  }

  private static String describe(List<Problem> problems) {
    String shown =
        problems.stream()
            .limit(MAX_SHOWN)
            .map(Problem::toString)
            .collect(Collectors.joining(System.lineSeparator()));
    int more = problems.size() - MAX_SHOWN;
    return more > 0 ? shown + System.lineSeparator() + "and " + more + " more" : shown;
  }
}
