package io.sluice.client.jobs;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Checks;
import java.time.Duration;
import java.util.Map;

/** Builds a {@link JobManager}. */
public final class JobManagerBuilder {
  private static final int MAX_PARALLEL = 10_000;
  private static final int MAX_QUEUED = 1_000_000;
  private static final Duration DAY = Duration.ofHours(24);

  final SluiceClient client;
  int maxParallelJobs;
  int maxQueued = 1000;
  Duration grace = Duration.ofSeconds(30);
  Acquisition job = Acquisition.of(Demand.of("pipeline/jobs")).maxWait(DAY);
  Acquisition gpu = Acquisition.of(Demand.of("gpu")).maxWait(DAY);

  JobManagerBuilder(SluiceClient client, Map<String, String> environment) {
    this.client = client;
    maxParallelJobs =
        Checks.variable(environment, "PIPELINE_MAX_PARALLEL_JOBS", 2, 1, MAX_PARALLEL);
  }

  /**
   * How many jobs this manager runs at once, however many more the server would let. Unless told,
   * the variable {@code PIPELINE_MAX_PARALLEL_JOBS} of the process, or else 2.
   *
   * @param maxParallelJobs 1..10000
   * @return this
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public JobManagerBuilder maxParallelJobs(int maxParallelJobs) {
    this.maxParallelJobs = Checks.inRange("maxParallelJobs", maxParallelJobs, 1, MAX_PARALLEL);
    return this;
  }

  /**
   * How many jobs may wait, beside those that run. Unless told, 1000.
   *
   * @param maxQueued 0..1000000
   * @return this
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public JobManagerBuilder maxQueued(int maxQueued) {
    this.maxQueued = Checks.inRange("maxQueued", maxQueued, 0, MAX_QUEUED);
    return this;
  }

  /**
   * What each job needs, and how long it may wait for it in the server's queue. Unless told, one
   * permit of {@code pipeline/jobs}, for which it waits 24 h.
   *
   * @param job asked for once for each job
   * @return this
   */
  public JobManagerBuilder job(Acquisition job) {
    this.job = job;
    return this;
  }

  /**
   * What {@link JobManager#acquireGpu()} asks for. Unless told, one permit of {@code gpu}, for
   * which it waits 24 h.
   *
   * @param gpu asked for once for each permit
   * @return this
   */
  public JobManagerBuilder gpu(Acquisition gpu) {
    this.gpu = gpu;
    return this;
  }

  /**
   * How long {@link JobManager#close()} lets running jobs finish. Unless told, 30 s.
   *
   * @param grace 0..24 h
   * @return this
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public JobManagerBuilder grace(Duration grace) {
    this.grace = Checks.inRange("grace", grace, Duration.ZERO, DAY);
    return this;
  }

  /**
   * Makes the manager, which takes jobs in at once.
   *
   * @return the manager, to be closed before its client
   */
  public JobManager build() {
    return new JobManager(this);
  }
}
