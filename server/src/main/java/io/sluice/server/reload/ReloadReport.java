package io.sluice.server.reload;

import java.util.List;

/**
 * What became of a reload.
 *
 * @param problems what is wrong with the file; if there is anything, nothing was applied
 * @param changedLimits limits that are different now, also those that are gone
 * @param needsRestart keys that differ from those in force and count only after a restart
 */
public record ReloadReport(
    List<String> problems, List<String> changedLimits, List<String> needsRestart) {
  /** Nothing was reloaded yet. */
  static final ReloadReport NONE = new ReloadReport(List.of(), List.of(), List.of());

  /** Copies what could change. */
  public ReloadReport {
    problems = List.copyOf(problems);
    changedLimits = List.copyOf(changedLimits);
    needsRestart = List.copyOf(needsRestart);
  }

  static ReloadReport refused(String problem) {
    return new ReloadReport(List.of(problem), List.of(), List.of());
  }
}
