package io.sluice.client.tasks;

/** Names for priorities. A priority is a number 0..9, and the lower goes first. */
public enum TaskPriority {
  /** Before everything else: 1. */
  CRITICAL(1),
  /** Before what is usual: 3. */
  HIGH(3),
  /** What is usual: 5. */
  NORMAL(5),
  /** After what is usual: 7. */
  LOW(7),
  /** When nothing else waits: 9. */
  BACKGROUND(9);

  private final int level;

  TaskPriority(int level) {
    this.level = level;
  }

  /**
   * The number.
   *
   * @return 0..9
   */
  public int level() {
    return level;
  }
}
