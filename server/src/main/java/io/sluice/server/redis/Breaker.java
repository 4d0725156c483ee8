package io.sluice.server.redis;

/**
 * Whether Redis is worth asking. Opens after {@value #FAILURES} failures in a row, or when a
 * connection is cut; closed again only by a heartbeat that was answered. Thread-safe.
 */
final class Breaker {
  static final int FAILURES = 3;

  private boolean open = true; // until it was reached for the first time
  private int failures;
  private long opened;

  synchronized boolean isOpen() {
    return open;
  }

  /** Notes an answer. */
  synchronized void succeeded() {
    failures = 0;
  }

  /** Notes a failure; returns whether that opened it. */
  synchronized boolean failed() {
    failures++;
    return failures >= FAILURES && cut();
  }

  /** Opens it; returns whether it was closed. */
  synchronized boolean cut() {
    if (open) {
      return false;
    }
    open = true;
    opened++;
    return true;
  }

  /** Closes it. */
  synchronized void close() {
    open = false;
    failures = 0;
  }

  /** Returns how often it opened. */
  synchronized long timesOpened() {
    return opened;
  }
}
