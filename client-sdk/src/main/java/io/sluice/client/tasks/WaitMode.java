package io.sluice.client.tasks;

/** What to wait for among tasks. */
public enum WaitMode {
  /** That all have ended. */
  ALL,
  /** That one has ended. */
  FIRST,
  /** That one has not succeeded, or all have ended. */
  FIRST_EXCEPTION
}
