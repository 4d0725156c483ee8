package io.sluice.client.invocations;

import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of a namespace, and a runner for what is called of them. Thread-safe.
 *
 * <pre>{@code
 * try (InvocationApp app = InvocationApp.builder(client).namespace("shop").workers(10).build()) {
 *   ControlledTask<Integer> sum =
 *       app.task("sum", arguments -> total(arguments))
 *           .running(ConcurrencyControlType.TASK)
 *           .define();
 *   app.start();
 *   InvocationResult<Integer> result = sum.call(Map.of("month", 5)).await();
 * }
 * }</pre>
 *
 * <p>Invocations begin in the order in which they were called, as far as the controls let them. A
 * runner that has gone away keeps what it holds at the server for a time to live at most.
 */
public final class InvocationApp implements AutoCloseable {
  private static final int MAX_TASKS = 10_000;
  private static final int MAX_ENDED = 1000;

  private final SluiceClient client;
  private final String namespace;
  private final int maxUnfinished;
  private final Duration ttl;
  private final Duration grace;
  private final Runner runner;
  private final Set<String> tasks = new HashSet<>(); // all guarded by this
  private final Map<String, Call<?>> unfinished = new LinkedHashMap<>();
  private final Map<String, Call<?>> ended =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Call<?>> eldest) {
          return size() > MAX_ENDED;
        }
      };
  private boolean closed;

  InvocationApp(InvocationAppBuilder builder) {
    client = builder.client;
    namespace = builder.namespace;
    maxUnfinished = builder.maxUnfinished;
    ttl = builder.ttl;
    grace = builder.grace;
    runner = new Runner(client, builder.clock, builder.workers);
  }

  /**
   * A builder.
   *
   * @param client to ask; stays its owner's to close, after the application
   * @return the builder
   */
  public static InvocationAppBuilder builder(SluiceClient client) {
    return new InvocationAppBuilder(client);
  }

  /**
   * Defines a task.
   *
   * @param <R> what it returns
   * @param name of the task, 1..100 letters, digits, {@code _}, {@code .} and {@code -}
   * @param work what it does
   * @return a builder
   * @throws IllegalArgumentException if the name is something else
   */
  public <R> ControlledTaskBuilder<R> task(String name, TaskWork<R> work) {
    return new ControlledTaskBuilder<>(this, name, work);
  }

  /** Lets invocations run, those that were called before included. Later calls do nothing. */
  public void start() {
    runner.start();
  }

  /**
   * The invocation that this thread runs.
   *
   * @return empty where it runs none of this application
   */
  public Optional<Invocation<?>> currentInvocation() {
    @Nullable Call<?> call = Call.current();
    return call == null || !knows(call)
        ? Optional.empty()
        : Optional.of(Invocation.registered(call));
  }

  /**
   * Drops what is pending in this application: it ends as {@link InvocationStatus#PURGED}. What
   * waits at the server for other processes, an administrator purges there.
   *
   * @param running whether those that run are ended as well: interrupted, and their leases released
   * @return how many were pending, or ran and were ended
   */
  public int purge(boolean running) {
    int purged = 0;
    for (Call<?> call : unfinished()) {
      call.stop(InvocationStatus.PURGED, "purged", running, Outcome.CANCELLED);
      purged += call.status() == InvocationStatus.PURGED ? 1 : 0;
    }
    return purged;
  }

  /** Closes with the grace that the application was built with. */
  @Override
  public void close() {
    close(grace);
  }

  /**
   * Ends the application: what is pending ends as {@link InvocationStatus#CANCELLED}, what runs may
   * finish. After the grace that is cancelled, too: leases are released as abandoned, threads
   * interrupted. Later calls return at once.
   *
   * @param grace how long those that run may take, 0 or more
   */
  public void close(Duration grace) {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    String why = "the application was closed";
    unfinished().forEach(call -> cancel(call, why, false));
    runner.shutdown();
    try {
      if (runner.await(grace)) {
        unfinished().forEach(call -> cancel(call, why, false)); // one that would be retried
        return;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    unfinished().forEach(call -> cancel(call, why, true));
  }

  static String word(String what, String text, int max) {
    if (!text.matches("[A-Za-z0-9_.-]{1," + max + "}")) {
      throw new IllegalArgumentException(
          what + " must be 1.." + max + " letters, digits, _ . - but was " + text);
    }
    return text;
  }

  SluiceClient client() {
    return client;
  }

  String namespace() {
    return namespace;
  }

  Duration ttl() {
    return ttl;
  }

  Runner runner() {
    return runner;
  }

  synchronized void define(String task) {
    if (tasks.size() == MAX_TASKS) {
      throw new IllegalStateException("tasks must be at most " + MAX_TASKS);
    }
    if (!tasks.add(task)) {
      throw new IllegalArgumentException("task " + task + " must be defined once");
    }
  }

  synchronized void add(Call<?> call) {
    if (closed) {
      throw new RejectedExecutionException("the application is closed");
    }
    if (unfinished.size() == maxUnfinished) {
      throw new RejectedExecutionException(
          "invocations that have not ended must be at most " + maxUnfinished);
    }
    unfinished.put(call.id(), call);
    var unused = call.result().whenComplete((result, never) -> ended(call));
  }

  /** A call that led to another invocation. */
  synchronized void forget(Call<?> call) {
    unfinished.remove(call.id());
  }

  /** The call of this task and id, also shortly after it ended; null if another process has it. */
  @SuppressWarnings("unchecked") // every call of a task returns what that returns
  synchronized <R> @Nullable Call<R> find(String id, TaskDefinition<R> task) {
    @Nullable Call<?> call = unfinished.get(id);
    @Nullable Call<?> found = call == null ? ended.get(id) : call;
    return found != null && found.task().name().equals(task.name()) ? (Call<R>) found : null;
  }

  private synchronized void ended(Call<?> call) {
    unfinished.remove(call.id());
    ended.put(call.id(), call);
  }

  private synchronized boolean knows(Call<?> call) {
    return unfinished.containsKey(call.id());
  }

  private synchronized List<Call<?>> unfinished() {
    return new ArrayList<>(unfinished.values());
  }

  private static void cancel(Call<?> call, String why, boolean running) {
    call.stop(InvocationStatus.CANCELLED, why, running, Outcome.ABANDONED);
  }
}
