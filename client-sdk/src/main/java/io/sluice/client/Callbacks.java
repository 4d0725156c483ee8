package io.sluice.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs the application's code: continuations of futures on at most four threads {@code
 * sluice-callback}, listeners one after the other on {@code sluice-listener}. Nothing else of the
 * client waits for these threads, so code that blocks them delays only its like.
 *
 * <p>Futures under way are bounded by {@code maxLeases}; listeners by the leases that they belong
 * to, sixteen each.
 */
final class Callbacks implements AutoCloseable {
  private static final Logger log = System.getLogger(Callbacks.class.getName());
  private static final int CALLBACK_THREADS = 4;
  private static final long IDLE_SECONDS = 30;

  private final ThreadPoolExecutor futures = pool(CALLBACK_THREADS, "sluice-callback");
  private final ThreadPoolExecutor listeners = pool(1, "sluice-listener");
  private final Bound deliveries;
  private final Counters counters;

  Callbacks(int maxFutures, Counters counters) {
    this.deliveries = new Bound("futures not completed yet", maxFutures);
    this.counters = counters;
  }

  /**
   * A future for the application: it follows the one that {@code start} makes, converted, and
   * completes on a callback thread. When the application completes or cancels it first, the inner
   * one is cancelled, or its value discarded if it had one.
   */
  <A, T> CompletableFuture<T> deliver(
      Supplier<CompletableFuture<A>> start, Function<A, T> convert, Consumer<A> discard) {
    if (!deliveries.tryTake()) {
      return CompletableFuture.failedFuture(deliveries.exhausted());
    }
    CompletableFuture<T> outer = new CompletableFuture<>();
    CompletableFuture<A> inner = start.get();
    Completion.of(outer, (value, failure) -> inner.cancel(false));
    Completion.of(
        inner,
        (value, failure) ->
            run(
                futures,
                () -> {
                  deliveries.give();
                  if (failure == null) {
                    complete(outer, value, convert, discard);
                  } else {
                    outer.completeExceptionally(Failures.exception(failure));
                  }
                }));
    return outer;
  }

  /** Runs a listener; its failure is logged and counted. */
  void listen(Runnable listener) {
    run(
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
    futures.shutdown();
    listeners.shutdown();
  }

  private static <A, T> void complete(
      CompletableFuture<T> outer, A value, Function<A, T> convert, Consumer<A> discard) {
    T converted;
    try {
      converted = convert.apply(value);
    } catch (RuntimeException denied) {
      outer.completeExceptionally(denied);
      return;
    }
    if (!outer.complete(converted)) {
      discard.accept(value);
    }
  }

  /** After close, what still comes runs where it is: better on a wrong thread than never. */
  private static void run(Executor executor, Runnable task) {
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
            Threads.daemons(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
