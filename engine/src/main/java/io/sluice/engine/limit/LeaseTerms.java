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
 * @param lockDelayNanos how long what a lease took stays taken after it ended without a release,
 *     because its holder may still be working, 0..1 h; 0 = it is free at once
 * @param disconnectGraceNanos how much longer a lease lives after its client disconnected, unless
 *     that comes back, 0..1 h; {@link Long#MAX_VALUE} = as long as ever
 */
public record LeaseTerms(
    long ttlNanos,
    long maxTtlNanos,
    long maxHoldNanos,
    long lockDelayNanos,
    long disconnectGraceNanos) {
  /** Longest lock delay. */
  public static final long MAX_LOCK_DELAY_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Longest grace after a disconnect. */
  public static final long MAX_DISCONNECT_GRACE_NANOS = TimeUnit.HOURS.toNanos(1);

  /** A client that disconnects keeps its leases until they expire. */
  public static final long KEEP = Long.MAX_VALUE;

  /** 30 s, at most 24 h, renewed without bound. */
  public static final LeaseTerms DEFAULT =
      new LeaseTerms(TimeUnit.SECONDS.toNanos(30), Bounds.MAX_TTL_NANOS, Long.MAX_VALUE);

  /** Checks the bounds. */
  public LeaseTerms {
    Bounds.requireRange("ttl nanoseconds", ttlNanos, Bounds.MIN_TTL_NANOS, Bounds.MAX_TTL_NANOS);
    Bounds.requireRange("max_ttl nanoseconds", maxTtlNanos, ttlNanos, Bounds.MAX_TTL_NANOS);
    Bounds.requireRange("lock_delay nanoseconds", lockDelayNanos, 0, MAX_LOCK_DELAY_NANOS);
    if (disconnectGraceNanos != KEEP) {
      Bounds.requireRange(
          "disconnect_grace nanoseconds", disconnectGraceNanos, 0, MAX_DISCONNECT_GRACE_NANOS);
    }
    if (maxHoldNanos < Bounds.MIN_TTL_NANOS) {
      throw new InvalidArgumentException(
          "max_hold nanoseconds",
          "must be at least " + Bounds.MIN_TTL_NANOS + " but was " + maxHoldNanos);
    }
  }

  /** Terms without a lock delay, under which a client that disconnects keeps its leases. */
  public LeaseTerms(long ttlNanos, long maxTtlNanos, long maxHoldNanos) {
    this(ttlNanos, maxTtlNanos, maxHoldNanos, 0, KEEP);
  }

  /** The same terms with a lock delay. */
  public LeaseTerms withLockDelayNanos(long newDelay) {
    return new LeaseTerms(ttlNanos, maxTtlNanos, maxHoldNanos, newDelay, disconnectGraceNanos);
  }

  /** The same terms with a grace after which leases of a client that disconnected are reclaimed. */
  public LeaseTerms withDisconnectGraceNanos(long newGrace) {
    return new LeaseTerms(ttlNanos, maxTtlNanos, maxHoldNanos, lockDelayNanos, newGrace);
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
        Math.min(maxHoldNanos, other.maxHoldNanos),
        Math.max(lockDelayNanos, other.lockDelayNanos),
        Math.min(disconnectGraceNanos, other.disconnectGraceNanos));
  }

  /** Returns the time to live of a lease that asks for {@code askedNanos}; 0 = the default. */
  public long grant(long askedNanos) {
    return askedNanos == 0 ? ttlNanos : Math.min(askedNanos, maxTtlNanos);
  }
}
