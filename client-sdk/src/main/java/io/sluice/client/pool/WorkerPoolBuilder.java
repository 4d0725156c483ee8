package io.sluice.client.pool;

import io.sluice.client.Acquisition;
import io.sluice.client.NanoClock;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Checks;
import io.sluice.client.internal.Daemons;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Builds a {@link WorkerPool}. */
public final class WorkerPoolBuilder {
  static final int MAX_WORKERS = 10_000;
  private static final int MAX_QUEUED = 10_000_000;
  private static final Duration MAX_GRACE = Duration.ofHours(24);

  int maxWorkers;
  int maxQueued = 10_000;
  boolean failFast;
  Duration grace = Duration.ofSeconds(30);
  @Nullable SluiceClient client;
  @Nullable Acquisition acquisition;
  ThreadFactory threads = Daemons.named("sluice-worker");
  NanoClock clock = NanoClock.system();

  WorkerPoolBuilder(Map<String, String> environment) {
    int cores = Runtime.getRuntime().availableProcessors();
    maxWorkers = Checks.variable(environment, "WORKER_COUNT", cores, 1, MAX_WORKERS);
  }

  /**
   * How many tasks run at once in this pool. Unless told, the variable {@code WORKER_COUNT} of the
   * process, or else as many as it has processors.
   *
   * @param maxWorkers 1..10000
   * @return this
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public WorkerPoolBuilder maxWorkers(int maxWorkers) {
    this.maxWorkers = Checks.inRange("maxWorkers", maxWorkers, 1, MAX_WORKERS);
    return this;
  }

  /**
   * How many tasks wait for a worker, beside those that run. Unless told, 10000.
   *
   * @param maxQueued 0..10000000
   * @return this
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public WorkerPoolBuilder maxQueued(int maxQueued) {
    this.maxQueued = Checks.inRange("maxQueued", maxQueued, 0, MAX_QUEUED);
    return this;
  }

  /**
   * Lets each task run under a lease of its own, asked for by its worker when its turn has come. A
   * task whose lease is denied fails with that.
   *
   * @param client to ask; stays its owner's to close, after the pool
   * @param acquisition what each task needs, and how long it may wait for it in the server's queue
   * @return this
   */
  public WorkerPoolBuilder leased(SluiceClient client, Acquisition acquisition) {
    this.client = client;
    this.acquisition = acquisition;
    return this;
  }

  /**
   * Whether the first item that fails keeps the later ones of its {@code map} from beginning.
   * Unless told, items do not know of each other.
   *
   * @param failFast true = those that have not begun are cancelled
   * @return this
   */
  public WorkerPoolBuilder failFast(boolean failFast) {
    this.failFast = failFast;
    return this;
  }

  /**
   * How long {@link WorkerPool#close()} lets running tasks finish. Unless told, 30 s.
   *
   * @param grace 0..24 h
   * @return this
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public WorkerPoolBuilder grace(Duration grace) {
    this.grace = Checks.inRange("grace", grace, Duration.ZERO, MAX_GRACE);
    return this;
  }

  /**
   * Makes the workers' threads. Unless told, daemons named {@code sluice-worker}.
   *
   * @param threads asked for at most {@code maxWorkers} threads
   * @return this
   */
  public WorkerPoolBuilder threads(ThreadFactory threads) {
    this.threads = threads;
    return this;
  }

  /**
   * Measures with another clock than the machine's.
   *
   * @param clock read when tasks begin and end
   * @return this
   */
  public WorkerPoolBuilder clock(NanoClock clock) {
    this.clock = clock;
    return this;
  }

  /**
   * Makes the pool. Its threads are made when tasks come.
   *
   * @return the pool, to be closed
   */
  public WorkerPool build() {
    return new WorkerPool(this);
  }
}
