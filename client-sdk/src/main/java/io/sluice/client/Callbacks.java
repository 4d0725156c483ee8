package io.sluice.client;

import io.sluice.client.internal.Daemons;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Runs the application's code: continuations of futures on at most four threads {@code
 * sluice-callback}, of which another one helps when those at work are blocked; listeners one after
 * the other on {@code sluice-listener}. Nothing else of the client waits for these threads, so code
 * that blocks them delays only its like.
 *
 * <p>Continuations are bounded by the acquires and releases under way; listeners by the leases that
 * they belong to, sixteen each.
 */
final class Callbacks implements AutoCloseable {
  private static final Logger log = System.getLogger(Callbacks.class.getName());
  private static final int CALLBACK_THREADS = 4;
  private static final long IDLE_SECONDS = 30;

  /** A thread that takes nothing for so long while there is something is taken to be blocked. */
  private static final long STALLED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ThreadPoolExecutor workers = pool(CALLBACK_THREADS, "sluice-callback");
  private final ThreadPoolExecutor listeners = pool(1, "sluice-listener");
  private final Queue<Runnable> completions = new ConcurrentLinkedQueue<>();
  private final AtomicInteger working = new AtomicInteger();
  private final Counters counters;
  private final LongSupplier nanoClock;
  private volatile long lastTaken;

  /**
   * Creates it; threads are made when they are needed.
   *
   * @param nanoClock tells a time that only rises, in ns
   */
  Callbacks(Counters counters, LongSupplier nanoClock) {
    this.counters = counters;
    this.nanoClock = nanoClock;
  }

  /** A future for the application that follows one of the client's. */
  CompletableFuture<Void> deliver(CompletableFuture<Void> inner) {
    CompletableFuture<Void> outer = new CompletableFuture<>();
    Completion.of(
        inner,
        (value, failure) ->
            run(
                () -> {
                  if (failure == null) {
                    outer.complete(null);
                  } else {
                    outer.completeExceptionally(Failures.exception(failure));
                  }
                }));
    return outer;
  }

  /** Completes a future on which code of the application may hang. */
  void run(Runnable completion) {
    completions.add(completion);
    if (working.get() == 0) {
      wake(1);
    } else {
      wakeIfStalled();
    }
  }

  /** Runs a listener; its failure is logged and counted. */
  void listen(Runnable listener) {
    execute(
        listeners,
        () -> {
          try {
            listener.run();
          } catch (RuntimeException | Error failure) {
            counters.listenerFailures.increment();
            log.log(Level.WARNING, "a listener of a lost lease failed", failure);
          }
        });
  }

  /** Runs what is queued, then ends the threads. Does not wait. */
  @Override
  public void close() {
    workers.shutdown();
    listeners.shutdown();
  }

  /**
   * Has another thread help, if there is work and the others seem to be blocked. Returns whether
   * there is no work. To be called now and then.
   */
  boolean tend() {
    if (completions.isEmpty()) {
      return true;
    }
    wakeIfStalled();
    return false;
  }

  private void wakeIfStalled() {
    if (nanoClock.getAsLong() - lastTaken > STALLED_NANOS) {
      wake(CALLBACK_THREADS);
    }
  }

  private void wake(int most) {
    int now = working.get();
    if (now < most && working.compareAndSet(now, now + 1)) {
      lastTaken = nanoClock.getAsLong();
      execute(workers, this::work);
    }
  }

  private void work() {
    for (Runnable next = completions.poll(); next != null; next = completions.poll()) {
      lastTaken = nanoClock.getAsLong();
      complete(next);
    }
    working.decrementAndGet();
    if (!completions.isEmpty()) {
      wake(1); // it came between the last look and the line above
    }
  }

  private static void complete(Runnable completion) {
    try {
      completion.run();
    } catch (RuntimeException | Error bug) {
      log.log(Level.ERROR, "a future could not be completed", bug);
    }
  }

  /** After close, what still comes runs where it is: better on a wrong thread than never. */
  private static void execute(Executor executor, Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException closed) {
      task.run();
    }
  }

  private static ThreadPoolExecutor pool(int threads, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Daemons.named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
