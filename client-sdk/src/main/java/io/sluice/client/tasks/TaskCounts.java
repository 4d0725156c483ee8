package io.sluice.client.tasks;

import java.time.Duration;

/** How many tasks wait, run and have ended. Thread-safe; each method is one step. */
final class TaskCounts {
  private final int maxPending;

  // Guarded by this.
  private int pending;
  private int active;
  private int peakPending;
  private int peakActive;
  private long total;
  private long completed;
  private long failed;
  private long timeouts;
  private long cancelled;
  private long ran;
  private long runNanos;
  private long refusals;

  TaskCounts(int maxPending) {
    this.maxPending = maxPending;
  }

  /** Takes tasks in, all or none. */
  synchronized boolean enter(int tasks) {
    if (tasks > maxPending - pending) {
      refusals++;
      return false;
    }
    total += tasks;
    addPending(tasks);
    return true;
  }

  synchronized void began() {
    pending--;
    active++;
    peakActive = Math.max(peakActive, active);
  }

  /** One that ran waits again. */
  synchronized void beginsAnew() {
    active--;
    addPending(1);
  }

  synchronized void ended(TaskResult<?> result, boolean running) {
    if (running) {
      active--;
    } else {
      pending--;
    }
    if (result.attempts() > 0) {
      ran++;
      runNanos += result.runTime().toNanos();
    }
    switch (result.status()) {
      case SUCCEEDED -> completed++;
      case CANCELLED -> cancelled++;
      case FAILED, DENIED -> failed++;
      case TIMED_OUT -> {
        failed++;
        timeouts++;
      }
    }
  }

  synchronized int pending() {
    return pending;
  }

  synchronized int active() {
    return active;
  }

  synchronized TaskStatistics statistics(
      double perSecond, long listenerFailures, boolean overloaded, Footprint process) {
    return new TaskStatistics(
        active,
        pending,
        completed,
        failed,
        timeouts,
        cancelled,
        total,
        Duration.ofNanos(ran == 0 ? 0 : runNanos / ran),
        perSecond,
        peakActive,
        peakPending,
        refusals,
        listenerFailures,
        overloaded,
        process.heapUsedBytes(),
        process.cpuCores(),
        process.uptime());
  }

  private synchronized void addPending(int tasks) {
    pending += tasks;
    peakPending = Math.max(peakPending, pending);
  }
}
