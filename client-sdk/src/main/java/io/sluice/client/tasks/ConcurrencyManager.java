package io.sluice.client.tasks;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.NanoClock;
import io.sluice.client.QueueFullException;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Daemons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Runs tasks, as many at once and as fast as the server lets every manager of the name together.
 *
 * <pre>{@code
 * ConcurrencyConfig config = ConcurrencyConfig.named("crawl").maxConcurrent(100).requestsPerSecond(10).build();
 * try (ConcurrencyManager manager = ConcurrencyManager.of(client, config)) {
 *   List<TaskResult<String>> pages = manager.execute(tasks);
 * }
 * }</pre>
 *
 * <p>Thread-safe. Tasks wait in this process, bounded, and go to the server's queue in the order of
 * their priorities; each runs on a thread {@code sluice-task} under a lease that names it. Work
 * whose time is over is interrupted, and its lease given back at once; work that ignores that keeps
 * its thread, which is then missing to others.
 */
public final class ConcurrencyManager implements AutoCloseable {
  private static final Duration AFTERMATH = Duration.ofSeconds(5);

  private final ConcurrencyConfig config;
  private final Ledger ledger;
  private final Dispatcher dispatcher;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<Execution<?>> added = new LinkedHashSet<>(); // guarded by itself
  private volatile boolean running = true;
  private volatile boolean closed;

