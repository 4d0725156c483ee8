package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.concurrent.TimeUnit;

/**
 * How long leases of a limit may live.
 *
 * @param ttlNanos the time to live of a lease that asks for none, 1 s..24 h
 * @param maxTtlNanos the ceiling of what may be asked for, ttl..24 h
 * @param maxHoldNanos the longest that renewals may keep a lease, at least 1 s; {@link
 *     Long#MAX_VALUE} = no bound
 */
public record LeaseTerms(long ttlNanos, long maxTtlNanos, long maxHoldNanos) {
  /** 30 s, at most 24 h, renewed without bound. */
  public static final LeaseTerms DEFAULT =
      new LeaseTerms(TimeUnit.SECONDS.toNanos(30), Bounds.MAX_TTL_NANOS, Long.MAX_VALUE);

  /** Checks the bounds. */
  public LeaseTerms {
    Bounds.requireRange("ttl nanoseconds", ttlNanos, Bounds.MIN_TTL_NANOS, Bounds.MAX_TTL_NANOS);
    Bounds.requireRange("max_ttl nanoseconds", maxTtlNanos, ttlNanos, Bounds.MAX_TTL_NANOS);
    if (maxHoldNanos < Bounds.MIN_TTL_NANOS) {
      throw new InvalidArgumentException(
          "max_hold nanoseconds",
          "must be at least " + Bounds.MIN_TTL_NANOS + " but was " + maxHoldNanos);
    }
  }

  /** Returns the terms that satisfy both. */
  public LeaseTerms and(LeaseTerms other) {
    if (equals(other)) {
      return this;
    }
    long ceiling = Math.min(maxTtlNanos, other.maxTtlNanos);
    return new LeaseTerms(
        Math.min(ceiling, Math.min(ttlNanos, other.ttlNanos)),
        ceiling,
        Math.min(maxHoldNanos, other.maxHoldNanos));
  }

  /** Returns the time to live of a lease that asks for {@code askedNanos}; 0 = the default. */
  public long grant(long askedNanos) {
    return askedNanos == 0 ? ttlNanos : Math.min(askedNanos, maxTtlNanos);
  }
}
