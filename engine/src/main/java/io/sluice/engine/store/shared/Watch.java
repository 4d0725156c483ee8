package io.sluice.engine.store.shared;

/** Buckets that somebody waits for. */
final class Watch {
  /** How long somebody who waits is not tried again at most. */
  static final long MAX_POLL_NANOS = 250_000_000L;

  private Watch() {}
}
