package io.sluice.engine.rate;

import io.sluice.engine.model.Bounds;
import java.math.BigInteger;

/**
 * One token bucket: a level and the instant up to which it was refilled.
 *
 * <p>Exact: no sequence of calls gives one token more or less than the rational rate does. The part
 * of a quantum that has passed is carried over, so nothing is lost however often it is asked. Time
 * may stand still or go back; the bucket then waits until time catches up, and no token is made
 * twice. Starts full.
 *
 * <p>Algorithm: lazy refill of a token bucket, as in ITU-T I.371 and RFC 2697. <em>Our
 * differences:</em> the level counts {@linkplain TokenScale units} instead of tokens, and the full
 * test is made before the multiplication, so neither rounds nor overflows.
 *
 * <p>A negative number of tokens is refused by an {@link
 * io.sluice.engine.model.InvalidArgumentException}, and changes nothing. Not thread-safe.
 */
public final class TokenBucket {
  private long levelUnits;
  private long refilledToNanos;

  /** Creates a full bucket. */
  public TokenBucket(TokenScale scale, long nowNanos) {
    levelUnits = scale.capacityUnits();
    refilledToNanos = nowNanos;
  }

  /** Takes tokens if there are enough. */
  public boolean tryTake(TokenScale scale, long permits, long nowNanos) {
    if (!holds(scale, permits, nowNanos)) {
      return false;
    }
    take(scale, permits);
    return true;
  }

  /** Takes tokens that {@link #holds} has just seen. */
  public void take(TokenScale scale, long permits) {
    levelUnits -= permits * scale.unitsPerToken();
  }

  /** Returns whether so many tokens are there. */
  public boolean holds(TokenScale scale, long permits, long nowNanos) {
    requireNotNegative(permits);
    refill(scale, nowNanos);
    return permits <= scale.burst() && permits * scale.unitsPerToken() <= levelUnits;
  }

  /**
   * Returns the least time until so many tokens have accrued if nobody takes any: one nanosecond
   * earlier there are too few. 0 if they are there. More than the burst is counted as if the bucket
   * had no top, for callers that queue behind others. {@link Long#MAX_VALUE} = never, or after more
   * than 292 years.
   */
  public long waitNanos(TokenScale scale, long permits, long nowNanos) {
    requireNotNegative(permits);
    refill(scale, nowNanos);
    if (permits > Long.MAX_VALUE / scale.unitsPerToken()) {
      return distantWaitNanos(scale, permits, nowNanos);
    }
    long missing = permits * scale.unitsPerToken() - levelUnits;
    if (missing <= 0) {
      return 0;
    }
    long wait = scale.nanosFor(missing);
    // A clock that went back has to pass the instant of the last refill again before time counts.
    return wait == Long.MAX_VALUE ? wait : saturatedAdd(wait, refilledToNanos - nowNanos);
  }

  /** Returns the whole tokens that are there. */
  public long tokens(TokenScale scale, long nowNanos) {
    refill(scale, nowNanos);
    return levelUnits / scale.unitsPerToken();
  }

  /** Returns whether the bucket is full, so that a new one in its place would be the same. */
  public boolean isFull(TokenScale scale, long nowNanos) {
    refill(scale, nowNanos);
    return levelUnits == scale.capacityUnits();
  }

  /** Puts tokens back that were taken and not used, up to the burst. */
  public void giveBack(TokenScale scale, long permits, long nowNanos) {
    requireNotNegative(permits);
    refill(scale, nowNanos);
    long room = scale.capacityUnits() - levelUnits;
    long units = permits > scale.burst() ? room : permits * scale.unitsPerToken();
    levelUnits += Math.min(room, units);
  }

  /**
   * Carries the level over to another rate or burst: the same tokens, rounded down, at most the new
   * burst. Never makes a token.
   */
  public void rescale(TokenScale from, TokenScale to, long nowNanos) {
    refill(from, nowNanos);
    BigInteger level =
        BigInteger.valueOf(levelUnits)
            .multiply(BigInteger.valueOf(to.unitsPerToken()))
            .divide(BigInteger.valueOf(from.unitsPerToken()));
    levelUnits = level.min(BigInteger.valueOf(to.capacityUnits())).longValueExact();
    refilledToNanos = Math.max(refilledToNanos, nowNanos);
  }

  private void refill(TokenScale scale, long nowNanos) {
    if (nowNanos <= refilledToNanos) {
      return;
    }
    long elapsed = nowNanos - refilledToNanos;
    if (elapsed < 0) {
      elapsed = Long.MAX_VALUE; // more than 292 years
    }
    long room = scale.capacityUnits() - levelUnits;
    if (room == 0) {
      // An idle full bucket must stamp the time, or idleness becomes a second burst.
      refilledToNanos = nowNanos;
      return;
    }
    if (scale.unitsPerQuantum() == 0) {
      refilledToNanos = nowNanos;
      return;
    }
    long quanta = elapsed / scale.quantumNanos();
    if (quanta >= TokenScale.ceilDiv(room, scale.unitsPerQuantum())) {
      levelUnits = scale.capacityUnits();
      refilledToNanos = nowNanos;
    } else {
      levelUnits += quanta * scale.unitsPerQuantum();
      refilledToNanos += quanta * scale.quantumNanos();
    }
  }

  /** The wait for so many tokens, above the burst, that their units overflow. */
  private long distantWaitNanos(TokenScale scale, long permits, long nowNanos) {
    if (scale.unitsPerQuantum() == 0) {
      return Long.MAX_VALUE;
    }
    BigInteger perQuantum = BigInteger.valueOf(scale.unitsPerQuantum());
    BigInteger missing =
        BigInteger.valueOf(permits)
            .multiply(BigInteger.valueOf(scale.unitsPerToken()))
            .subtract(BigInteger.valueOf(levelUnits));
    return missing
        .add(perQuantum)
        .subtract(BigInteger.ONE)
        .divide(perQuantum)
        .multiply(BigInteger.valueOf(scale.quantumNanos()))
        .add(BigInteger.valueOf(refilledToNanos))
        .subtract(BigInteger.valueOf(nowNanos))
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }

  private static void requireNotNegative(long permits) {
    Bounds.requireRange("permits", permits, 0, Long.MAX_VALUE);
  }

  private static long saturatedAdd(long a, long b) {
    long sum = a + b;
    return ((a ^ sum) & (b ^ sum)) < 0 ? Long.MAX_VALUE : sum;
  }
}
