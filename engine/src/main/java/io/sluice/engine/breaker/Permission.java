package io.sluice.engine.breaker;

/** Whether work may begin. */
public enum Permission {
  /** It may: the breaker is closed. */
  ADMITTED,
  /** It may, and its end helps to decide whether the breaker closes. */
  PROBE,
  /** It may not: the breaker is open, or half-open with all its places taken. */
  REFUSED
}
