package io.sluice.engine.adaptive.concurrency;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Rules of {@link Aimd}.
 *
 * @param initial the limit to begin with, min..max
 * @param min the lowest limit, 1..max
 * @param max the highest limit, min..1000000
 * @param backoff what a drop multiplies the limit by, 0.5..0.99
 * @param timeoutNanos the latency from which work counts as dropped, 1 ms..366 d
 */
public record AimdRules(long initial, long min, long max, double backoff, long timeoutNanos)
    implements ConcurrencyRules {
  /** What holds where nothing else is said: 20 to begin with, 1..200, ×0.9, 5 s. */
  public static final AimdRules DEFAULT =
      new AimdRules(20, 1, 200, 0.9, TimeUnit.SECONDS.toNanos(5));

  /** Checks the bounds. */
  public AimdRules {
    ConcurrencyRules.requireBounds(initial, min, max);
    if (!(backoff >= 0.5 && backoff <= 0.99)) {
      throw new InvalidArgumentException("backoff", "must be in [0.5, 0.99] but was " + backoff);
    }
    Bounds.requireRange("timeoutNanos", timeoutNanos, 1_000_000, Bounds.MAX_LATENCY_NANOS);
  }

  @Override
  public ConcurrencyController controller(RandomGenerator random, long nowNanos) {
    return new Aimd(this, nowNanos);
  }
}
