package io.sluice.client.rate;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What came of acquires and reservations. Thread-safe. */
final class Tallies {
  private final AtomicInteger reservations = new AtomicInteger();
  private final int maxReservations;

  private long granted;
  private long dropped;
  private long timeouts;
  private long delayed;
  private long delayNanos;
  private long maxDelayNanos;
  private long expired;

  Tallies(int maxReservations) {
    this.maxReservations = maxReservations;
  }

  synchronized void granted(long waitedNanos) {
    granted++;
    delayed(waitedNanos);
  }

  synchronized void dropped(long waitedNanos) {
    dropped++;
    if (waitedNanos > 0) {
      timeouts++;
    }
    delayed(waitedNanos);
  }

  /** Counts a reservation in, or returns false if there are as many as there may be. */
  boolean reserve() {
    return reservations.getAndUpdate(n -> n < maxReservations ? n + 1 : n) < maxReservations;
  }

  void unreserve() {
    reservations.decrementAndGet();
  }

  synchronized void expired() {
    expired++;
  }

  synchronized RateLimiterStats stats() {
    return new RateLimiterStats(
        granted,
        dropped,
        timeouts,
        delayed,
        Duration.ofNanos(delayed == 0 ? 0 : delayNanos / delayed),
        Duration.ofNanos(maxDelayNanos),
        reservations.get(),
        expired);
  }

  private synchronized void delayed(long nanos) {
    if (nanos > 0) {
      delayed++;
      delayNanos += nanos;
      maxDelayNanos = Math.max(maxDelayNanos, nanos);
    }
  }
}
