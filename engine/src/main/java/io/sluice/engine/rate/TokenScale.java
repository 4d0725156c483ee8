package io.sluice.engine.rate;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import org.jspecify.annotations.Nullable;

/**
 * The units in which a token bucket counts, chosen so that refilling loses nothing.
 *
 * <p>A rate of {@code permits} per {@code periodNanos} is counted in quanta {@code q} of 1 ns, 1 µs
 * or 1 ms. With {@code g = gcd(permits, period/q)}, a token is {@code (period/q)/g} units and each
 * quantum brings {@code permits/g} units: whole numbers, so no rate is rounded. The smallest
 * quantum that divides the period and keeps the full bucket below 2^62 units is taken, so that the
 * difference between a full bucket and one as deep in debt fits into a long.
 *
 * @param permits tokens in each period, 0..2^40; 0 = closed: there are none and none ever accrue
 * @param periodNanos the period, 1 ms..36500 d
 * @param burst the most tokens that may accrue, 1..2^40; 0 if closed
 * @param quantumNanos the quantum: 1, 1000 or 1000000
 * @param unitsPerToken units that make a token
 * @param unitsPerQuantum units that each quantum brings
 * @param capacityUnits the full bucket, burst · unitsPerToken
 */
public record TokenScale(
    long permits,
    long periodNanos,
    long burst,
    long quantumNanos,
    long unitsPerToken,
    long unitsPerQuantum,
    long capacityUnits) {
  /** Shortest period. */
  public static final long MIN_PERIOD_NANOS = 1_000_000L;

  /** Longest period: 36500 days. */
  public static final long MAX_PERIOD_NANOS = 36_500L * 86_400 * 1_000_000_000;

  static final long MAX_CAPACITY_UNITS = (1L << 62) - 1;
  private static final long MAX_SHARED_UNITS = 1L << 52;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long[] QUANTA_NANOS = {1L, 1_000L, 1_000_000L};

  /**
   * Finds the scale of a rate.
   *
   * @throws InvalidArgumentException if a value is out of range, if more than one token accrues per
   *     nanosecond, or if no quantum can represent the rate exactly
   */
  public static TokenScale of(long permits, long periodNanos, long burst) {
    Bounds.requireRange("rate.permits", permits, 0, Bounds.MAX_PERMITS);
    Bounds.requireRange("rate.per nanoseconds", periodNanos, MIN_PERIOD_NANOS, MAX_PERIOD_NANOS);
    if (permits == 0 && burst != 0) {
      throw new InvalidArgumentException(
          "rate.burst", "must be 0 with rate.permits 0, which closes the limit, but was " + burst);
    }
    Bounds.requireRange("rate.burst", burst, permits == 0 ? 0 : 1, Bounds.MAX_PERMITS);
    if (permits > periodNanos) {
      throw new InvalidArgumentException(
          "rate.permits",
          "must be at most one per nanosecond but was " + permits + " per " + periodNanos + " ns");
    }
    return countable(permits, periodNanos, burst);
  }

  /**
   * Returns the scale of so many thousandths of the rate, which is not rounded, and of the burst,
   * rounded down but at least 1. What is closed stays closed.
   *
   * @param permille 1..1000
   * @throws InvalidArgumentException if no quantum can represent that rate exactly
   */
  public TokenScale withHeadroom(int permille) {
    if (isClosed()) {
      return this;
    }
    long divisor = gcd(permille, 1000);
    long newPermits = permits * (permille / divisor);
    long times = 1000 / divisor;
    long newBurst = Math.max(1, burst * permille / 1000);
    if (times <= Long.MAX_VALUE / periodNanos) {
      return countable(newPermits, periodNanos * times, newBurst);
    }
    long common = Math.max(1, gcd(newPermits, periodNanos));
    if (times > Long.MAX_VALUE / (periodNanos / common)) {
      throw new InvalidArgumentException(
          "headroom",
          "must leave a rate that can be counted exactly but "
              + permille
              + " thousandths of "
              + permits
              + " per "
              + periodNanos
              + " ns is none");
    }
    return countable(newPermits / common, periodNanos / common * times, newBurst);
  }

  /**
   * Returns the same rate in quanta of 1 µs or more and at most so many units, for whoever counts
   * by a coarser clock and in smaller numbers.
   *
   * @throws InvalidArgumentException if it cannot be counted so exactly
   */
  public TokenScale inMicros(long maxUnits) {
    long times = NANOS_PER_MICRO / gcd(periodNanos, NANOS_PER_MICRO);
    boolean fits = permits <= Long.MAX_VALUE / times && periodNanos <= Long.MAX_VALUE / times;
    TokenScale scale =
        fits ? find(permits * times, periodNanos * times, burst, NANOS_PER_MICRO, maxUnits) : null;
    if (scale == null) {
      throw new InvalidArgumentException(
          "rate",
          "must be countable exactly in microseconds and at most "
              + maxUnits
              + " units to be shared but "
              + permits
              + " per "
              + periodNanos
              + " ns with burst "
              + burst
              + " is not; use a rounder period or a smaller burst");
    }
    return scale;
  }

  /**
   * Returns the scale of about so many permits per second, to four digits, fewer where a large
   * burst leaves no room for them; countable by a clock of microseconds and in numbers below 2^52.
   * What is closed stays closed.
   *
   * @param permitsPerSecond 0.001..10^9
   */
  public TokenScale atRate(double permitsPerSecond) {
    if (isClosed()) {
      return this;
    }
    int magnitude = (int) Math.floor(Math.log10(permitsPerSecond));
    for (int digits = 4; digits > 0; digits--) {
      int exponent = magnitude - digits + 1; // of the last digit
      long number = Math.max(1, Math.round(permitsPerSecond * Math.pow(10, -exponent)));
      long times = Math.round(Math.pow(10, Math.abs(exponent)));
      TokenScale scale =
          exponent < 0
              ? find(number, NANOS_PER_SECOND * times, burst, NANOS_PER_MICRO, MAX_SHARED_UNITS)
              : find(number * times, NANOS_PER_SECOND, burst, NANOS_PER_MICRO, MAX_SHARED_UNITS);
      if (scale != null) {
        return scale;
      }
    }
    throw new IllegalArgumentException(permitsPerSecond + " permits/s with burst " + burst);
  }

  /**
   * Returns the share that one of so many has: the rate divided exactly, or rounded down where no
   * quantum can represent that; of the burst rounded down but at least 1. What is closed stays
   * closed.
   *
   * @param parts at least 1
   */
  public TokenScale share(int parts) {
    if (isClosed() || parts == 1) {
      return this;
    }
    long newBurst = Math.max(1, burst / parts);
    TokenScale exact =
        periodNanos <= Long.MAX_VALUE / parts
            ? find(permits, periodNanos * parts, newBurst, 1, MAX_CAPACITY_UNITS)
            : null;
    return exact != null ? exact : countable(permits / parts, periodNanos, newBurst);
  }

  private static TokenScale countable(long permits, long periodNanos, long burst) {
    TokenScale scale = find(permits, periodNanos, burst, 1, MAX_CAPACITY_UNITS);
    if (scale != null) {
      return scale;
    }
    throw new InvalidArgumentException(
        "rate",
        "must be countable exactly in less than 2^62 units but "
            + permits
            + " per "
            + periodNanos
            + " ns with burst "
            + burst
            + " is not; use a period in whole milliseconds or a smaller burst");
  }

  /** Returns the scale with the smallest quantum that can represent a rate, or null. */
  private static @Nullable TokenScale find(
      long permits, long periodNanos, long burst, long minQuantumNanos, long maxUnits) {
    for (long quantum : QUANTA_NANOS) {
      if (quantum < minQuantumNanos || periodNanos % quantum != 0) {
        continue;
      }
      long quanta = periodNanos / quantum;
      long divisor = gcd(permits, quanta);
      long unitsPerToken = quanta / divisor;
      if (burst <= maxUnits / unitsPerToken) {
        return new TokenScale(
            permits,
            periodNanos,
            burst,
            quantum,
            unitsPerToken,
            permits / divisor,
            burst * unitsPerToken);
      }
    }
    return null;
  }

  /** Returns whether there are no tokens and none ever accrue. */
  public boolean isClosed() {
    return permits == 0;
  }

  /** Returns the deepest debt in units: a full bucket's; closed, whatever was owed before. */
  long deepestDebtUnits() {
    return isClosed() ? Bounds.MAX_PERMITS : capacityUnits;
  }

  /**
   * Returns the time in which an empty bucket fills, or {@link Long#MAX_VALUE} if it never does or
   * takes longer than a long can say.
   */
  public long fillNanos() {
    return nanosFor(capacityUnits);
  }

  /** Returns the time in which so many units accrue, rounded up to a quantum and saturated. */
  long nanosFor(long units) {
    if (unitsPerQuantum == 0) {
      return Long.MAX_VALUE;
    }
    long quanta = ceilDiv(units, unitsPerQuantum);
    return quanta > Long.MAX_VALUE / quantumNanos ? Long.MAX_VALUE : quanta * quantumNanos;
  }

  /** Divides rounding up, without overflow. The divisor is positive, the dividend not negative. */
  static long ceilDiv(long dividend, long divisor) {
    long quotient = dividend / divisor;
    return dividend % divisor == 0 ? quotient : quotient + 1;
  }

  private static long gcd(long a, long b) {
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }
}
