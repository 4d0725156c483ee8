package io.sluice.client.tasks;

import io.sluice.client.Acquisition;
import io.sluice.client.Lease;
import io.sluice.client.LeaseLostException;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One task on its way: queued here, asked for at the server, running, ended. Ends exactly once,
 * whoever ends it: its work, its time, the loss of its lease, or a cancellation. Its result
 * completes after its lease was given back.
 */
final class Execution<T> {
  private enum Phase {
    QUEUED,
    ASKED,
    RUNNING,
    ENDED
  }

  /** What hung on it when it ended. */
  private record Tied(
      @Nullable FutureTask<?> work,
      @Nullable CompletableFuture<Lease> asked,
      @Nullable Lease lease) {}

  private final Task<T> task;
  private final Acquisition acquisition;
  private final Duration timeout;
  private final Ledger ledger;
  private final ScheduledExecutorService timer;
  private final BooleanSupplier mayRetry;
  private final CompletableFuture<TaskResult<T>> future = new CompletableFuture<>();
  private final CompletableFuture<TaskResult<T>> result = new CompletableFuture<>();

  // Guarded by this.
  private final Laps laps;
  private Phase phase = Phase.QUEUED;
  private int attempts;
  private @Nullable CompletableFuture<Lease> asked;
  private @Nullable Lease lease;
  private @Nullable FutureTask<T> work;

  Execution(
      Task<T> task,
      Acquisition acquisition,
      Duration timeout,
      Ledger ledger,
      ScheduledExecutorService timer,
      BooleanSupplier mayRetry) {
    this.task = task;
    this.acquisition = acquisition;
    this.timeout = timeout;
    this.ledger = ledger;
    this.timer = timer;
    this.mayRetry = mayRetry;
    this.laps = new Laps(ledger.clock());
  }

  Task<T> task() {
    return task;
  }

  /** Completes with what came of it, unless whoever it is handed to completes it first. */
  CompletableFuture<TaskResult<T>> future() {
    return future;
  }

  /** Completes with what came of it, after the future did; not to be handed out. */
  CompletableFuture<TaskResult<T>> result() {
    return result;
  }

  /** Asks the server; null if it has ended. */
  @Nullable CompletableFuture<Lease> ask(SluiceClient client) {
    synchronized (this) {
      if (phase != Phase.QUEUED) {
        return null;
      }
      laps.queued();
      phase = Phase.ASKED;
    }
    CompletableFuture<Lease> answer = client.acquireAsync(acquisition);
    synchronized (this) {
      if (phase == Phase.ASKED) {
        asked = answer;
        return answer;
      }
    }
    answer.cancel(false);
    return answer;
  }

  /** The server did not let it. */
  void refused(Throwable why) {
    TaskStatus status =
        why instanceof CancellationException ? TaskStatus.CANCELLED : TaskStatus.DENIED;
    end(null, status, null, why);
  }

  /**
   * Makes one try in this thread.
   *
   * @return whether it is to be tried again
   */
  boolean run(Lease granted) {
    FutureTask<T> attempt = new FutureTask<>(task.work());
    if (!begin(granted, attempt)) {
      var unused = granted.releaseAsync(Outcome.UNUSED);
      return false;
    }
    ledger.began(this);
    granted.onLost(() -> lost(granted, attempt));
    Future<?> alarm =
        timer.schedule(() -> timedOut(attempt), timeout.toNanos(), TimeUnit.NANOSECONDS);
    attempt.run();
    alarm.cancel(false);
    var unused = Thread.interrupted(); // was meant for the work
    return settle(attempt);
  }

  /** Ends it wherever it is; work that runs is interrupted. */
  boolean cancel() {
    return end(null, TaskStatus.CANCELLED, null, new CancellationException("cancelled"));
  }

  /** Ends it unless its work has begun. */
  void cancelUnlessRunning() {
    synchronized (this) {
      if (phase == Phase.RUNNING) {
        return;
      }
    }
    var unused = cancel();
  }

  private synchronized boolean begin(Lease granted, FutureTask<T> attempt) {
    if (phase != Phase.ASKED) {
      return false;
    }
    laps.waited();
    phase = Phase.RUNNING;
    attempts++;
    asked = null;
    lease = granted;
    work = attempt;
    return true;
  }

  private boolean settle(FutureTask<T> attempt) {
    try {
      end(attempt, TaskStatus.SUCCEEDED, attempt.get(), null);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      if (again(attempt, cause)) {
        return true;
      }
      end(attempt, TaskStatus.FAILED, null, cause);
    } catch (CancellationException ended) {
      // Whoever cancelled the work said how it ended.
    } catch (InterruptedException impossible) {
      end(attempt, TaskStatus.FAILED, null, impossible); // what has run does not make one wait
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private boolean again(FutureTask<T> attempt, Throwable cause) {
    Lease held;
    synchronized (this) {
      boolean runs = phase == Phase.RUNNING && work == attempt;
      if (!runs || attempts >= task.maxAttempts() || !mayRetry.getAsBoolean()) {
        return false;
      }
      laps.ran();
      phase = Phase.QUEUED;
      held = lease;
      lease = null;
      work = null;
    }
    ledger.beginsAnew();
    if (held != null) {
      held.failed(cause);
      var unused = held.releaseAsync(Outcome.of(cause));
    }
    return true;
  }

  private void timedOut(FutureTask<T> attempt) {
    end(attempt, TaskStatus.TIMED_OUT, null, new TaskTimeoutException(task.name(), timeout));
  }

  private void lost(Lease held, FutureTask<T> attempt) {
    try {
      held.requireValid();
    } catch (LeaseLostException loss) {
      end(attempt, TaskStatus.FAILED, null, loss);
    }
  }

  /** Ends it; if an attempt is given, only while that runs. */
  private boolean end(
      @Nullable FutureTask<T> attempt,
      TaskStatus status,
      @Nullable T value,
      @Nullable Throwable error) {
    boolean ran;
    TaskResult<T> done;
    Tied tied;
    synchronized (this) {
      if (phase == Phase.ENDED || (attempt != null && attempt != work)) {
        return false;
      }
      ran = phase == Phase.RUNNING;
      switch (phase) {
        case QUEUED -> laps.queued();
        case ASKED -> laps.waited();
        default -> laps.ran();
      }
      phase = Phase.ENDED;
      done = laps.result(task, status, value, error, attempts);
      tied = new Tied(work, asked, lease);
    }
    ledger.ended(done, ran);
    letGo(tied, done);
    return true;
  }

  private void letGo(Tied tied, TaskResult<T> done) {
    if (tied.work != null) {
      tied.work.cancel(true);
    }
    if (tied.asked != null) {
      tied.asked.cancel(false);
    }
    Lease held = tied.lease;
    if (held == null) {
      publish(done);
      return;
    }
    Throwable error = done.error();
    if (error != null) {
      held.failed(error);
    }
    Outcome outcome = error == null ? Outcome.SUCCESS : Outcome.of(error);
    var unused = held.releaseAsync(outcome).whenComplete((given, failure) -> publish(done));
  }

  private void publish(TaskResult<T> done) {
    ledger.settled(this, done);
    future.complete(done);
    result.complete(done);
  }
}
