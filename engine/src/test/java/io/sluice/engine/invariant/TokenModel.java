package io.sluice.engine.invariant;

import io.sluice.engine.rate.TokenScale;

/**
 * A token bucket as the definition has it: a rational level, in units of one token divided by the
 * period in nanoseconds, that nothing is ever rounded off from. What a rate grants must fit into
 * it.
 */
final class TokenModel {
  private TokenScale scale;
  private long level;
  private long atNanos;

  TokenModel(TokenScale scale, long nowNanos) {
    this.scale = scale;
    this.level = full();
    this.atNanos = nowNanos;
  }

  /** Returns whether so many tokens are there. */
  boolean holds(long permits, long nowNanos) {
    refill(nowNanos);
    return level >= Math.multiplyExact(permits, scale.periodNanos());
  }

  void take(long permits, long nowNanos) {
    refill(nowNanos);
    level -= Math.multiplyExact(permits, scale.periodNanos());
  }

  /** Takes more than was asked for, as many whole tokens as one burst of debt has room for. */
  void debit(long permits, long nowNanos) {
    refill(nowNanos);
    long room = (level + full()) / scale.periodNanos();
    level -= Math.min(permits, room) * scale.periodNanos();
  }

  /** Fills it. */
  void reset(long nowNanos) {
    refill(nowNanos);
    level = full();
  }

  void giveBack(long permits, long nowNanos) {
    refill(nowNanos);
    level = Math.min(full(), level + Math.multiplyExact(permits, scale.periodNanos()));
  }

  /** Carries the tokens over to another rate, the part of a unit rounded up. */
  void rescale(TokenScale to, long nowNanos) {
    refill(nowNanos);
    double tokens = (double) level / scale.periodNanos();
    boolean samePeriod = scale.periodNanos() == to.periodNanos();
    scale = to;
    level = Math.min(full(), samePeriod ? level : (long) Math.ceil(tokens * to.periodNanos()) + 1);
  }

  boolean isFull(long nowNanos) {
    refill(nowNanos);
    return level == full();
  }

  double tokens() {
    return (double) level / scale.periodNanos();
  }

  private void refill(long nowNanos) {
    if (nowNanos > atNanos) {
      long accrued = Math.multiplyExact(nowNanos - atNanos, scale.permits());
      level = Math.min(full(), Math.addExact(level, accrued));
      atNanos = nowNanos;
    }
  }

  private long full() {
    return Math.multiplyExact(scale.burst(), scale.periodNanos());
  }
}
