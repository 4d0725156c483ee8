package io.sluice.server.driver;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Answers that wait until what they tell is durable. Thread-safe. */
final class Deliveries implements StepLog.Listener {
  /** An answer. */
  interface Delivery {
    /**
     * Makes it.
     *
     * @param problem why what it tells is not durable; null if it is
     */
    void make(@Nullable String problem);
  }

  private final Queue<Waiting> waiting = new ArrayDeque<>(); // guarded by this
  private long durable; // guarded by this
  private @Nullable String problem; // guarded by this

  /** Makes an answer now, if everything up to a position is durable, or once it is. */
  void await(long position, Delivery delivery) {
    String failed;
    synchronized (this) {
      failed = problem;
      if (position > durable && failed == null) {
        waiting.add(new Waiting(position, delivery));
        return;
      }
      failed = position > durable ? failed : null;
    }
    delivery.make(failed);
  }

  @Override
  public void durable(long position) {
    synchronized (this) {
      durable = position;
    }
    for (Delivery next = nextDurable(); next != null; next = nextDurable()) {
      next.make(null);
    }
  }

  @Override
  public void failed(String cause) {
    synchronized (this) {
      problem = cause;
    }
    for (Delivery next = next(); next != null; next = next()) {
      next.make(cause);
    }
  }

  // Two steps may come here in another order than they were made; what is behind a later one waits
  // for it.
  private synchronized @Nullable Delivery nextDurable() {
    Waiting first = waiting.peek();
    return first == null || first.position > durable ? null : next();
  }

  private synchronized @Nullable Delivery next() {
    Waiting first = waiting.poll();
    return first == null ? null : first.delivery;
  }

  private record Waiting(long position, Delivery delivery) {}
}
