package io.sluice.client;

/** The one door to the clock and the timer. Thread-safe. */
interface Time extends AutoCloseable {

  /** A monotonic reading in ns; only differences mean something. */
  long nanoTime();

  /**
   * Runs a task once, {@code delayNanos} from now, on the timer thread. The task must be short and
   * must not block. After {@link #close} nothing runs any more.
   */
  Timer schedule(Runnable task, long delayNanos);

  /** Drops what is scheduled and ends the timer thread. */
  @Override
  void close();

  /** A scheduled task. */
  interface Timer {
    /** Drops the task unless it has begun; harmless if it has. */
    void cancel();
  }
}
