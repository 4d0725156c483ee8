package io.sluice.client.rate;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** How long to stay away between two tries, and staying away. */
final class Delays {

  /** Stays away; the seam for tests. */
  @FunctionalInterface
  interface Pause {
    void forNanos(long nanos) throws InterruptedException;
  }

  private final RateLimiterSettings settings;
  private final boolean adaptive;
  private long nextNanos;
  private long spentNanos;
  private int tries = 1;

  Delays(RateLimiterSettings settings) {
    this.settings = settings;
    this.adaptive = settings.backpressure() == Backpressure.ADAPTIVE_DELAY;
    this.nextNanos = settings.firstDelay().toNanos();
  }

  /** A pause that nothing ends but its time. */
  static Pause machine() {
    Semaphore never = new Semaphore(0);
    return nanos -> {
      boolean taken = never.tryAcquire(nanos, TimeUnit.NANOSECONDS);
      assert !taken;
    };
  }

  /**
   * How long to stay away before the next try.
   *
   * @param retryAfter when the server said to ask again
   * @param maxWait the most to stay away, all times together
   * @return ns; negative = there is no next try
   */
  long afterDenial(Optional<Duration> retryAfter, Duration maxWait) {
    long delay = adaptive ? retryAfter.map(Duration::toNanos).orElse(nextNanos) : nextNanos;
    long left = maxWait.toNanos() - spentNanos;
    if (tries >= settings.maxTries() || delay > left) {
      return -1;
    }
    tries++;
    spentNanos += delay;
    nextNanos = (long) (nextNanos * settings.delayFactor());
    return delay;
  }

  long spentNanos() {
    return spentNanos;
  }
}
