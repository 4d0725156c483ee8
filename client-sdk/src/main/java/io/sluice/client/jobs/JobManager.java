package io.sluice.client.jobs;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.QueueFullException;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Listeners;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Takes jobs in, and runs each when the server says that it may: the next one as soon as one has
 * ended, in the order in which they were submitted.
 *
 * <pre>{@code
 * try (JobManager jobs = JobManager.of(client)) {
 *   Job<Integer> job = jobs.submit(new ProcessBuilder("extract", "talk.mp4"));
 *   jobs.submitAndWait(() -> summarise("talk.mp4"));
 * }
 * }</pre>
 *
 * <p>How many run at once over all processes is the server's limit on {@code pipeline/jobs}. A job
 * that fails disturbs no other. Nothing that was submitted is left without an end: closing cancels
 * what waits. Thread-safe.
 */
public final class JobManager implements AutoCloseable {
  private final SluiceClient client;
  private final Acquisition gpu;
  private final int maxParallelJobs;
  private final Duration grace;
  private final JobBook book;
  private final JobRunner runner;
  private final Listeners<JobListener> listeners = new Listeners<>();
  private final LongAdder completed = new LongAdder();
  private final LongAdder failed = new LongAdder();

  JobManager(JobManagerBuilder builder) {
    client = builder.client;
    gpu = builder.gpu;
    maxParallelJobs = builder.maxParallelJobs;
    grace = builder.grace;
    book = new JobBook(maxParallelJobs, builder.maxQueued);
    runner = new JobRunner(this, client, builder.job, book, maxParallelJobs);
  }

  /**
   * A manager with default settings.
   *
   * @param client to ask; stays its owner's to close, after the manager
   * @return the manager, to be closed
   */
  public static JobManager of(SluiceClient client) {
    return builder(client).build();
  }

  /**
   * For other settings.
   *
   * @param client to ask; stays its owner's to close, after the manager
   * @return a builder
   * @throws IllegalArgumentException if the variable {@code PIPELINE_MAX_PARALLEL_JOBS} is no
   *     number in its bounds
   */
  public static JobManagerBuilder builder(SluiceClient client) {
    return new JobManagerBuilder(client, System.getenv());
  }

  /**
   * The one manager of this process, made by the first call. It asks the server that the variable
   * {@code SLUICE_TARGET} names, or else {@code 127.0.0.1:7400}, and gives back what it holds when
   * the process ends.
   *
   * @return always the same
   */
  public static JobManager shared() {
    return Shared.MANAGER;
  }

  /**
   * Submits a job.
   *
   * @param <R> what it returns
   * @param work run once, on a thread of the manager
   * @return the job
   * @throws QueueFullException if as many jobs wait as may
   * @throws RejectedExecutionException if the manager is closed
   */
  public <R> Job<R> submit(Callable<R> work) {
    return runner.submit(lease -> work.call(), null);
  }

  /**
   * Submits a program as a job. It gets the environment of its lease, and is ended when that is
   * lost or the manager's grace is over.
   *
   * @param program started once, when the job may run
   * @return the job, which completes with code 0, and fails with any other
   * @throws QueueFullException if as many jobs wait as may
   * @throws RejectedExecutionException if the manager is closed
   */
  public Job<Integer> submit(ProcessBuilder program) {
    return runner.submit(new ProgramRun(program), null);
  }

  /**
   * Submits a job and waits for it. If this thread holds a {@link GpuPermit}, the job rides on it;
   * a job of this manager that calls it runs the other one itself.
   *
   * @param <R> what it returns
   * @param work run once
   * @return what it returned
   * @throws ExecutionException if the job failed, with the cause
   * @throws InterruptedException if the thread is interrupted; the job goes on, unless this thread
   *     runs it
   * @throws QueueFullException if as many jobs wait as may
   * @throws RejectedExecutionException if the manager is closed
   */
  public <R> R submitAndWait(Callable<R> work) throws ExecutionException, InterruptedException {
    @Nullable Lease parent = Scope.lease(client);
    JobWork<R> whole = lease -> work.call();
    Job<R> job = Scope.isJobOf(this) ? runner.runHere(whole, parent) : runner.submit(whole, parent);
    return job.await();
  }

  /**
   * Waits for one permit of {@code gpu}, or what the manager was built with.
   *
   * @return the permit, to be closed
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   * @see #acquireGpu(Demand)
   */
  public GpuPermit acquireGpu() throws InterruptedException {
    return permit(gpu);
  }

  /**
   * Waits up to 24 h for GPUs. Inside a job, or another permit of this thread, it rides on what
   * that holds of the same limit, so that a thread never waits for itself; it ends with that.
   *
   * @param demand such as {@code Demand.of("gpu").devices(DeviceAsk.memoryMib(8000))}
   * @return the permit, to be closed
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public GpuPermit acquireGpu(Demand demand) throws InterruptedException {
    return permit(Acquisition.of(demand).maxWait(Duration.ofHours(24)));
  }

  /**
   * A job that was submitted.
   *
   * @param id its name
   * @return empty if it is not known, or ended before the last 1000
   */
  public Optional<Job<?>> job(String id) {
    return book.find(id);
  }

  /**
   * Tells a listener where jobs stand from now on. What it throws is logged and counted.
   *
   * @param listener told of every change
   * @throws IllegalStateException if there are sixteen already
   */
  public void onChange(JobListener listener) {
    listeners.add(listener);
  }

  /**
   * What the manager does and did.
   *
   * @return a snapshot
   */
  public JobStats stats() {
    boolean running = !book.isClosed();
    return new JobStats(
        maxParallelJobs,
        book.waiting(),
        running ? maxParallelJobs : 0,
        running,
        book.running(),
        completed.sum(),
        failed.sum(),
        listeners.failures());
  }

  /** Closes with the grace that the manager was built with. */
  @Override
  public void close() {
    close(grace);
  }

  /**
   * Ends the manager: jobs that wait fail as cancelled at once, those that run may finish. After
   * the grace the rest fails as cancelled, too: leases are released as abandoned, threads
   * interrupted, programs ended. Later calls return at once.
   *
   * @param grace how long those that run may take, 0 or more
   */
  public void close(Duration grace) {
    @Nullable List<Job<?>> unfinished = book.close();
    if (unfinished == null) {
      return;
    }
    for (Job<?> job : unfinished) {
      job.cancel("the manager was closed");
      job.publish();
    }
    if (!runner.end(grace)) {
      String why = "the manager was closed, and its grace is over";
      book.unfinished().forEach(job -> job.abandon(why));
    }
  }

  /** A job stands elsewhere. */
  void changed(Job<?> job, JobStatus status) {
    if (status == JobStatus.RUNNING) {
      book.begun(job);
    } else if (status == JobStatus.COMPLETED) {
      completed.increment();
    } else {
      failed.increment();
    }
    listeners.tell(listener -> listener.changed(job, status));
  }

  private GpuPermit permit(Acquisition asked) throws InterruptedException {
    Lease held = client.acquire(Scope.nested(asked, Scope.lease(client)));
    return new GpuPermit(client, held);
  }

  /** Made when it is first asked for. */
  private static final class Shared {
    static final JobManager MANAGER = make();

    private static JobManager make() {
      SluiceClient client =
          SluiceClient.connect(System.getenv().getOrDefault("SLUICE_TARGET", "127.0.0.1:7400"));
      JobManager manager = of(client);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    manager.close(Duration.ZERO);
                    client.close();
                  },
                  "sluice-job-end"));
      return manager;
    }
  }
}
