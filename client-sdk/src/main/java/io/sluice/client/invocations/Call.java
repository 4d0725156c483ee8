package io.sluice.client.invocations;

import io.sluice.client.Acquisition;
import io.sluice.client.Lease;
import io.sluice.client.NanoClock;
import io.sluice.client.Outcome;
import io.sluice.client.internal.HeldRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An invocation of this process. Its registration lease stands for it while it is pending: it is
 * given back before the work begins, so that a call that comes then leads to another one.
 * Thread-safe.
 */
final class Call<R> {
  private static final ThreadLocal<@Nullable Call<?>> CURRENT = new ThreadLocal<>();

  private final TaskDefinition<R> task;
  private final String id;
  private final CallArguments arguments;
  private final CompletableFuture<InvocationResult<R>> result = new CompletableFuture<>();
  private final List<RunInterval> runs = new ArrayList<>(); // all guarded by this
  private InvocationStatus status = InvocationStatus.REGISTERED;
  private @Nullable Lease registration;
  private @Nullable CompletableFuture<Lease> asked;
  private @Nullable HeldRun run;
  private @Nullable InvocationResult<R> ended;
  private int asks;

  Call(TaskDefinition<R> task, String id, CallArguments arguments) {
    this.task = task;
    this.id = id;
    this.arguments = arguments;
  }

  /** The call that this thread runs; null if none. */
  static @Nullable Call<?> current() {
    return CURRENT.get();
  }

  TaskDefinition<R> task() {
    return task;
  }

  String id() {
    return id;
  }

  CallArguments arguments() {
    return arguments;
  }

  CompletableFuture<InvocationResult<R>> result() {
    return result;
  }

  synchronized InvocationStatus status() {
    return status;
  }

  /** Keeps the lease that stands for it while it is pending. */
  void registered(Lease lease) {
    boolean over;
    synchronized (this) {
      over = ended != null;
      registration = over ? null : lease;
    }
    if (over) {
      lease.close();
    }
  }

  /** A runner takes it: what to ask of the server, or null if it has ended. */
  synchronized @Nullable Acquisition take() {
    if (ended != null) {
      return null;
    }
    if (task.running() != ConcurrencyControlType.DISABLED) {
      status = InvocationStatus.CONCURRENCY_CONTROLLED;
    }
    return task.run(id, ++asks, arguments, waits());
  }

  /** Whether it waits where it may not run yet; one that ran before always does. */
  synchronized boolean waits() {
    return task.reroutes() || !runs.isEmpty();
  }

  /** Keeps what was asked, to cancel it if it ends before. */
  void asking(CompletableFuture<Lease> future) {
    boolean over;
    synchronized (this) {
      asked = future;
      over = ended != null;
    }
    if (over) {
      future.cancel(false);
    }
  }

  /** It could not be asked now, and will be again. */
  synchronized void putBack() {
    if (ended == null) {
      status = runs.isEmpty() ? InvocationStatus.REGISTERED : InvocationStatus.RETRY;
    }
  }

  /** Runs it once, in this thread. Returns whether it is to be run again. */
  boolean run(Lease lease, NanoClock clock) {
    HeldRun held = new HeldRun(lease);
    if (task.running() != ConcurrencyControlType.DISABLED && !lease.isLimited()) {
      held.end(Outcome.UNUSED);
      end(InvocationStatus.FAILED, null, unlimited());
      return false;
    }
    if (!begin(held)) {
      held.end(Outcome.UNUSED);
      return false;
    }
    lease.onLost(
        () -> {
          end(InvocationStatus.FAILED, null, new CancellationException("its lease was lost"));
          held.stop();
        });
    try {
      R value = held.call(() -> timed(clock));
      end(InvocationStatus.SUCCESS, value, null);
      return false;
    } catch (Throwable failure) {
      return !failed(failure);
    }
  }

  /** Ends it, once: gives back what stands for it, and tells whoever waits. */
  void end(InvocationStatus end, @Nullable R value, @Nullable Throwable error) {
    end(end, value, error, Optional.empty());
  }

  void end(
      InvocationStatus end,
      @Nullable R value,
      @Nullable Throwable error,
      Optional<String> blockedBy) {
    @Nullable Lease pending;
    @Nullable CompletableFuture<Lease> waiting;
    InvocationResult<R> outcome;
    synchronized (this) {
      if (ended != null) {
        return;
      }
      outcome = new InvocationResult<>(id, end, value, error, runs, blockedBy);
      ended = outcome;
      status = end;
      pending = registration;
      registration = null;
      waiting = asked;
    }
    if (waiting != null) {
      waiting.cancel(false);
    }
    if (pending != null) {
      var unused = pending.releaseAsync(Outcome.CANCELLED);
    }
    result.complete(outcome);
  }

  /** Ends it if it does not run; if it is forced, also if it does. */
  void stop(InvocationStatus end, String why, boolean forced, Outcome outcome) {
    @Nullable HeldRun running;
    synchronized (this) {
      if (status == InvocationStatus.RUNNING && !forced) {
        return;
      }
      running = run;
    }
    end(end, null, new CancellationException(why));
    if (running != null) {
      running.end(outcome);
    }
  }

  private boolean begin(HeldRun held) {
    @Nullable Lease pending;
    synchronized (this) {
      pending = registration;
      registration = null;
    }
    if (pending != null) {
      pending.close();
    }
    synchronized (this) {
      if (ended != null) {
        return false;
      }
      status = InvocationStatus.RUNNING;
      run = held;
      return true;
    }
  }

  private R timed(NanoClock clock) throws Exception {
    long startNanos = clock.nanoTime();
    CURRENT.set(this);
    try {
      return task.work().run(arguments.told());
    } finally {
      CURRENT.remove();
      long endNanos = clock.nanoTime();
      synchronized (this) {
        runs.add(new RunInterval(startNanos, endNanos));
        run = null;
      }
    }
  }

  /** Returns whether that was the last attempt. */
  private boolean failed(Throwable failure) {
    synchronized (this) {
      if (ended == null && runs.size() < task.maxAttempts()) {
        status = InvocationStatus.RETRY;
        return false;
      }
    }
    end(InvocationStatus.FAILED, null, failure);
    return true;
  }

  private IllegalStateException unlimited() {
    return new IllegalStateException(
        "running control of "
            + task.resource()
            + " needs a limit of the server on invocations/** with control: "
            + task.control()
            + " and key: [running_key]");
  }
}
