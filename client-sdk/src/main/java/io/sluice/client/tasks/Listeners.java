package io.sluice.client.tasks;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Tells listeners, one after the other, on a thread {@code sluice-task-listener}. */
final class Listeners {
  private static final Logger log = System.getLogger(Listeners.class.getName());
  private static final int MAX_LISTENERS = 16;
  private static final int MAX_EVENTS = 100_000;
  private static final long IDLE_SECONDS = 30;

  private final List<TaskListener> listeners = new CopyOnWriteArrayList<>();
  private final LongAdder failures = new LongAdder();
  private final ThreadPoolExecutor thread;

  Listeners() {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_EVENTS),
            new DaemonThreads("sluice-task-listener"));
    thread.allowCoreThreadTimeOut(true);
  }

  synchronized void add(TaskListener listener) {
    if (listeners.size() == MAX_LISTENERS) {
      throw new IllegalStateException("listeners must be at most " + MAX_LISTENERS);
    }
    listeners.add(listener);
  }

  void tell(Consumer<TaskListener> event) {
    if (listeners.isEmpty()) {
      return;
    }
    try {
      thread.execute(() -> listeners.forEach(listener -> tell(listener, event)));
    } catch (RejectedExecutionException full) {
      failures.increment();
    }
  }

  long failures() {
    return failures.sum();
  }

  /** Tells what is under way, then ends the thread. Does not wait. */
  void close() {
    thread.shutdown();
  }

  private void tell(TaskListener listener, Consumer<TaskListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException | Error failure) {
      failures.increment();
      log.log(Level.WARNING, "a listener of tasks failed", failure);
    }
  }
}
