package io.sluice.client;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts something that may be there at most so many times at once. Thread-safe. */
final class Bound {
  private final String what;
  private final int max;
  private final AtomicInteger taken = new AtomicInteger();

  Bound(String what, int max) {
    this.what = what;
    this.max = max;
  }

  /** Takes one, or returns false and changes nothing. */
  boolean tryTake() {
    return taken.getAndUpdate(n -> n < max ? n + 1 : n) < max;
  }

  void give() {
    taken.decrementAndGet();
  }

  int taken() {
    return taken.get();
  }

  /** What to tell a caller for whom there was none. */
  IllegalStateException exhausted() {
    return new IllegalStateException(what + " must be at most " + max + " at once");
  }
}
