package io.sluice.engine.advice;

/** How much a recommendation matters, rising. */
public enum Severity {
  /** Something could be better. */
  INFO,
  /** Work is slowed down or refused without need. */
  WARNING,
  /** Work fails. */
  CRITICAL
}
