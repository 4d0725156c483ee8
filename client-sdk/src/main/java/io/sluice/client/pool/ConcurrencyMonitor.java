package io.sluice.client.pool;

import io.sluice.client.ConcurrencyException;
import io.sluice.client.DenialReason;
import io.sluice.client.Outcome;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What stood in the way of work, and the most of it that ran at once. Thread-safe. */
public final class ConcurrencyMonitor {
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger highWaterMark = new AtomicInteger();
  private final LongAdder rateLimitHits = new LongAdder();
  private final LongAdder breakerTrips = new LongAdder();

  /** Creates one that has seen nothing. */
  public ConcurrencyMonitor() {}

  /**
   * Tells how much runs now.
   *
   * @param now 0 or more
   */
  public void running(int now) {
    running.set(now);
    highWaterMark.accumulateAndGet(now, Math::max);
  }

  /** Tells that a rate stood in the way: Sluice's, or that of a provider. */
  public void rateLimitHit() {
    rateLimitHits.increment();
  }

  /** Tells that a breaker stood in the way. */
  public void breakerTrip() {
    breakerTrips.increment();
  }

  /**
   * The most that ran at once.
   *
   * @return 0 until something ran
   */
  public int highWaterMark() {
    return highWaterMark.get();
  }

  /**
   * How often a rate stood in the way.
   *
   * @return 0 or more
   */
  public long rateLimitHits() {
    return rateLimitHits.sum();
  }

  /**
   * How often a breaker stood in the way.
   *
   * @return 0 or more
   */
  public long breakerTrips() {
    return breakerTrips.sum();
  }

  /**
   * The same as JSON.
   *
   * @return one object of numbers
   */
  public String toJson() {
    return "{\"concurrent_requests\":%d,\"concurrent_high_water_mark\":%d,\"rate_limit_hits\":%d,\"circuit_breaker_trips\":%d}"
        .formatted(running.get(), highWaterMark(), rateLimitHits(), breakerTrips());
  }

  void began() {
    highWaterMark.accumulateAndGet(running.incrementAndGet(), Math::max);
  }

  void ended() {
    running.decrementAndGet();
  }

  /** Counts what a failure says of the limits. */
  void failed(Throwable failure) {
    if (failure instanceof ConcurrencyException denied) {
      DenialReason reason = denied.reason();
      if (reason == DenialReason.BREAKER_OPEN) {
        breakerTrip();
      } else if (reason == DenialReason.RATE || reason == DenialReason.QUOTA) {
        rateLimitHit();
      }
    } else if (Outcome.of(failure) == Outcome.THROTTLED) {
      rateLimitHit();
    }
  }
}
