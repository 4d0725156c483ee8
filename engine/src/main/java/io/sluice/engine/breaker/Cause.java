package io.sluice.engine.breaker;

/** Why a breaker changed its state. */
public enum Cause {
  /** Too large a share of the window failed. */
  FAILURES,
  /** Too many failed in a row. */
  FAILURES_IN_A_ROW,
  /** Too large a share of the window was slow. */
  SLOW_CALLS,
  /** It was open for its time. */
  TIME,
  /** Enough probes succeeded in time. */
  PROBES_SUCCEEDED,
  /** Too many probes failed or were lost. */
  PROBES_FAILED,
  /** Too many probes were slow. */
  PROBES_SLOW,
  /** Every probe was taken back or said nothing. */
  PROBES_SAID_NOTHING
}
