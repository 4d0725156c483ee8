package io.sluice.client;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** A clock and timer that move only when told. Tasks run in {@link #advance}, in order of time. */
final class FakeTime implements Time {
  private record Task(long atNanos, long order, Runnable action) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::order));
  private long nanos = Long.MAX_VALUE - 1_000_000_000L; // wraps within the tests
  private long start = nanos;
  private long order;

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Timer schedule(Runnable action, long delayNanos) {
    Task task = new Task(nanos - start + delayNanos, order++, action);
    tasks.add(task);
    return () -> {
      synchronized (this) {
        tasks.remove(task);
      }
    };
  }

  @Override
  public synchronized void close() {
    tasks.clear();
  }

  /** Moves on, running what becomes due, each at its moment. */
  void advance(Duration by) {
    long until = elapsed() + by.toNanos();
    for (@Nullable Task due = next(until); due != null; due = next(until)) {
      due.action().run();
    }
    synchronized (this) {
      nanos = start + until;
    }
  }

  synchronized boolean isDueWithin(Duration delay) {
    Task head = tasks.peek();
    return head != null && head.atNanos() <= elapsed() + delay.toNanos();
  }

  private synchronized long elapsed() {
    return nanos - start;
  }

  private synchronized @Nullable Task next(long until) {
    Task head = tasks.peek();
    if (head == null || head.atNanos() > until) {
      return null;
    }
    nanos = start + Math.max(elapsed(), head.atNanos());
    return tasks.poll();
  }
}
