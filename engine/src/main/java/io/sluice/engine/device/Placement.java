package io.sluice.engine.device;

/** Which of the devices that fit is taken. */
public enum Placement {
  /** The one with the least free memory: keeps whole devices free for large asks. */
  BINPACK,
  /** The one with the most free memory: keeps sharers apart. */
  SPREAD
}
