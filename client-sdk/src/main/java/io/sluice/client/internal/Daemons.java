package io.sluice.client.internal;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes threads that do not keep the process alive, and pools of them. */
public final class Daemons {
  private Daemons() {}

  /**
   * Makes daemons with a telling name.
   *
   * @param name of the first one; later ones are {@code name-2}, {@code name-3}
   * @return the factory
   */
  public static ThreadFactory named(String name) {
    AtomicInteger made = new AtomicInteger();
    return task -> {
      int number = made.incrementAndGet();
      Thread thread = new Thread(task, number == 1 ? name : name + "-" + number);
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Makes a pool whose threads are made when they are needed.
   *
   * @param threads at most, at least 1
   * @param factory makes them
   * @return the pool; its queue has no bound of its own
   */
  public static ThreadPoolExecutor pool(int threads, ThreadFactory factory) {
    return new ThreadPoolExecutor(
        threads, threads, 0, TimeUnit.NANOSECONDS, new LinkedBlockingQueue<>(), factory);
  }
}
