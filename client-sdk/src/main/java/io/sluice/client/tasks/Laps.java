package io.sluice.client.tasks;

import io.sluice.client.NanoClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a task was in each phase; each lap begins where the one before ended. */
final class Laps {
  private final NanoClock clock;
  private long markNanos;
  private long queueNanos;
  private long waitNanos;
  private long runNanos;

  Laps(NanoClock clock) {
    this.clock = clock;
    this.markNanos = clock.nanoTime();
  }

  void queued() {
    queueNanos += lap();
  }

  void waited() {
    waitNanos += lap();
  }

  void ran() {
    runNanos += lap();
  }

  <T> TaskResult<T> result(
      Task<T> task, TaskStatus status, @Nullable T value, @Nullable Throwable error, int attempts) {
    return new TaskResult<>(
        task.name(),
        task.metadata(),
        status,
        value,
        error,
        Duration.ofNanos(queueNanos),
        Duration.ofNanos(waitNanos),
        Duration.ofNanos(runNanos),
        attempts);
  }

  private long lap() {
    long now = clock.nanoTime();
    long lap = now - markNanos;
    markNanos = now;
    return lap;
  }
}
