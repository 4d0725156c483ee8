package io.sluice.client.pool;

import io.sluice.client.Acquisition;
import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.HeldRun;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One task of a pool. Goes from QUEUED over ACQUIRING and RUNNING to ENDED, or straight to ENDED,
 * never back. Thread-safe.
 */
final class Work<R> implements Runnable {
  private enum State {
    QUEUED,
    ACQUIRING,
    RUNNING,
    ENDED
  }

  private final WorkerPool pool;
  private final Callable<R> body;
  private final BooleanSupplier skipped;
  private final CompletableFuture<R> future = new CompletableFuture<>();

  private State state = State.QUEUED; // guarded by this
  private @Nullable CompletableFuture<Lease> acquire; // guarded by this
  private @Nullable HeldRun run; // guarded by this

  /** {@code skipped} says, when its turn has come, whether it must not begin any more. */
  Work(WorkerPool pool, Callable<R> body, BooleanSupplier skipped) {
    this.pool = pool;
    this.body = body;
    this.skipped = skipped;
  }

  /** Completes when it has ended and its lease is given back. */
  CompletableFuture<R> future() {
    return future;
  }

  /** Does it, on a worker. */
  @Override
  public void run() {
    if (skipped.getAsBoolean() || future.isDone()) {
      cancel("cancelled before it began");
    }
    if (!advance(State.QUEUED, State.ACQUIRING)) {
      return;
    }
    pool.took(this);
    @Nullable R value = null;
    @Nullable Throwable failure = null;
    try {
      value = work(lease());
    } catch (Throwable thrown) {
      failure = thrown;
    }
    pool.left(this); // first, so that whoever waits for the task finds its worker counted
    end(value, failure);
  }

  /** Cancels it unless it runs or has ended. */
  void cancel(String why) {
    @Nullable CompletableFuture<Lease> waiting;
    synchronized (this) {
      if (state == State.RUNNING || state == State.ENDED) {
        return;
      }
      state = State.ENDED;
      waiting = acquire;
    }
    if (waiting != null) {
      waiting.cancel(false);
    }
    pool.ended(this, new CancellationException(why));
  }

  /** Gives it up although it runs: its lease is released as abandoned, its thread interrupted. */
  void abandon() {
    @Nullable HeldRun abandoned;
    synchronized (this) {
      if (state != State.RUNNING) {
        return;
      }
      state = State.ENDED;
      abandoned = run;
    }
    if (abandoned != null) {
      abandoned.end(Outcome.ABANDONED);
    }
    pool.ended(this, new CancellationException("given up when the pool was closed"));
  }

  /** Completes its future, last of all. */
  void complete(@Nullable R value, @Nullable Throwable failure) {
    if (failure != null) {
      future.completeExceptionally(failure);
    } else {
      future.complete(value);
    }
  }

  private @Nullable Lease lease() throws InterruptedException {
    SluiceClient client = pool.client();
    Acquisition acquisition = pool.acquisition();
    if (client == null || acquisition == null) {
      return null;
    }
    CompletableFuture<Lease> asked = client.acquireAsync(acquisition);
    synchronized (this) {
      acquire = asked;
      if (state == State.ENDED) {
        asked.cancel(false);
      }
    }
    try {
      return asked.get();
    } catch (ExecutionException denied) {
      if (denied.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(denied);
    }
  }

  private R work(@Nullable Lease lease) throws Exception {
    HeldRun held = new HeldRun(lease);
    synchronized (this) {
      run = held;
    }
    if (!advance(State.ACQUIRING, State.RUNNING)) {
      held.end(Outcome.UNUSED);
      throw new CancellationException("cancelled before it began");
    }
    pool.monitor().began();
    try {
      return held.call(body);
    } finally {
      pool.monitor().ended();
    }
  }

  private void end(@Nullable R value, @Nullable Throwable failure) {
    synchronized (this) {
      if (state == State.ENDED) {
        return;
      }
      state = State.ENDED;
    }
    if (failure == null) {
      pool.succeeded(this, value);
    } else {
      pool.ended(this, failure);
    }
  }

  private synchronized boolean advance(State from, State to) {
    if (state != from) {
      return false;
    }
    state = to;
    return true;
  }
}
