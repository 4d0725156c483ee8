package io.sluice.client;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the client's threads: daemons with a telling name. */
final class Threads {
  private Threads() {}

  /** The first thread has the name itself, later ones {@code name-2}, {@code name-3}. */
  static ThreadFactory daemons(String name) {
    AtomicInteger made = new AtomicInteger();
    return task -> {
      int number = made.incrementAndGet();
      Thread thread = new Thread(task, number == 1 ? name : name + "-" + number);
      thread.setDaemon(true);
      return thread;
    };
  }
}
