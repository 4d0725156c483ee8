package io.sluice.client.pool;

import io.sluice.client.Acquisition;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Daemons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Workers that share tasks among them, each task under a lease of its own if told so.
 *
 * <pre>{@code
 * try (WorkerPool pool = WorkerPool.of(4)) {
 *   List<WorkResult<Page>> pages = pool.map(urls, url -> fetch(url));
 * }
 * }</pre>
 *
 * <p>A task goes to whichever worker is free first. One that fails neither ends its worker nor
 * disturbs others. Thread-safe; tasks may use the pool themselves, but one that waits for others of
 * the same pool may wait for ever.
 */
public final class WorkerPool implements AutoCloseable {
  private final int maxWorkers;
  private final boolean failFast;
  private final Duration grace;
  private final @Nullable SluiceClient client;
  private final @Nullable Acquisition acquisition;
  private final Workers workers;
  private final ConcurrencyMonitor monitor = new ConcurrencyMonitor();
  private final Semaphore places;
  private final ThreadPoolExecutor executor;
  private final Set<Work<?>> taken = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closing = new AtomicBoolean();

  WorkerPool(WorkerPoolBuilder builder) {
    maxWorkers = builder.maxWorkers;
    failFast = builder.failFast;
    grace = builder.grace;
    client = builder.client;
    acquisition = builder.acquisition;
    workers = new Workers(builder.clock, maxWorkers);
    places = new Semaphore(maxWorkers + builder.maxQueued, true);
    executor = Daemons.pool(maxWorkers, builder.threads);
  }

  /**
   * A pool without leases.
   *
   * @param maxWorkers 1..10000
   * @return the pool, to be closed
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public static WorkerPool of(int maxWorkers) {
    return builder().maxWorkers(maxWorkers).build();
  }

  /**
   * For other settings.
   *
   * @return a builder
   * @throws IllegalArgumentException if the variable {@code WORKER_COUNT} is no number in its
   *     bounds
   */
  public static WorkerPoolBuilder builder() {
    return new WorkerPoolBuilder(System.getenv());
  }

  /**
   * Works on every item, and waits until all are done. While the pool is full, no further item is
   * taken.
   *
   * @param <T> the items
   * @param <R> what comes of one
   * @param items gone through once, in this thread
   * @param work what to do with each
   * @return one result for each item, in the order of the items
   * @throws InterruptedException if the thread is interrupted; items that had not begun are
   *     cancelled then
   */
  public <T, R> List<WorkResult<R>> map(
      Iterable<? extends T> items, ItemWork<? super T, ? extends R> work)
      throws InterruptedException {
    return map(items, work, maxWorkers);
  }

  /**
   * The same with fewer of these items at once than the pool has workers, as their number says.
   *
   * @param <T> the items
   * @param <R> what comes of one
   * @param items to work on
   * @param sizing how many at once for so many items; more than the workers are as many as those
   * @param work what to do with each
   * @return one result for each item, in the order of the items
   * @throws InterruptedException if the thread is interrupted; items that had not begun are
   *     cancelled then
   */
  public <T, R> List<WorkResult<R>> map(
      Collection<? extends T> items, Sizing sizing, ItemWork<? super T, ? extends R> work)
      throws InterruptedException {
    return map(items, work, sizing.workers(items.size()));
  }

  /**
   * Runs one task.
   *
   * @param <R> what it returns
   * @param task run once, unless it is cancelled before it begins
   * @return completes with what the task returns or throws, or with {@link CancellationException}
   *     if it never began or was given up. Cancelling it keeps the task from beginning
   * @throws RejectedExecutionException if as many tasks wait as may, or the pool is closed
   */
  public <R> CompletableFuture<R> submit(Callable<R> task) {
    if (closing.get()) {
      throw new RejectedExecutionException("the pool is closed");
    }
    if (!places.tryAcquire()) {
      throw new RejectedExecutionException("as many tasks wait as may");
    }
    Work<R> work = new Work<>(this, task, () -> false);
    enqueue(work);
    return work.future();
  }

