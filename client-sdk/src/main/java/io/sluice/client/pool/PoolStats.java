package io.sluice.client.pool;

import java.util.List;

/**
 * What a pool does and did since it was built.
 *
 * @param maxWorkers how many tasks may run at once
 * @param busyWorkers workers with a task now, waiting for its lease included
 * @param queued tasks that no worker has taken yet
 * @param succeeded tasks that returned
 * @param failed tasks that threw, or whose lease was denied
 * @param cancelled tasks that never began or were given up
 * @param byWorker tasks that each worker took, in the order the workers were made
 * @param tasksPerSecond tasks that ended, over the time since the pool was built
 * @param utilisation the part of its workers' time in which they had a task, 0..1
 * @param highWaterMark the most tasks that ran at once
 */
public record PoolStats(
    int maxWorkers,
    int busyWorkers,
    int queued,
    long succeeded,
    long failed,
    long cancelled,
    List<Long> byWorker,
    double tasksPerSecond,
    double utilisation,
    int highWaterMark) {

  /**
   * Keeps a copy of the list.
   *
   * @param maxWorkers how many tasks may run at once
   * @param busyWorkers workers with a task now
   * @param queued tasks that no worker has taken yet
   * @param succeeded tasks that returned
   * @param failed tasks that threw
   * @param cancelled tasks that never began or were given up
   * @param byWorker copied
   * @param tasksPerSecond since the pool was built
   * @param utilisation 0..1
   * @param highWaterMark the most tasks that ran at once
   */
  public PoolStats {
    byWorker = List.copyOf(byWorker);
  }
}
