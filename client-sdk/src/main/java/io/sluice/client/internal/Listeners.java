package io.sluice.client.internal;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Who wants to be told of something. One that throws is logged and counted, and disturbs neither
 * the others nor who tells. Thread-safe.
 *
 * @param <L> what a listener is
 */
public final class Listeners<L> {
  /** How many there may be. */
  public static final int MAX = 16;

  private static final Logger log = System.getLogger(Listeners.class.getName());

  private final List<L> all = new CopyOnWriteArrayList<>();
  private final LongAdder failures = new LongAdder();

  /** Creates a list of none. */
  public Listeners() {}

  /**
   * Adds one.
   *
   * @param listener told from now on
   * @throws IllegalStateException if there are sixteen already
   */
  public synchronized void add(L listener) {
    if (all.size() == MAX) {
      throw new IllegalStateException("listeners must be at most " + MAX);
    }
    all.add(listener);
  }

  /**
   * Tells all of them, in the order in which they were added, in this thread.
   *
   * @param call how to tell one
   */
  public void tell(Consumer<? super L> call) {
    for (L listener : all) {
      try {
        call.accept(listener);
      } catch (RuntimeException | Error failure) {
        failures.increment();
        log.log(Level.WARNING, "a listener failed", failure);
      }
    }
  }

  /**
   * How often a listener threw.
   *
   * @return 0 or more
   */
  public long failures() {
    return failures.sum();
  }
}
