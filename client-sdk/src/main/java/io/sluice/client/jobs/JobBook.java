package io.sluice.client.jobs;

import io.sluice.client.QueueFullException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs there are, and whose turn it is: at most so many ask or run at once, those that were
 * added first before the others. Thread-safe.
 */
final class JobBook {
  private static final int MAX_ENDED = 1000;

  private final int maxAtOnce;
  private final int maxQueued;
  private final Map<String, Job<?>> unfinished = new LinkedHashMap<>(); // all guarded by this
  private final Queue<Runnable> turns = new ArrayDeque<>();
  private final Set<String> atWork = new HashSet<>();
  private final Set<String> running = new HashSet<>();
  private final Map<String, Job<?>> ended =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Job<?>> eldest) {
          return size() > MAX_ENDED;
        }
      };
  private long ids;
  private boolean passing;
  private boolean closed;

  JobBook(int maxAtOnce, int maxQueued) {
    this.maxAtOnce = maxAtOnce;
    this.maxQueued = maxQueued;
  }

  synchronized String nextId() {
    return Long.toString(++ids);
  }

  /** Adds a job; {@code turn} is called, in order and under the lock, when its turn has come. */
  synchronized void add(Job<?> job, Runnable turn) {
    if (closed) {
      throw new RejectedExecutionException("the manager is closed");
    }
    if (unfinished.size() >= (long) maxAtOnce + maxQueued) {
      throw new QueueFullException("jobs that wait", maxQueued);
    }
    unfinished.put(job.id(), job);
    turns.add(
        () -> {
          atWork.add(job.id());
          turn.run();
        });
    pass();
  }

  synchronized void begun(Job<?> job) {
    running.add(job.id());
  }

  /** A job has ended: the turn passes to the next. */
  synchronized void ended(Job<?> job) {
    unfinished.remove(job.id());
    atWork.remove(job.id());
    running.remove(job.id());
    ended.put(job.id(), job);
    pass();
  }

  /** Adds a job of a job, whose turn has come with that. */
  synchronized void addInner(Job<?> job) {
    if (closed) {
      throw new RejectedExecutionException("the manager is closed");
    }
    unfinished.put(job.id(), job);
  }

  /**
   * Takes no more in and passes no more turns. Returns the jobs that have not ended; null if it was
   * closed before.
   */
  synchronized @Nullable List<Job<?>> close() {
    if (closed) {
      return null;
    }
    closed = true;
    List<Job<?>> all = unfinished();
    for (Job<?> job : all) {
      if (!atWork.contains(job.id()) && !running.contains(job.id())) {
        unfinished.remove(job.id());
        ended.put(job.id(), job);
      }
    }
    return all;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized List<Job<?>> unfinished() {
    return new ArrayList<>(unfinished.values());
  }

  synchronized int waiting() {
    return unfinished.size() - running.size();
  }

  synchronized int running() {
    return running.size();
  }

  synchronized Optional<Job<?>> find(String id) {
    Job<?> job = unfinished.get(id);
    return Optional.ofNullable(job == null ? ended.get(id) : job);
  }

  /** An answer may be there before the turn is passed, so it is not passed from within. */
  private void pass() {
    if (passing) {
      return;
    }
    passing = true;
    try {
      while (!closed && atWork.size() < maxAtOnce && !turns.isEmpty()) {
        turns.remove().run();
      }
    } finally {
      passing = false;
    }
  }
}
