package io.sluice.engine.adaptive.rate;

import io.sluice.engine.adaptive.rate.RateChange.Cause;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Raises the rate after a window in which nearly everything succeeded, and lowers it after one in
 * which too much did not. Work that was given up, was not used or ended without a word counts for
 * neither; a window without any other changes nothing.
 */
final class SuccessRatio implements RateController {
  private final Dial dial;
  private SuccessRatioRules rules;
  private long windowNanos;
  private long beganAtNanos;
  private long succeeded;
  private long failed;

  SuccessRatio(SuccessRatioRules rules, RandomGenerator random, long nowNanos) {
    this.rules = rules;
    dial = new Dial(rules, random);
    windowNanos = rules.windowNanos();
    beganAtNanos = nowNanos;
  }

  @Override
  public void granted(long permits, long nowNanos) {
    advance(nowNanos);
  }

  @Override
  public void ended(Feedback feedback, long nowNanos) {
    advance(nowNanos);
    dial.hold().retryAfter(feedback.retryAfterNanos(), nowNanos);
    if (feedback.overloaded()) {
      failed++;
      return;
    }
    switch (feedback.outcome()) {
      case SUCCESS -> succeeded++;
      case ERROR, TIMEOUT, THROTTLED -> failed++;
      case CANCELLED, UNUSED, ABANDONED -> {}
    }
  }

  @Override
  public void provider(long remaining, long resetNanos, long nowNanos) {
    advance(nowNanos);
    dial.provider(remaining, resetNanos, nowNanos);
  }

  @Override
  public double permitsPerSecond(long nowNanos) {
    advance(nowNanos);
    return dial.permitsPerSecond(nowNanos);
  }

  @Override
  public long heldUntilNanos() {
    return dial.hold().untilNanos();
  }

  @Override
  public void adjust(double factor, long nowNanos) {
    advance(nowNanos);
    dial.set(dial.rate() * Checks.factor(factor), Cause.ADJUSTED, nowNanos);
  }

  @Override
  public void rules(RateRules newRules, long nowNanos) {
    SuccessRatioRules checked = Checks.same(SuccessRatioRules.class, newRules);
    advance(nowNanos);
    rules = checked;
    windowNanos = rules.windowNanos();
    dial.range(rules, nowNanos);
  }

  @Override
  public @Nullable RateChange lastChange() {
    return dial.lastChange();
  }

  @Override
  public SavedRate save(long nowNanos) {
    advance(nowNanos);
    return dial.save(dial.rate(), 0, true, nowNanos);
  }

  @Override
  public void restore(SavedRate saved, long nowNanos) {
    dial.restore(saved, nowNanos);
    beganAtNanos = nowNanos;
    succeeded = 0;
    failed = 0;
  }

  private void advance(long nowNanos) {
    long age = nowNanos - beganAtNanos;
    if (age < windowNanos) {
      return;
    }
    beganAtNanos = nowNanos - age % windowNanos;
    long all = succeeded + failed;
    double share = all == 0 ? 0 : (double) succeeded / all;
    succeeded = 0;
    failed = 0;
    if (all > 0 && share > rules.raiseAbove()) {
      dial.set(dial.rate() * rules.raiseFactor(), Cause.SUCCESS_RATIO, nowNanos);
    } else if (all > 0 && share < rules.lowerBelow()) {
      dial.set(dial.rate() * rules.lowerFactor(), Cause.SUCCESS_RATIO, nowNanos);
    }
  }
}