  ConcurrencyManager(SluiceClient client, ConcurrencyConfig config, NanoClock clock) {
    this.config = config;
    this.ledger = new Ledger(config, clock);
    this.dispatcher = new Dispatcher(client, config);
    this.timer = new ScheduledThreadPoolExecutor(1, Daemons.named("sluice-task-timer"));
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * A manager, with its limits put into force at the server: {@code NAME.conc}, and {@code
   * NAME.rate} if there is a rate, else none of that name.
   *
   * @param client that asks; its owner's to close, after the manager
   * @param config what it is made with
   * @return the manager, to be closed
   * @throws IllegalArgumentException if the server finds a value out of its bounds
   * @throws InterruptedException if the thread is interrupted
   */
  public static ConcurrencyManager of(SluiceClient client, ConcurrencyConfig config)
      throws InterruptedException {
    ManagerLimits.put(client.admin(), config);
    return over(client, config);
  }

  /**
   * A manager under the limits that the server has for the resource of its name. Of the
   * configuration, what is this process's counts.
   *
   * @param client that asks; its owner's to close, after the manager
   * @param config what it is made with
   * @return the manager, to be closed
   */
  public static ConcurrencyManager over(SluiceClient client, ConcurrencyConfig config) {
    return new ConcurrencyManager(client, config, NanoClock.system());
  }

  /**
   * Takes a task in, to be run by the next {@link #execute()}.
   *
   * @param <T> what it returns
   * @param task to be run
   * @return completes with what came of it; cancelling it cancels the task
   * @throws QueueFullException if there are as many as may be
   * @throws IllegalStateException if the manager is stopped
   */
  public <T> CompletableFuture<TaskResult<T>> add(Task<T> task) {
    Execution<T> execution = taken(List.of(task)).get(0);
    synchronized (added) {
      added.add(execution);
    }
    return followed(execution);
  }

  /**
   * Runs every task that was added, and waits for all of them.
   *
   * @return what came of them, in the order in which they were added
   * @throws InterruptedException if the thread is interrupted; they are cancelled then
   */
  public List<TaskResult<?>> execute() throws InterruptedException {
    List<Execution<?>> executions;
    synchronized (added) {
      executions = List.copyOf(added);
      added.clear();
    }
    dispatcher.submit(executions);
    Waiting.forAll(executions);
    List<TaskResult<?>> results = new ArrayList<>();
    executions.forEach(execution -> results.add(execution.result().join()));
    return results;
  }

  /**
   * Runs tasks, and waits for all of them.
   *
   * @param <T> what they return
   * @param tasks to be run
   * @return what came of them, in the same order
   * @throws QueueFullException if not all of them may wait; none is run then
   * @throws IllegalStateException if the manager is stopped
   * @throws InterruptedException if the thread is interrupted; they are cancelled then
   */
  public <T> List<TaskResult<T>> execute(List<Task<T>> tasks) throws InterruptedException {
    List<Execution<T>> executions = taken(tasks);
    dispatcher.submit(executions);
    Waiting.forAll(executions);
    return executions.stream().map(execution -> execution.result().join()).toList();
  }

  /**
   * Runs a task without waiting for it.
   *
   * @param <T> what it returns
   * @param task to be run
   * @return completes with what came of it, whatever that is, on a thread of the client or the
   *     manager; cancelling it cancels the task, and interrupts its work
   * @throws QueueFullException if there are as many as may be
   * @throws IllegalStateException if the manager is stopped
   */
  public <T> CompletableFuture<TaskResult<T>> submit(Task<T> task) {
    Execution<T> execution = taken(List.of(task)).get(0);
    CompletableFuture<TaskResult<T>> future = followed(execution);
    dispatcher.submit(List.of(execution));
    return future;
  }

  /**
   * Waits for tasks. What has not ended then goes on.
   *
   * @param <T> what they return
   * @param futures of tasks
   * @param timeout the longest wait
   * @param mode what to wait for
   * @return which have ended, and which have not
   * @throws InterruptedException if the thread is interrupted
   */
  public <T> Waited<T> waitForCompletion(
      List<CompletableFuture<TaskResult<T>>> futures, Duration timeout, WaitMode mode)
      throws InterruptedException {
    return Waiting.forTasks(futures, timeout, mode);
  }

  /**
   * What it has and had to do.
   *
   * @return a snapshot
   */
  public TaskStatistics statistics() {
    return ledger.statistics();
  }

  /**
   * How the work of its tasks goes. Empty without monitoring.
   *
   * @return the monitor, the same for every call
   */
  public PerformanceMonitor monitor() {
    return ledger.monitor();
  }

  /**
   * Tells a listener what becomes of tasks from now on.
   *
   * @param listener to be told
   * @throws IllegalStateException if there are sixteen already
   */
  public void listen(TaskListener listener) {
    ledger.listeners().add(listener);
  }

  /**
   * Whether more than the configured share of what may run or wait does.
   *
   * @return now
   */
  public boolean isOverloaded() {
    return ledger.isOverloaded();
  }

  /**
   * Whether it takes tasks and is not overloaded.
   *
   * @return now
   */
  public boolean isHealthy() {
    return running && !isOverloaded();
  }

  /**
   * Takes tasks again after {@link #stop}. Nothing happens if it does already.
   *
   * @throws IllegalStateException if it is closed
   */
  public void start() {
    if (closed) {
      throw new IllegalStateException("the manager is closed");
    }
    running = true;
  }

  /**
   * Takes no more tasks, cancels those that wait, and lets those that run finish. Those that do not
   * in time are interrupted and cancelled. Every future completes.
   *
   * @param grace for those that run
   * @return whether all of them finished by themselves
   * @throws InterruptedException if the thread is interrupted; those that run go on then
   */
  public boolean stop(Duration grace) throws InterruptedException {
    running = false;
    synchronized (added) {
      added.clear();
    }
    while (dispatcher.poll() != null) {
      // they are cancelled with all others that live
    }
    List<Execution<?>> living = ledger.living();
    living.forEach(Execution::cancelUnlessRunning);
    if (Waiting.forIt(Waiting.all(living), grace)) {
      return true;
    }
    living.forEach(Execution::cancel);
    var unused = Waiting.forIt(Waiting.all(living), AFTERMATH);
    return false;
  }

  /** Stops with as much grace as a task may run, and ends the threads. */
  @Override
  public void close() {
    closed = true;
    try {
      var unused = stop(config.taskTimeout());
    } catch (InterruptedException interrupted) {
      ledger.living().forEach(Execution::cancel);
      Thread.currentThread().interrupt();
    } finally {
      dispatcher.close();
      timer.shutdown();
      ledger.listeners().close();
    }
  }

  private <T> List<Execution<T>> taken(List<Task<T>> tasks) {
    if (!running) {
      throw new IllegalStateException("the manager is stopped");
    }
    List<Execution<T>> executions = tasks.stream().map(this::execution).toList();
    ledger.enter(tasks.size());
    executions.forEach(ledger::lives);
    if (!running) {
      executions.forEach(Execution::cancel); // stopped meanwhile, and perhaps not seen
    }
    return executions;
  }

  private <T> Execution<T> execution(Task<T> task) {
    Acquisition ask =
        Acquisition.of(Demand.of(config.name()))
            .priority(task.priority())
            .maxWait(config.maxWait())
            .label("task", task.name());
    for (Map.Entry<String, String> entry : task.metadata().entrySet()) {
      ask = ask.label(entry.getKey(), entry.getValue());
    }
    Duration own = task.timeout();
    Duration timeout = own == null ? config.taskTimeout() : own;
    return new Execution<>(task, ask, timeout, ledger, timer, () -> running);
  }

  /** A future to hand out: cancelling it cancels the task. */
  private <T> CompletableFuture<TaskResult<T>> followed(Execution<T> execution) {
    CompletableFuture<TaskResult<T>> future = execution.future();
    var unused =
        future.whenComplete(
            (result, failure) -> {
              if (future.isCancelled() && execution.cancel()) {
                dispatcher.forget(execution);
                synchronized (added) {
                  added.remove(execution);
                }
              }
            });
    return future;
  }
}
