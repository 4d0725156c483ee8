package io.sluice.engine.provider;

import io.sluice.engine.model.Bounds;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says is left.
 *
 * @param remaining how many requests or tokens are left, 0..2^40
 * @param resetNanos how long until there are as many as ever, 1 ns..366 d
 */
public record Budget(long remaining, long resetNanos) {
  /** Longest time until a reset that is believed. */
  public static final long MAX_RESET_NANOS = TimeUnit.DAYS.toNanos(366);

  /** Checks the bounds. */
  public Budget {
    Bounds.requireRange("remaining", remaining, 0, Bounds.MAX_PERMITS);
    Bounds.requireRange("reset nanoseconds", resetNanos, 1, MAX_RESET_NANOS);
  }

  /**
   * Returns the budget of two numbers as they were read; null if they say nothing: not numbers,
   * negative (some providers write -1 for no limit), or a reset that is past or beyond belief.
   */
  static @Nullable Budget of(double remaining, double resetMillis) {
    double resetNanos = Math.ceil(resetMillis * 1e6);
    boolean isReset = resetNanos >= 1 && resetNanos <= MAX_RESET_NANOS;
    return remaining >= 0 && isReset
        ? new Budget((long) Math.min(remaining, Bounds.MAX_PERMITS), (long) resetNanos)
        : null;
  }

  /** Returns the one that allows less in the same time; of two that allow nothing, the longer. */
  static @Nullable Budget stricter(@Nullable Budget one, @Nullable Budget other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    double ofOne = (double) one.remaining * other.resetNanos;
    double ofOther = (double) other.remaining * one.resetNanos;
    boolean tie = ofOne == ofOther;
    return ofOne < ofOther || (tie && one.resetNanos >= other.resetNanos) ? one : other;
  }
}
