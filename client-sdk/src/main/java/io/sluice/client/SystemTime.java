package io.sluice.client;

import io.sluice.client.internal.Daemons;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The clock of the machine, with one daemon thread {@code sluice-renewal} as timer. */
final class SystemTime implements Time {
  private static final Logger log = System.getLogger(SystemTime.class.getName());

  private final ScheduledThreadPoolExecutor timer;

  SystemTime() {
    timer = new ScheduledThreadPoolExecutor(1, Daemons.named("sluice-renewal"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer schedule(Runnable task, long delayNanos) {
    try {
      Future<?> scheduled = timer.schedule(() -> runLogged(task), delayNanos, TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  @Override
  public void close() {
    timer.shutdown();
  }

  private static void runLogged(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error bug) {
      log.log(Level.ERROR, "a timer task failed", bug);
      throw bug;
    }
  }
}
