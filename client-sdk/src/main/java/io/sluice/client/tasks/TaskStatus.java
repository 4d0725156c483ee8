package io.sluice.client.tasks;

/** How a task ended. */
public enum TaskStatus {
  /** The work returned. */
  SUCCEEDED,
  /** The work threw, in each of its tries, or lost its lease. */
  FAILED,
  /** The work took longer than its time. */
  TIMED_OUT,
  /** The server denied it, or could not be asked. */
  DENIED,
  /** It was cancelled, before it began or while it ran. */
  CANCELLED
}
