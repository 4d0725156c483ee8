package io.sluice.engine.limit;

/** Whether a limit refuses. */
public enum LimitMode {
  /** It does. */
  ENFORCE,
  /**
   * It refuses nothing and is waited for by nobody. It is charged where it would admit, and counts
   * where it would not; then it is charged nothing, so that what it would decide next is what it
   * would decide if it were enforced.
   */
  SHADOW
}
