package io.sluice.client.jobs;

import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.internal.HeldRun;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Work that was submitted to a {@link JobManager}. Thread-safe.
 *
 * @param <R> what it returns
 */
public final class Job<R> {
  private final JobManager manager;
  private final String id;
  private final JobWork<R> work;
  private final CompletableFuture<R> result = new CompletableFuture<>();

  private JobStatus status = JobStatus.PENDING; // guarded by this
  private @Nullable JobFailure failure; // guarded by this
  private @Nullable R value; // guarded by this
  private @Nullable CompletableFuture<Lease> acquire; // guarded by this
  private @Nullable HeldRun run; // guarded by this

  Job(JobManager manager, String id, JobWork<R> work) {
    this.manager = manager;
    this.id = id;
    this.work = work;
  }

  /**
   * What the manager knows it by; its lease has it as label {@code job}.
   *
   * @return different for every job of a manager
   */
  public String id() {
    return id;
  }

  /**
   * Where it stands.
   *
   * @return the present status
   */
  public synchronized JobStatus status() {
    return status;
  }

  /**
   * Why it failed.
   *
   * @return empty unless it did
   */
  public synchronized Optional<JobFailure> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * Follows it.
   *
   * @return completes with what the job returned, or with the cause of its failure. Completing or
   *     cancelling it changes nothing of the job
   */
  public CompletableFuture<R> result() {
    return result.copy();
  }

  /**
   * Waits until it has ended. A job that waits so for another of its own manager keeps a worker
   * from it; {@link JobManager#submitAndWait} does not.
   *
   * @return what it returned
   * @throws ExecutionException if it failed, with the cause
   * @throws InterruptedException if the thread is interrupted; the job goes on
   */
  public R await() throws ExecutionException, InterruptedException {
    try {
      return result.get();
    } catch (CancellationException cancelled) {
      throw new ExecutionException(cancelled.getMessage(), cancelled);
    }
  }

  @Override
  public String toString() {
    return "Job[" + id + ", " + status() + "]";
  }

  /** Keeps the acquire, to cancel it if the job ends before that does. */
  void acquiring(CompletableFuture<Lease> asked) {
    boolean ended;
    synchronized (this) {
      acquire = asked;
      ended = status != JobStatus.PENDING;
    }
    if (ended) {
      asked.cancel(false);
    }
  }

  /** Runs it in this thread; its future is completed by {@link #publish}. */
  void run(Lease lease) {
    HeldRun held = new HeldRun(lease);
    if (!begin(held)) {
      held.end(Outcome.UNUSED);
      return;
    }
    manager.changed(this, JobStatus.RUNNING);
    lease.onLost(
        () -> {
          fail(JobFailure.Reason.LEASE_LOST, new CancellationException("its lease was lost"));
          held.stop();
          publish();
        });
    try {
      R returned = held.call(() -> work.run(lease));
      end(JobStatus.RUNNING, JobStatus.COMPLETED, returned, null);
    } catch (ExitCodeException exit) {
      fail(JobFailure.Reason.EXIT_CODE, exit);
    } catch (Throwable thrown) {
      fail(JobFailure.Reason.EXCEPTION, thrown);
    }
  }

  /** Fails it unless it has ended. */
  void fail(JobFailure.Reason reason, Throwable cause) {
    JobFailure why = new JobFailure(reason, cause);
    if (!end(JobStatus.RUNNING, JobStatus.FAILED, null, why)) {
      end(JobStatus.PENDING, JobStatus.FAILED, null, why);
    }
  }

  /** Ends it unless it runs or has ended; the server is not asked for it any more. */
  void cancel(String why) {
    JobFailure cancelled =
        new JobFailure(JobFailure.Reason.CANCELLED, new CancellationException(why));
    if (!end(JobStatus.PENDING, JobStatus.FAILED, null, cancelled)) {
      return;
    }
    @Nullable CompletableFuture<Lease> asked;
    synchronized (this) {
      asked = acquire;
    }
    if (asked != null) {
      asked.cancel(false);
    }
  }

  /** Gives it up although it runs. */
  void abandon(String why) {
    @Nullable HeldRun abandoned;
    synchronized (this) {
      abandoned = run;
    }
    fail(JobFailure.Reason.CANCELLED, new CancellationException(why));
    if (abandoned != null) {
      abandoned.end(Outcome.ABANDONED);
    }
    publish();
  }

  /** Tells whoever waits how it ended, if it has, once everything else knows. */
  void publish() {
    @Nullable R returned;
    @Nullable JobFailure why;
    synchronized (this) {
      if (status == JobStatus.PENDING || status == JobStatus.RUNNING) {
        return;
      }
      returned = value;
      why = failure;
    }
    if (why != null) {
      result.completeExceptionally(why.cause());
    } else {
      result.complete(returned);
    }
  }

  private synchronized boolean begin(HeldRun held) {
    if (status != JobStatus.PENDING) {
      return false;
    }
    status = JobStatus.RUNNING;
    run = held;
    return true;
  }

  /** Goes one step if it stands there; false if it does not. */
  private boolean end(
      JobStatus from, JobStatus end, @Nullable R returned, @Nullable JobFailure why) {
    synchronized (this) {
      if (status != from) {
        return false;
      }
      status = end;
      value = returned;
      failure = why;
    }
    manager.changed(this, end);
    return true;
  }
}
