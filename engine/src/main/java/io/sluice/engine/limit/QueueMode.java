package io.sluice.engine.limit;

/** What is done about a queue that does not empty. */
public enum QueueMode {
  /** Nothing: a standing queue is what jobs expect. */
  BATCH,
  /**
   * While nobody gets through in time, those who have waited too long are shed, and the last to
   * come go first: better some answers in time than all of them late.
   */
  INTERACTIVE
}
