package io.sluice.server.cli;

/** Exit codes of the command. {@code run} passes on the code of its process instead. */
final class Exit {
  /** Done. */
  static final int OK = 0;

  /** Denied, not found, or a configuration with problems. */
  static final int NO = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** The server cannot be reached, or failed. */
  static final int UNAVAILABLE = 3;

  /** {@code run} could not start its process: denied, unreachable, or no such program. */
  static final int NOT_RUN = 125;

  private Exit() {}
}
