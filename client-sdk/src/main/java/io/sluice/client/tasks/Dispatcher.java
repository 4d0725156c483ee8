package io.sluice.client.tasks;

import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Daemons;
import java.util.Collection;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes tasks to the server, the best priority first, and runs those that it lets go.
 *
 * <p>At most as many tasks as there are threads are asked for or run, so that a lease never waits
 * for a thread; the others wait here, in the order in which the server would serve them. Of those
 * asked for there are never more than leave room in the session of a client for other managers.
 */
final class Dispatcher {
  private static final int MAX_ASKED = 512;
  private static final long IDLE_SECONDS = 30;

  private final SluiceClient client;
  private final int threads;
  private final ThreadPoolExecutor workers;
  private final TaskQueue<Execution<?>> waiting;
  private final AtomicInteger pumps = new AtomicInteger();

  // Guarded by this.
  private int asked;
  private int taken; // asked for, or on a thread

  Dispatcher(SluiceClient client, ConcurrencyConfig config) {
    this.client = client;
    this.threads = config.threads();
    this.waiting = new TaskQueue<>(config.maxPending() + threads); // retries come on top
    this.workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(threads),
            Daemons.named("sluice-task"));
    workers.allowCoreThreadTimeOut(true);
  }

  /** Queues them all before any is asked for. */
  void submit(Collection<? extends Execution<?>> executions) {
    executions.forEach(this::queue);
    pump();
  }

  /** Takes one that ended out of the queue, if it is still there. */
  void forget(Execution<?> execution) {
    var unused = waiting.remove(execution, execution.task().priority());
  }

  /** Takes the next out without asking for it. */
  @Nullable Execution<?> poll() {
    return waiting.poll();
  }

  /** Ends the threads when nothing runs any more. Does not wait. */
  void close() {
    workers.shutdown();
  }

  /** There is room: for as many as may be pending, and for those that are tried again. */
  private void queue(Execution<?> execution) {
    if (!waiting.offer(execution, execution.task().priority())) {
      execution.refused(new CancellationException("no room to wait in"));
    }
  }

  /** One thread at a time asks, in order; whoever comes meanwhile makes it look again. */
  private void pump() {
    if (pumps.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    while (seen != 0) {
      for (Execution<?> next = next(); next != null; next = next()) {
        ask(next);
      }
      seen = pumps.addAndGet(-seen);
    }
  }

  private synchronized @Nullable Execution<?> next() {
    if (taken == threads || asked == MAX_ASKED) {
      return null;
    }
    Execution<?> next = waiting.poll();
    if (next != null) {
      taken++;
      asked++;
    }
    return next;
  }

  private void ask(Execution<?> execution) {
    CompletableFuture<Lease> answer = execution.ask(client);
    if (answer == null) {
      answered();
      freed();
      return;
    }
    var unused =
        answer.whenComplete(
            (lease, failure) -> {
              answered();
              if (failure == null) {
                start(execution, lease);
              } else {
                execution.refused(failure);
                freed();
              }
              pump();
            });
  }

  private void start(Execution<?> execution, Lease lease) {
    try {
      workers.execute(() -> work(execution, lease));
    } catch (RejectedExecutionException closed) {
      var unused = lease.releaseAsync(Outcome.UNUSED);
      execution.refused(new CancellationException("the manager is closed"));
      freed();
    }
  }

  private void work(Execution<?> execution, Lease lease) {
    boolean again = false;
    try {
      again = execution.run(lease);
    } finally {
      freed();
      if (again) {
        queue(execution);
      }
      pump();
    }
  }

  private synchronized void answered() {
    asked--;
  }

  private synchronized void freed() {
    taken--;
  }
}
