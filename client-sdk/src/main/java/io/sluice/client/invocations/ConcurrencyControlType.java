package io.sluice.client.invocations;

/** What makes two calls of a task the same to a control. */
public enum ConcurrencyControlType {
  /** Nothing: every call is its own. */
  DISABLED,
  /** All calls of a task are the same. */
  TASK,
  /** Calls with equal arguments are the same. */
  ARGUMENTS,
  /** Calls with equal values of the task's key arguments are the same. */
  KEYS
}
