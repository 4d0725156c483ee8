package io.sluice.client.rate;

import java.time.Duration;

/**
 * How a {@link RateLimiter} asks. Immutable.
 *
 * @param backpressure what it does while there are too few tokens
 * @param maxWait the longest that an acquire waits in the server's queue, or in delays together,
 *     unless it says itself, 0..24 h
 * @param refundable whether each acquire gets a lease, so that {@link RateLimiter#cancel} can give
 *     its tokens back; costs a call more for each
 * @param firstDelay of DELAY, 1 ms..1 h; each next one is longer by the factor
 * @param delayFactor of DELAY, 1..10
 * @param maxTries how often DELAY and ADAPTIVE_DELAY ask, the first time included, 1..1000
 * @param maxReservations reservations that wait or are ready at once, 1..1000000
 * @param reservationTtl how long after it is ready a reservation is kept, 1 ms..24 h
 */
public record RateLimiterSettings(
    Backpressure backpressure,
    Duration maxWait,
    boolean refundable,
    Duration firstDelay,
    double delayFactor,
    int maxTries,
    int maxReservations,
    Duration reservationTtl) {
  private static final Duration DAY = Duration.ofHours(24);

  /**
   * Checks the bounds.
   *
   * @param backpressure what it does
   * @param maxWait the longest wait
   * @param refundable whether each acquire gets a lease
   * @param firstDelay of DELAY
   * @param delayFactor of DELAY
   * @param maxTries of both delays
   * @param maxReservations at once
   * @param reservationTtl after it is ready
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public RateLimiterSettings {
    Duration tick = Duration.ofMillis(1);
    require("maxWait", maxWait, Duration.ZERO, DAY);
    require("firstDelay", firstDelay, tick, Duration.ofHours(1));
    require("reservationTtl", reservationTtl, tick, DAY);
    require("delayFactor", delayFactor, 1, 10);
    require("maxTries", maxTries, 1, 1000);
    require("maxReservations", maxReservations, 1, 1_000_000);
  }

  /**
   * Waits in the queue for up to 30 s; delays begin with 100 ms and grow by 1.5, at most 10 tries;
   * at most 10000 reservations, kept for 60 s.
   *
   * @return the settings
   */
  public static RateLimiterSettings defaults() {
    return new RateLimiterSettings(
        Backpressure.WAIT,
        Duration.ofSeconds(30),
        false,
        Duration.ofMillis(100),
        1.5,
        10,
        10_000,
        Duration.ofSeconds(60));
  }

  /**
   * The same with another backpressure.
   *
   * @param mode what it does while there are too few tokens
   * @return new settings
   */
  public RateLimiterSettings backpressure(Backpressure mode) {
    return new RateLimiterSettings(
        mode,
        maxWait,
        refundable,
        firstDelay,
        delayFactor,
        maxTries,
        maxReservations,
        reservationTtl);
  }

  /**
   * The same with another longest wait.
   *
   * @param time 0..24 h
   * @return new settings
   */
  public RateLimiterSettings maxWait(Duration time) {
    return new RateLimiterSettings(
        backpressure,
        time,
        refundable,
        firstDelay,
        delayFactor,
        maxTries,
        maxReservations,
        reservationTtl);
  }

  /**
   * The same with a lease for each acquire.
   *
   * @return new settings
   */
  public RateLimiterSettings asRefundable() {
    return new RateLimiterSettings(
        backpressure,
        maxWait,
        true,
        firstDelay,
        delayFactor,
        maxTries,
        maxReservations,
        reservationTtl);
  }

  /**
   * The same with other delays.
   *
   * @param first 1 ms..1 h
   * @param factor 1..10
   * @param tries 1..1000
   * @return new settings
   */
  public RateLimiterSettings delays(Duration first, double factor, int tries) {
    return new RateLimiterSettings(
        backpressure, maxWait, refundable, first, factor, tries, maxReservations, reservationTtl);
  }

  /**
   * The same with other bounds of reservations.
   *
   * @param max that wait or are ready at once, 1..1000000
   * @param ttl how long one is kept after it is ready, 1 ms..24 h
   * @return new settings
   */
  public RateLimiterSettings reservations(int max, Duration ttl) {
    return new RateLimiterSettings(
        backpressure, maxWait, refundable, firstDelay, delayFactor, maxTries, max, ttl);
  }

  private static void require(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw outside(name, min + ", " + max, value);
    }
  }

  private static void require(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw outside(name, min + ", " + max, value);
    }
  }

  private static IllegalArgumentException outside(String name, String range, Object value) {
    return new IllegalArgumentException(name + " must be in [" + range + "] but was " + value);
  }
}