  /**
   * What the pool does and did.
   *
   * @return a snapshot
   */
  public PoolStats stats() {
    return workers.stats(executor.getQueue().size(), monitor.highWaterMark());
  }

  /**
   * What stood in the way of the tasks.
   *
   * @return the same for every call
   */
  public ConcurrencyMonitor monitor() {
    return monitor;
  }

  /** Closes with the grace that the pool was built with. */
  @Override
  public void close() {
    close(grace);
  }

  /**
   * Ends the pool: tasks that wait, for a worker or for a lease, are cancelled; those that run may
   * finish. After the grace the rest is given up: leases are released as abandoned, threads
   * interrupted, futures completed. Later calls return at once.
   *
   * @param grace how long those that run may take, 0 or more
   */
  public void close(Duration grace) {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    executor.shutdown();
    List<Runnable> queued = new ArrayList<>();
    executor.getQueue().drainTo(queued);
    taken.forEach(work -> work.cancel("the pool was closed"));
    queued.forEach(work -> ((Work<?>) work).cancel("the pool was closed"));
    try {
      if (executor.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    taken.forEach(Work::abandon);
  }

  @Nullable SluiceClient client() {
    return client;
  }

  @Nullable Acquisition acquisition() {
    return acquisition;
  }

  /** A worker has taken a task; what close() cannot see any more in the queue, it sees here. */
  void took(Work<?> work) {
    taken.add(work);
    workers.took();
    if (closing.get()) {
      work.cancel("the pool was closed");
    }
  }

  void left(Work<?> work) {
    taken.remove(work);
    workers.left();
  }

  <R> void succeeded(Work<R> work, @Nullable R value) {
    workers.succeeded.increment();
    places.release();
    work.complete(value, null);
  }

  /** A task has failed, or is cancelled. */
  void ended(Work<?> work, Throwable failure) {
    if (failure instanceof CancellationException) {
      workers.cancelled.increment();
    } else {
      workers.failed.increment();
      monitor.failed(failure);
    }
    places.release();
    work.complete(null, failure);
  }

  private <T, R> List<WorkResult<R>> map(
      Iterable<? extends T> items, ItemWork<? super T, ? extends R> work, int atOnce)
      throws InterruptedException {
    AtomicBoolean failed = new AtomicBoolean();
    Semaphore room = new Semaphore(atOnce < maxWorkers ? atOnce : Integer.MAX_VALUE);
    List<Work<R>> works = new ArrayList<>();
    try {
      for (T item : items) {
        room.acquire();
        places.acquire();
        Work<R> next = new Work<>(this, () -> work.apply(item), () -> failFast && failed.get());
        works.add(next);
        var unused =
            next.future()
                .whenComplete(
                    (value, failure) -> {
                      failed.compareAndSet(false, failure != null);
                      room.release();
                    });
        enqueue(next);
      }
      return results(works);
    } catch (InterruptedException interrupted) {
      works.forEach(begun -> begun.cancel("who asked for it was interrupted"));
      throw interrupted;
    }
  }

  private void enqueue(Work<?> work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException closed) {
      work.cancel("the pool was closed");
    }
  }

  private static <R> List<WorkResult<R>> results(List<Work<R>> works) throws InterruptedException {
    List<WorkResult<R>> results = new ArrayList<>(works.size());
    for (Work<R> work : works) {
      results.add(result(results.size(), work));
    }
    return results;
  }

  private static <R> WorkResult<R> result(int index, Work<R> work) throws InterruptedException {
    try {
      return WorkResult.success(index, work.future().get());
    } catch (ExecutionException failed) {
      @Nullable Throwable cause = failed.getCause();
      return WorkResult.failure(index, cause == null ? failed : cause);
    } catch (CancellationException cancelled) {
      return WorkResult.failure(index, cancelled);
    }
  }
}
