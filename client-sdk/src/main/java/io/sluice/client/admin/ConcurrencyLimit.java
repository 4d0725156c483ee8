package io.sluice.client.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A bound on leases held at once, to put into force. Immutable.
 *
 * <pre>{@code
 * ConcurrencyLimit.of("jobs", Match.of("pipeline/jobs"), 2)
 * }</pre>
 *
 * @param name unique among the limits
 * @param match what it applies to
 * @param max permits held at once, 0..2^40
 * @param ttl how long a lease lives that asks for no time; null = the server's default
 * @param queueMax acquires that wait for it at once, 0..1000000; 0 = nobody waits
 */
public record ConcurrencyLimit(
    String name, Match match, long max, @Nullable Duration ttl, int queueMax) {
  private static final int QUEUE_MAX = 1000;

  /**
   * A limit for which 1000 wait.
   *
   * @param name unique among the limits
   * @param match what it applies to
   * @param max permits held at once
   * @return the limit
   */
  public static ConcurrencyLimit of(String name, Match match, long max) {
    return new ConcurrencyLimit(name, match, max, null, QUEUE_MAX);
  }

  /**
   * The same with another time to live of its leases.
   *
   * @param ttl for leases that ask for no time
   * @return a new limit
   */
  public ConcurrencyLimit ttl(Duration ttl) {
    return new ConcurrencyLimit(name, match, max, ttl, queueMax);
  }

  /**
   * The same with another bound of its queue.
   *
   * @param queueMax acquires that wait at once
   * @return a new limit
   */
  public ConcurrencyLimit queueMax(int queueMax) {
    return new ConcurrencyLimit(name, match, max, ttl, queueMax);
  }
}
