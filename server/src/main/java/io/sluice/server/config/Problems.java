package io.sluice.server.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What has been found wrong so far. */
final class Problems {
  private record Found(Source source, Problem problem) {}

  private final List<Found> found = new ArrayList<>();

  void add(Source source, KeyPath path, String text) {
    String noted = source.note().isEmpty() ? text : text + " (" + source.note() + ")";
    Problem problem = new Problem(source.location(), path.toString(), Quoted.onOneLine(noted));
    found.add(new Found(source, problem));
  }

  void add(Source source, KeyPath path, InvalidValue refused) {
    add(refused.sourceOr(source), path, refused.problem());
  }

  /** Returns how many there are; while it stays the same, what was read meanwhile is sound. */
  int count() {
    return found.size();
  }

  /**
   * Ends the reading if anything is wrong.
   *
   * @throws ConfigurationException with all problems in the order of their places
   */
  void refuse() throws ConfigurationException {
    if (!found.isEmpty()) {
      throw new ConfigurationException(
          found.stream()
              .sorted(Comparator.comparing(Found::source, Source.BY_POSITION))
              .map(Found::problem)
              .distinct()
              .toList());
    }
  }
}
