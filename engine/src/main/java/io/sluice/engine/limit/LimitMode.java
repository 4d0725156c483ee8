package io.sluice.engine.limit;

/** Whether a limit refuses. */
public enum LimitMode {
  /** It does. */
  ENFORCE,
  /** It counts and reports what it would have refused, and refuses nothing. */
  SHADOW
}
