package io.sluice.engine.timer;

import org.jspecify.annotations.Nullable;

/**
 * Something with a deadline. It carries its own links, so that a million timers cost no more
 * objects than the things they time; hence a class to extend, against our habit.
 */
public abstract class Timer {
  @Nullable Timer previous;
  @Nullable Timer next;
  int slot = -1;
  private long deadlineNanos;

  /** For subclasses. */
  protected Timer() {}

  /** Returns when it is due, on the engine's clock; meaningless unless scheduled. */
  public final long deadlineNanos() {
    return deadlineNanos;
  }

  /** Returns whether a wheel holds it. */
  public final boolean isScheduled() {
    return slot >= 0;
  }

  final void setDeadlineNanos(long value) {
    deadlineNanos = value;
  }
}
