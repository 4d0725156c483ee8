package io.sluice.engine.adaptive.rate;

import io.sluice.engine.model.Bounds;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Rules of the governor.
 *
 * @param initial permits per second to begin with
 * @param floor fewest permits per second
 * @param ceiling most permits per second
 * @param backoff what is left of the rate after the provider refused something, in [0.1, 0.99]
 * @param recoveryNanos how long it takes to return to the rate that the provider bore, before more
 *     is tried; 1 s to 1 h. Slow limits and slow answers take longer.
 */
public record GovernorRules(
    double initial, double floor, double ceiling, double backoff, long recoveryNanos)
    implements RateRules {
  /** {@link #backoff} unless told. */
  public static final double BACKOFF = 0.85;

  /** {@link #recoveryNanos} unless told. */
  public static final long RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** {@link #floor} unless told: one permit in the time of {@link #RECOVERY_NANOS}. */
  public static final double FLOOR = 1e9 / RECOVERY_NANOS;

  /** {@link #initial} unless told, or the ceiling if that is less. */
  public static final double INITIAL = 10;

  private static final double MIN_BACKOFF = 0.1;
  private static final double MAX_BACKOFF = 0.99;
  private static final long MIN_RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MAX_RECOVERY_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Creates them, checked. */
  public GovernorRules {
    Checks.rates(initial, floor, ceiling);
    Checks.range("backoff", backoff, MIN_BACKOFF, MAX_BACKOFF);
    Bounds.requireRange("recoveryNanos", recoveryNanos, MIN_RECOVERY_NANOS, MAX_RECOVERY_NANOS);
  }

  /** Returns the defaults below a ceiling: 10 per second first, and one in 10 s at least. */
  public static GovernorRules upTo(double ceiling) {
    return new GovernorRules(
        Math.min(INITIAL, ceiling), Math.min(FLOOR, ceiling), ceiling, BACKOFF, RECOVERY_NANOS);
  }

  @Override
  public RateController controller(RandomGenerator random, long nowNanos) {
    return new Governor(this, random, nowNanos);
  }
}
