package io.sluice.engine.adaptive.concurrency;

import io.sluice.engine.model.InvalidArgumentException;
import org.jspecify.annotations.Nullable;

/** A limit with its fraction, its bounds and its last change. */
final class Dial {
  private long min;
  private long max;
  private double level;
  private @Nullable LimitMove lastMove;

  Dial(ConcurrencyRules rules) {
    min = rules.min();
    max = rules.max();
    level = rules.initial();
  }

  /** Returns the limit, min..max. */
  long limit() {
    return (long) level;
  }

  double level() {
    return level;
  }

  long min() {
    return min;
  }

  long max() {
    return max;
  }

  @Nullable LimitMove lastMove() {
    return lastMove;
  }

  /** Sets the level, within the bounds; what is no number changes nothing. */
  void set(double newLevel, LimitMove.Cause cause, long nowNanos) {
    if (Double.isNaN(newLevel)) {
      return;
    }
    long from = limit();
    level = Math.max((double) min, Math.min((double) max, newLevel));
    if (limit() != from) {
      lastMove = new LimitMove(nowNanos, from, limit(), cause);
    }
  }

  void adjust(double factor, long nowNanos) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new InvalidArgumentException("factor", "must be finite and above 0 but was " + factor);
    }
    set(level * factor, LimitMove.Cause.ADJUSTED, nowNanos);
  }

  void rules(ConcurrencyRules rules, long nowNanos) {
    min = rules.min();
    max = rules.max();
    set(level, LimitMove.Cause.RULES, nowNanos);
  }
}
