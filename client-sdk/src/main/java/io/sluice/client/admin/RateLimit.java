package io.sluice.client.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket to put into force: permits per time, and how many may come at once. Immutable.
 *
 * <pre>{@code
 * RateLimit.perSecond("chat", Match.of("openai/chat"), 10).burst(20)
 * }</pre>
 *
 * @param name unique among the limits
 * @param match what it applies to
 * @param permits that accrue in each period, 0..2^40; 0 = closed
 * @param per the period
 * @param burst the most that may accrue, 1..2^40
 * @param queueMax acquires that wait for it at once, 0..1000000; 0 = nobody waits
 * @param adaptive what finds its rate from how work ends; null = it stays as it is
 */
public record RateLimit(
    String name,
    Match match,
    long permits,
    Duration per,
    long burst,
    int queueMax,
    @Nullable AdaptiveRate adaptive) {
  private static final int QUEUE_MAX = 1000;
  private static final int FINE = 1000;

  /**
   * A rate with a burst of its permits, for which 1000 wait.
   *
   * @param name unique among the limits
   * @param match what it applies to
   * @param permits that accrue in each period
   * @param per the period
   * @return the limit
   */
  public static RateLimit of(String name, Match match, long permits, Duration per) {
    return new RateLimit(name, match, permits, per, permits, QUEUE_MAX, null);
  }

  /**
   * A rate in permits per second, to the thousandth, with a burst of what accrues in one second, at
   * least 1; 1000 wait for it.
   *
   * @param name unique among the limits
   * @param match what it applies to
   * @param permitsPerSecond at least 0.001
   * @return the limit
   * @throws IllegalArgumentException if the rate is less, or not finite
   */
  public static RateLimit perSecond(String name, Match match, double permitsPerSecond) {
    if (!(permitsPerSecond >= 1.0 / FINE) || Double.isInfinite(permitsPerSecond)) {
      throw new IllegalArgumentException(
          "permitsPerSecond must be finite and at least 0.001 but was " + permitsPerSecond);
    }
    long burst = Math.max(1, (long) permitsPerSecond);
    boolean whole = permitsPerSecond == Math.rint(permitsPerSecond);
    RateLimit limit =
        whole
            ? of(name, match, (long) permitsPerSecond, Duration.ofSeconds(1))
            : of(name, match, Math.round(permitsPerSecond * FINE), Duration.ofSeconds(FINE));
    return limit.burst(burst);
  }

  /**
   * The same with another burst.
   *
   * @param burst the most that may accrue
   * @return a new limit
   */
  public RateLimit burst(long burst) {
    return new RateLimit(name, match, permits, per, burst, queueMax, adaptive);
  }

  /**
   * The same with another bound of its queue.
   *
   * @param queueMax acquires that wait at once
   * @return a new limit
   */
  public RateLimit queueMax(int queueMax) {
    return new RateLimit(name, match, permits, per, burst, queueMax, adaptive);
  }

  /**
   * The same, its rate found from how work ends.
   *
   * @param adaptive what finds it
   * @return a new limit
   */
  public RateLimit adaptive(AdaptiveRate adaptive) {
    return new RateLimit(name, match, permits, per, burst, queueMax, adaptive);
  }
}
