package io.sluice.server.journal;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The first thing that went wrong, which stays. Thread-safe. */
final class Failure {
  private final AtomicReference<@Nullable IOException> cause = new AtomicReference<>();

  /** Notes what went wrong, unless something did before. */
  void is(IOException wrong) {
    cause.compareAndSet(null, wrong);
  }

  boolean happened() {
    return cause.get() != null;
  }

  @Nullable IOException cause() {
    return cause.get();
  }
}
