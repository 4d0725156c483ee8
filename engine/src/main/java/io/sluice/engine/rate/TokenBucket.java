package io.sluice.engine.rate;

import io.sluice.engine.model.Bounds;
import java.math.BigInteger;

/**
 * One token bucket: a level and the instant up to which it was refilled.
 *
 * <p>Exact: no sequence of calls gives one token more or less than the rational rate does. The part
 * of a quantum that has passed is carried over, so nothing is lost however often it is asked. Time
 * may stand still or go back; the bucket then waits until time catches up, and no token is made
 * twice. Starts full. What was taken on an estimate and turns out to be more is debited down to a
 * whole burst of debt, which accrues before there are tokens again.
 *
 * <p>Algorithm: lazy refill of a token bucket, as in ITU-T I.371 and RFC 2697. <em>Our
 * differences:</em> the level counts {@linkplain TokenScale units} instead of tokens, and the full
 * test is made before the multiplication, so neither rounds nor overflows.
 *
 * <p>A negative number of tokens is refused by an {@link
 * io.sluice.engine.model.InvalidArgumentException}, and changes nothing. Not thread-safe.
 */
public final class TokenBucket {
  private long levelUnits; // in [-deepest debt, capacity]
  private long refilledToNanos;

  /** What {@link CarryOver#ADDITIVE} could not take away for want of room, to be made up for. */
  private long owedTokens;

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

  /**
   * Takes tokens that {@link #holds} has just seen; or, of a full bucket, up to twice the burst, so
   * that a debt remains.
   */
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
    if (permits > TokenScale.MAX_CAPACITY_UNITS / scale.unitsPerToken()) {
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

  /** Returns the whole tokens that are there; negative in debt. */
  public long tokens(TokenScale scale, long nowNanos) {
    refill(scale, nowNanos);
    return Math.floorDiv(levelUnits, scale.unitsPerToken());
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
    long units = permits > room / scale.unitsPerToken() ? room : permits * scale.unitsPerToken();
    levelUnits += units;
  }

  /**
   * Takes tokens whether they are there or not, down to a whole burst of debt.
   *
   * @return the tokens that the debt had no room for
   */
  public long debit(TokenScale scale, long permits, long nowNanos) {
    requireNotNegative(permits);
    refill(scale, nowNanos);
    long room = (levelUnits + scale.capacityUnits()) / scale.unitsPerToken();
    long taken = Math.max(0, Math.min(permits, room)); // closed, what is owed is above the room
    levelUnits -= taken * scale.unitsPerToken();
    return permits - taken;
  }

  /** Returns its level, and the instant up to which it was refilled, for {@link #load}. */
  public long[] save(TokenScale scale) {
    return new long[] {levelUnits, scale.unitsPerToken(), refilledToNanos, owedTokens};
  }

  /**
   * Becomes the bucket that was saved, perhaps under another rate or burst: its tokens are carried
   * over as they are, rounded down, within the burst and as much debt.
   *
   * @return false if it cannot have been a bucket, and nothing changed
   */
  public boolean load(TokenScale scale, long[] saved) {
    if (saved.length != 4 || saved[1] < 1 || saved[3] < 0 || saved[3] > Bounds.MAX_PERMITS) {
      return false;
    }
    levelUnits = saved[0];
    BigInteger level = share(scale.unitsPerToken(), saved[1]);
    levelUnits =
        level.max(big(-scale.deepestDebtUnits())).min(big(scale.capacityUnits())).longValueExact();
    refilledToNanos = saved[2];
    owedTokens = saved[3];
    return true;
  }

  /**
   * Carries the level over to another rate or burst, rounded down, within the new burst and as much
   * debt. Never makes a token: one that is closed has none when it opens, and owes what it owed.
   */
  public void rescale(TokenScale from, TokenScale to, CarryOver how, long nowNanos) {
    refill(from, nowNanos);
    long change = how == CarryOver.ADDITIVE ? to.burst() - from.burst() : 0;
    if (levelUnits == from.capacityUnits() && !from.isClosed()) {
      owedTokens = 0; // whatever was owed has accrued since
    }
    if (change > 0) {
      long made = Math.min(change, owedTokens);
      owedTokens -= made;
      change -= made;
    }
    BigInteger level = carried(from, to, how).add(big(change).multiply(big(to.unitsPerToken())));
    BigInteger floor = big(-to.deepestDebtUnits());
    if (how == CarryOver.ADDITIVE && level.compareTo(floor) < 0) {
      BigInteger unit = big(to.unitsPerToken());
      BigInteger cutOff = floor.subtract(level).add(unit).subtract(BigInteger.ONE).divide(unit);
      owedTokens = Math.min(Bounds.MAX_PERMITS, owedTokens + cutOff.longValueExact());
    }
    levelUnits = level.max(floor).min(big(to.capacityUnits())).longValueExact();
    refilledToNanos = Math.max(refilledToNanos, nowNanos);
  }

  private BigInteger carried(TokenScale from, TokenScale to, CarryOver how) {
    BigInteger same = share(to.unitsPerToken(), from.unitsPerToken());
    return switch (how) {
      case AS_IS, ADDITIVE -> same;
      case PROPORTIONAL ->
          from.isClosed() || to.isClosed() // no share of nothing
              ? same.min(BigInteger.ZERO)
              : share(to.capacityUnits(), from.capacityUnits());
      case RESET -> same.min(BigInteger.ZERO);
    };
  }

  /** The level times a fraction, rounded down, below zero too. */
  private BigInteger share(long numerator, long denominator) {
    BigInteger[] parts =
        big(levelUnits).multiply(big(numerator)).divideAndRemainder(big(denominator));
    return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static BigInteger big(long value) {
    return BigInteger.valueOf(value);
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

  /** The wait for so many tokens, above the burst, that their units might overflow. */
  private long distantWaitNanos(TokenScale scale, long permits, long nowNanos) {
    if (scale.unitsPerQuantum() == 0) {
      return Long.MAX_VALUE;
    }
    BigInteger perQuantum = big(scale.unitsPerQuantum());
    BigInteger missing =
        big(permits).multiply(big(scale.unitsPerToken())).subtract(big(levelUnits));
    return missing
        .add(perQuantum)
        .subtract(BigInteger.ONE)
        .divide(perQuantum)
        .multiply(big(scale.quantumNanos()))
        .add(big(refilledToNanos))
        .subtract(big(nowNanos))
        .min(big(Long.MAX_VALUE))
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
