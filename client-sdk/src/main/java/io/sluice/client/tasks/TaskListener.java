package io.sluice.client.tasks;

/**
 * Hears what becomes of tasks. Runs on one thread for all listeners of a manager, in order; what it
 * throws is logged and counted, and hinders nobody. Best quick: events beyond 100000 that wait are
 * dropped and counted.
 */
public interface TaskListener {

  /**
   * The work of a task begins.
   *
   * @param task that begins
   */
  default void started(Task<?> task) {}

  /**
   * A task has ended, however.
   *
   * @param result what came of it
   */
  default void ended(TaskResult<?> result) {}

  /**
   * Tasks were refused because there were as many as may be.
   *
   * @param pending how many there were
   */
  default void refused(int pending) {}

  /**
   * The manager became overloaded, or is no longer.
   *
   * @param overloaded whether it is
   */
  default void overloaded(boolean overloaded) {}
}
