package io.sluice.client.tasks;

import io.sluice.client.NanoClock;
import io.sluice.client.QueueFullException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a manager knows of its tasks: who lives, how many, how they went; and who hears of it. */
final class Ledger {
  private final ConcurrencyConfig config;
  private final NanoClock clock;
  private final long startedNanos;
  private final TaskCounts counts;
  private final PerformanceMonitor monitor;
  private final TaskListeners listeners = new TaskListeners();
  private final Set<Execution<?>> living = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean overloaded = new AtomicBoolean();

  Ledger(ConcurrencyConfig config, NanoClock clock) {
    this.config = config;
    this.clock = clock;
    this.startedNanos = clock.nanoTime();
    this.counts = new TaskCounts(config.maxPending());
    this.monitor = new PerformanceMonitor(Duration.ofMinutes(1), clock);
  }

  NanoClock clock() {
    return clock;
  }

  PerformanceMonitor monitor() {
    return monitor;
  }

  TaskListeners listeners() {
    return listeners;
  }

  /** Makes room for tasks, all or none. */
  void enter(int tasks) {
    boolean entered = counts.enter(tasks);
    if (!entered) {
      int pending = counts.pending();
      listeners.tell(listener -> listener.refused(pending));
      throw new QueueFullException("pending tasks", config.maxPending());
    }
    watch();
  }

  void lives(Execution<?> execution) {
    living.add(execution);
  }

  List<Execution<?>> living() {
    return List.copyOf(living);
  }

  void began(Execution<?> execution) {
    counts.began();
    listeners.tell(listener -> listener.started(execution.task()));
    watch();
  }

  void beginsAnew() {
    counts.beginsAnew();
  }

  void ended(TaskResult<?> result, boolean running) {
    counts.ended(result, running);
    if (config.monitoring() && result.attempts() > 0) {
      monitor.record(result.runTime(), result.isSuccess());
    }
    if (config.monitoring() && result.status() == TaskStatus.DENIED) {
      monitor.recordRateLimitHit();
    }
    watch();
  }

  /** Its lease is given back, and its future about to complete. */
  void settled(Execution<?> execution, TaskResult<?> result) {
    living.remove(execution);
    listeners.tell(listener -> listener.ended(result));
  }

  /** The share of what may run or wait that does. */
  double load() {
    return Math.max(
        (double) counts.active() / config.maxConcurrent(),
        (double) counts.pending() / config.maxPending());
  }

  boolean isOverloaded() {
    return load() > config.overloadThreshold();
  }

  TaskStatistics statistics() {
    return counts.statistics(
        monitor.metrics().perSecond(),
        listeners.failures(),
        isOverloaded(),
        Footprint.take(clock, startedNanos));
  }

  private void watch() {
    boolean now = isOverloaded();
    if (overloaded.compareAndSet(!now, now)) {
      listeners.tell(listener -> listener.overloaded(now));
    }
  }
}
