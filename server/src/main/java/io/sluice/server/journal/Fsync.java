package io.sluice.server.journal;

/** When what was written is forced to the device, and with it what the word durable means. */
public enum Fsync {
  /** Before it is called durable: survives the loss of power. */
  ALWAYS,
  /** Some time later: survives the end of the process; the loss of power costs one interval. */
  INTERVAL,
  /** At a rotation and at the end: survives the end of the process. */
  NEVER
}
