package io.sluice.client.jobs;

import java.util.OptionalInt;

/**
 * Why a job failed.
 *
 * @param reason the kind of failure
 * @param cause what the job threw, or what was thrown in its place
 */
public record JobFailure(Reason reason, Throwable cause) {

  /** A kind of failure. */
  public enum Reason {
    /** Its program ended with another code than 0. */
    EXIT_CODE,
    /** It threw. */
    EXCEPTION,
    /** Its lease ended before it did, so that another may have run beside it. */
    LEASE_LOST,
    /** The server denied its lease, or could not be asked. */
    DENIED,
    /** It never ran, or was given up, because the manager was closed. */
    CANCELLED
  }

  /**
   * The code with which its program ended.
   *
   * @return empty unless that is the reason
   */
  public OptionalInt exitCode() {
    return cause instanceof ExitCodeException exit
        ? OptionalInt.of(exit.exitCode())
        : OptionalInt.empty();
  }

  @Override
  public String toString() {
    return exitCode().isPresent()
        ? "FAILED(" + exitCode().getAsInt() + ")"
        : "FAILED(" + reason + ")";
  }
}
