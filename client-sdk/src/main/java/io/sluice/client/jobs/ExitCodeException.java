package io.sluice.client.jobs;

/** A job's program ended with another code than 0. */
public final class ExitCodeException extends Exception {
  private final int exitCode;

  ExitCodeException(String program, int exitCode) {
    super(program + " ended with code " + exitCode);
    this.exitCode = exitCode;
  }

  /**
   * The code.
   *
   * @return never 0
   */
  public int exitCode() {
    return exitCode;
  }
}
