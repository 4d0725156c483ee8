package io.sluice.client.tasks;

import io.sluice.client.internal.Daemons;
import io.sluice.client.internal.Listeners;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Tells listeners, one after the other, on a thread {@code sluice-task-listener}. */
final class TaskListeners {
  private static final int MAX_EVENTS = 100_000;
  private static final long IDLE_SECONDS = 30;

  private final Listeners<TaskListener> listeners = new Listeners<>();
  private final LongAdder dropped = new LongAdder();
  private final ThreadPoolExecutor thread;
  private volatile boolean any;

  TaskListeners() {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_EVENTS),
            Daemons.named("sluice-task-listener"));
    thread.allowCoreThreadTimeOut(true);
  }

  void add(TaskListener listener) {
    listeners.add(listener);
    any = true;
  }

  void tell(Consumer<TaskListener> event) {
    if (!any) {
      return;
    }
    try {
      thread.execute(() -> listeners.tell(event));
    } catch (RejectedExecutionException full) {
      dropped.increment();
    }
  }

  /** Events that failed, or that nobody was told because there were too many. */
  long failures() {
    return listeners.failures() + dropped.sum();
  }

  /** Tells what is under way, then ends the thread. Does not wait. */
  void close() {
    thread.shutdown();
  }
}
