package io.sluice.client;

import java.time.Duration;

/**
 * Until when a lease is surely held, as its holder may reckon it. Pure functions over readings of
 * one monotonic clock, in ns.
 *
 * <p>The server starts the time to live when it grants, which the client does not see. The client
 * therefore counts from a moment that is surely not later, and ends early by a margin of {@code
 * max(50 ms, 2 % of the time to live)}, so that clocks that drift apart by up to 1 % never make it
 * believe in a lease that the server has given to another.
 */
final class LeaseClock {
  private static final long SMALLEST_MARGIN_NANOS = Duration.ofMillis(50).toNanos();
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final long SHORTEST_RENEWAL_NANOS = Duration.ofMillis(100).toNanos();

  private LeaseClock() {}

  /**
   * The latest moment that is surely not after the grant. A wait in the queue began after it was
   * asked for, so the grant came at least {@code waited} after that.
   */
  static long grantedNanos(long sentNanos, long receivedNanos, Duration waited) {
    return earlier(sentNanos + nanos(waited), receivedNanos);
  }

  /** The end of what the holder may rely on. */
  static long validUntilNanos(long fromNanos, Duration ttl) {
    long ttlNanos = nanos(ttl);
    return fromNanos + ttlNanos - Math.max(SMALLEST_MARGIN_NANOS, ttlNanos / 50);
  }

  /** How long after a grant or renewal to renew, before jitter. */
  static long renewAfterNanos(Duration ttl) {
    return Math.max(SHORTEST_RENEWAL_NANOS, nanos(ttl) / 3);
  }

  /** The duration in ns, cut to 0..366 d so that sums cannot overflow. */
  static long nanos(Duration value) {
    return value.isNegative() ? 0 : (value.compareTo(LONGEST) < 0 ? value : LONGEST).toNanos();
  }

  static long earlier(long a, long b) {
    return a - b < 0 ? a : b;
  }
}
