package io.sluice.client.pool;

import io.sluice.client.NanoClock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What the workers of a pool have done, each for itself and all together. Thread-safe. */
final class Workers {
  final LongAdder succeeded = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder cancelled = new LongAdder();

  private final NanoClock clock;
  private final int maxWorkers;
  private final long builtNanos;
  private final Map<Thread, Seat> seats = new LinkedHashMap<>(); // guarded by this
  private int busy; // guarded by this
  private long busyNanos; // of tasks that have ended, guarded by this
  private long beganNanos; // the sum over the busy ones, since built, guarded by this

  Workers(NanoClock clock, int maxWorkers) {
    this.clock = clock;
    this.maxWorkers = maxWorkers;
    this.builtNanos = clock.nanoTime();
  }

  /** This thread's worker has taken a task. */
  synchronized void took() {
    Seat seat = seats.computeIfAbsent(Thread.currentThread(), thread -> new Seat());
    seat.tasks++;
    seat.sinceNanos = clock.nanoTime() - builtNanos;
    busy++;
    beganNanos += seat.sinceNanos;
  }

  /** This thread's worker is done with its task. */
  synchronized void left() {
    Seat seat = Objects.requireNonNull(seats.get(Thread.currentThread()));
    busy--;
    beganNanos -= seat.sinceNanos;
    busyNanos += clock.nanoTime() - builtNanos - seat.sinceNanos;
  }

  synchronized PoolStats stats(int queued, int highWaterMark) {
    long elapsedNanos = Math.max(1, clock.nanoTime() - builtNanos);
    double workedNanos = busyNanos + (double) busy * elapsedNanos - beganNanos;
    long ended = succeeded.sum() + failed.sum();
    return new PoolStats(
        maxWorkers,
        busy,
        queued,
        succeeded.sum(),
        failed.sum(),
        cancelled.sum(),
        seats.values().stream().map(seat -> seat.tasks).toList(),
        ended * 1e9 / elapsedNanos,
        Math.min(1, workedNanos / ((double) elapsedNanos * maxWorkers)),
        highWaterMark);
  }

  /** One worker. */
  private static final class Seat {
    long tasks;
    long sinceNanos;
  }
}
