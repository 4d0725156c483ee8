package io.sluice.engine.adaptive.rate;

import io.sluice.engine.adaptive.rate.RateChange.Cause;
import io.sluice.engine.model.Outcome;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The adaptive retry mode of the AWS SDKs, as they publish it: CUBIC around the rate at which the
 * provider refused something last, at most twice the rate that is measured.
 *
 * <p><em>Our differences:</em> the rate is measured in permits instead of requests, and it has a
 * ceiling. Before the first refusal it is the initial rate.
 */
final class AwsCubic implements RateController {
  private static final double SMOOTH = 0.8;
  private static final double BETA = 0.7;
  private static final double SCALE = 0.4;
  private static final double MOST_OF_MEASURED = 2;
  private static final long BUCKET_NANOS = 500_000_000;

  private final Dial dial;
  private boolean limits;
  private double fillRate;
  private double measured;
  private double counted;
  private long bucketAtNanos;
  private double lastMax;
  private long throttledAtNanos;

  AwsCubic(AwsCubicRules rules, RandomGenerator random, long nowNanos) {
    dial = new Dial(rules, random);
    bucketAtNanos = nowNanos;
    throttledAtNanos = nowNanos;
  }

  @Override
  public void granted(long permits, long nowNanos) {
    // What was sent is measured when it is answered, as the SDKs do.
  }

  @Override
  public void ended(Feedback feedback, long nowNanos) {
    dial.hold().retryAfter(feedback.retryAfterNanos(), nowNanos);
    if (feedback.throttled()) {
      update(true, feedback.permits(), nowNanos);
    } else if (feedback.accepted() || feedback.outcome() == Outcome.TIMEOUT) {
      update(false, feedback.permits(), nowNanos);
    }
  }

  @Override
  public void provider(long remaining, long resetNanos, long nowNanos) {
    dial.provider(remaining, resetNanos, nowNanos);
  }

  @Override
  public double permitsPerSecond(long nowNanos) {
    return dial.permitsPerSecond(nowNanos);
  }

  @Override
  public long heldUntilNanos() {
    return dial.hold().untilNanos();
  }

  @Override
  public void adjust(double factor, long nowNanos) {
    dial.set(dial.rate() * Checks.factor(factor), Cause.ADJUSTED, nowNanos);
    fillRate = dial.rate();
    lastMax = dial.clamp(lastMax * factor);
  }

  @Override
  public void rules(RateRules newRules, long nowNanos) {
    dial.range(Checks.same(AwsCubicRules.class, newRules), nowNanos);
  }

  @Override
  public @Nullable RateChange lastChange() {
    return dial.lastChange();
  }

  @Override
  public SavedRate save(long nowNanos) {
    return dial.save(lastMax, Math.max(0, nowNanos - throttledAtNanos), limits, nowNanos);
  }

  @Override
  public void restore(SavedRate saved, long nowNanos) {
    dial.restore(saved, nowNanos);
    fillRate = dial.rate();
    measured = dial.rate();
    counted = 0;
    bucketAtNanos = nowNanos;
    limits = saved.learned();
    lastMax = dial.clamp(saved.plateau());
    throttledAtNanos = nowNanos - Math.max(0, saved.ageNanos());
  }

  /** Returns the rate that was measured; for tests. */
  double measured() {
    return measured;
  }

  /** Returns the rate that would limit, also before the first refusal; for tests. */
  double fillRate() {
    return fillRate;
  }

  /** Returns how many seconds after a refusal the rate is back where it was. */
  static double window(double lastMax) {
    return Math.pow(lastMax * (1 - BETA) / SCALE, 1 / 3.0);
  }

  static double success(double lastMax, double secondsSinceThrottled) {
    return SCALE * Math.pow(secondsSinceThrottled - window(lastMax), 3) + lastMax;
  }

  static double throttle(double rate) {
    return rate * BETA;
  }

  private void update(boolean throttled, long permits, long nowNanos) {
    measure(permits, nowNanos);
    double calculated;
    if (throttled) {
      lastMax = limits ? Math.min(measured, fillRate) : measured;
      throttledAtNanos = nowNanos;
      calculated = throttle(lastMax);
      limits = true;
    } else {
      calculated = success(lastMax, (nowNanos - throttledAtNanos) / 1e9);
    }
    fillRate = dial.clamp(Math.min(calculated, MOST_OF_MEASURED * measured));
    if (limits) {
      dial.set(fillRate, throttled ? Cause.THROTTLED : Cause.GROWTH, nowNanos);
    }
  }

  private void measure(long permits, long nowNanos) {
    counted += permits;
    long age = nowNanos - bucketAtNanos;
    if (age >= BUCKET_NANOS) {
      long whole = age - age % BUCKET_NANOS;
      measured = counted / (whole / 1e9) * SMOOTH + measured * (1 - SMOOTH);
      counted = 0;
      bucketAtNanos += whole;
    }
  }
}
