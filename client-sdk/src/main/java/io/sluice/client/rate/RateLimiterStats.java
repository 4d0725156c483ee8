package io.sluice.client.rate;

import java.time.Duration;

/**
 * What came of the acquires of one {@link RateLimiter}, since it was made. What the limit itself
 * counts, over all clients, is in {@link io.sluice.client.SluiceClient#statistics}.
 *
 * @param granted acquires
 * @param dropped acquires that were refused in the end
 * @param timeouts of those, the ones that had waited
 * @param delayed acquires that waited, in the queue or in delays, granted or not
 * @param meanDelay of those
 * @param maxDelay the longest of those
 * @param reservations that wait or are ready now
 * @param expiredReservations that nobody used in time
 */
public record RateLimiterStats(
    long granted,
    long dropped,
    long timeouts,
    long delayed,
    Duration meanDelay,
    Duration maxDelay,
    int reservations,
    long expiredReservations) {

  /**
   * The share that was dropped.
   *
   * @return dropped / (granted + dropped); 0 if there was none
   */
  public double dropRatio() {
    long all = granted + dropped;
    return all == 0 ? 0 : (double) dropped / all;
  }
}
