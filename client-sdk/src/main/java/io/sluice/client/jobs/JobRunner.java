package io.sluice.client.jobs;

import io.sluice.client.Acquisition;
import io.sluice.client.Lease;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Daemons;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks the server for the leases of jobs whose turn has come, and runs what is granted. */
final class JobRunner {
  private final JobManager manager;
  private final SluiceClient client;
  private final Acquisition acquisition;
  private final JobBook book;
  private final ThreadPoolExecutor threads;

  JobRunner(
      JobManager manager,
      SluiceClient client,
      Acquisition acquisition,
      JobBook book,
      int maxParallelJobs) {
    this.manager = manager;
    this.client = client;
    this.acquisition = acquisition;
    this.book = book;
    this.threads = Daemons.pool(maxParallelJobs, Daemons.named("sluice-job"));
  }

  /** Takes a job in, to run when its turn has come; on the parent, if there is one. */
  <R> Job<R> submit(JobWork<R> work, @Nullable Lease parent) {
    Job<R> job = new Job<>(manager, book.nextId(), work);
    book.add(job, () -> ask(job, parent));
    return job;
  }

  /** Runs a job of a job, in the thread of that and on its lease. */
  <R> Job<R> runHere(JobWork<R> work, @Nullable Lease parent) throws InterruptedException {
    Job<R> job = new Job<>(manager, book.nextId(), work);
    book.addInner(job);
    try {
      run(job, client.acquire(acquisition(job, parent)));
    } catch (InterruptedException | RuntimeException denied) {
      job.fail(JobFailure.Reason.DENIED, denied);
      if (denied instanceof InterruptedException interrupted) {
        throw interrupted;
      }
    } finally {
      book.ended(job);
      job.publish();
    }
    return job;
  }

  /** Takes no more in and waits for those that run; false if some run still. */
  boolean end(Duration grace) {
    threads.shutdown();
    try {
      return threads.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What comes of it goes to a thread of its own, which there is for each turn. */
  private void ask(Job<?> job, @Nullable Lease parent) {
    CompletableFuture<Lease> asked;
    try {
      asked = client.acquireAsync(acquisition(job, parent));
    } catch (RuntimeException refused) {
      asked = CompletableFuture.failedFuture(refused);
    }
    job.acquiring(asked);
    var unused =
        asked.whenComplete(
            (lease, denied) -> {
              try {
                threads.execute(() -> answered(job, lease, denied));
              } catch (RejectedExecutionException closed) {
                answered(job, lease, denied);
              }
            });
  }

  /** The server has answered: runs the job, or ends it, and lets the next one ask. */
  private void answered(Job<?> job, @Nullable Lease lease, @Nullable Throwable denied) {
    if (lease == null) {
      job.fail(JobFailure.Reason.DENIED, Objects.requireNonNull(denied));
    } else {
      run(job, lease);
    }
    book.ended(job);
    job.publish();
  }

  private void run(Job<?> job, Lease lease) {
    Scope scope = Scope.enter(client, lease, manager);
    try {
      job.run(lease);
    } finally {
      scope.leave();
    }
  }

  private Acquisition acquisition(Job<?> job, @Nullable Lease parent) {
    return Scope.nested(acquisition.label("job", job.id()), parent);
  }
}
