package io.sluice.client;

import io.sluice.proto.v1.Release;
import java.util.concurrent.CompletableFuture;

/** A release under way. */
final class Releasing {
  private final Release release;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  // Guarded by the session.
  long deadlineNanos;
  int attempts;

  Releasing(Release release) {
    this.release = release;
  }

  Release release() {
    return release;
  }

  /** Completes when the server has answered it. */
  CompletableFuture<Void> done() {
    return done;
  }
}
