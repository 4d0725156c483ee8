package io.sluice.server.grpc;

import java.util.List;

/** Reads the configuration file again when an administrator asks for it. */
@FunctionalInterface
public interface ConfigReload {
  /** Reads and applies it, or says why not. */
  Result reload();

  /**
   * What became of it.
   *
   * @param problems what is wrong with the file; if there is anything, nothing was applied
   * @param changedLimits limits that are different now, also those that are gone
   * @param needsRestart keys that count only after a restart
   */
  record Result(List<String> problems, List<String> changedLimits, List<String> needsRestart) {}
}
