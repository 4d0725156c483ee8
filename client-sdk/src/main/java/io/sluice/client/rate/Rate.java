package io.sluice.client.rate;

import java.time.Duration;

/**
 * How fast tokens accrue, and how many.
 *
 * @param permits that accrue in each period
 * @param per the period
 * @param burst the most that accrue
 */
public record Rate(long permits, Duration per, long burst) {

  /**
   * A rate with a burst of its permits.
   *
   * @param permits that accrue in each period
   * @param per the period
   * @return the rate
   */
  public static Rate of(long permits, Duration per) {
    return new Rate(permits, per, permits);
  }
}
