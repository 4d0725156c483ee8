package io.sluice.client;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether a lease is held, and who wants to know when it is lost. Goes from HELD to LOST to
 * RELEASED, or straight to RELEASED, never back. Thread-safe.
 */
final class Hold {
  private static final int MAX_LISTENERS = 16;

  enum State {
    HELD,
    LOST,
    RELEASED
  }

  private final List<Runnable> listeners = new ArrayList<>(0); // guarded by this
  private volatile State state = State.HELD; // written under this

  State state() {
    return state;
  }

  /** Keeps a listener if held; the state says what else to do with it. */
  synchronized State listen(Runnable listener) {
    if (state == State.HELD) {
      if (listeners.size() == MAX_LISTENERS) {
        throw new IllegalStateException("listeners must be at most " + MAX_LISTENERS);
      }
      listeners.add(listener);
    }
    return state;
  }

  /** Ends as lost or released, where that is a step forward. Returns the state before. */
  synchronized State end(State end) {
    State before = state;
    if (end.compareTo(before) > 0) {
      state = end;
    }
    return before;
  }

  /** The listeners, once. */
  synchronized List<Runnable> takeListeners() {
    List<Runnable> taken = List.copyOf(listeners);
    listeners.clear();
    return taken;
  }
}
