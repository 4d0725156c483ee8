package io.sluice.engine.adaptive.rate;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The rate that a controller has set: within floor and ceiling, at most what the provider
 * announced, with the hold, and with what changed it last.
 */
final class Dial {
  private final Hold hold;
  private final Announced announced = new Announced();
  private double floor;
  private double ceiling;
  private double rate;

  private RateChange.@Nullable Cause cause;
  private long changedAtNanos;
  private double from;

  Dial(RateRules rules, RandomGenerator random) {
    hold = new Hold(random);
    floor = rules.floor();
    ceiling = rules.ceiling();
    rate = rules.initial();
  }

  /** Returns the rate that was set, whatever the provider announced. */
  double rate() {
    return rate;
  }

  double ceiling() {
    return ceiling;
  }

  /** Returns it, brought between floor and ceiling; NaN becomes the floor. */
  double clamp(double wanted) {
    return wanted > floor ? Math.min(ceiling, wanted) : floor;
  }

  /** Sets the rate, clamped, and returns it. */
  double set(double wanted, RateChange.Cause why, long nowNanos) {
    double to = clamp(wanted);
    if (to != rate) {
      if (cause != RateChange.Cause.GROWTH || why != RateChange.Cause.GROWTH) {
        from = rate;
      }
      cause = why;
      changedAtNanos = nowNanos;
      rate = to;
    }
    return rate;
  }

  /** Goes on within another range, and returns the rate. */
  double range(RateRules rules, long nowNanos) {
    floor = rules.floor();
    ceiling = rules.ceiling();
    return set(rate, RateChange.Cause.RULES, nowNanos);
  }

  /** Returns the rate that is given out. */
  double permitsPerSecond(long nowNanos) {
    return clamp(Math.min(rate, announced.permitsPerSecond(nowNanos)));
  }

  /** Returns whether the provider announced less than the rate that was set. */
  boolean capped(long nowNanos) {
    return announced.permitsPerSecond(nowNanos) < rate;
  }

  void provider(long remaining, long resetNanos, long nowNanos) {
    if (resetNanos <= 0) {
      return;
    }
    if (remaining <= 0) {
      hold.retryAfter(resetNanos, nowNanos);
    } else {
      announced.tell(remaining, resetNanos, nowNanos);
    }
  }

  Hold hold() {
    return hold;
  }

  SavedRate save(double plateau, long ageNanos, boolean learned, long nowNanos) {
    return new SavedRate(rate, plateau, ageNanos, learned, hold.remainingNanos(nowNanos));
  }

  /** Goes on with a rate and a hold that were saved, and returns the rate. */
  double restore(SavedRate saved, long nowNanos) {
    hold.restore(saved.holdNanos(), nowNanos);
    return set(saved.rate(), RateChange.Cause.RESTORED, nowNanos);
  }

  @Nullable RateChange lastChange() {
    return cause == null ? null : new RateChange(changedAtNanos, from, rate, cause);
  }
}
