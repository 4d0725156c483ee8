package io.sluice.server.config;

import io.sluice.engine.adaptive.concurrency.AimdRules;
import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.concurrency.VegasRules;
import java.math.BigDecimal;

/** Reads the rules of what finds how much may be held at once. */
final class AdaptiveConcurrency {
  private final Section adaptive;
  private final long configured;

  AdaptiveConcurrency(Section adaptive, long configured) {
    this.adaptive = adaptive;
    this.configured = configured;
  }

  /** Reads the rules of a controller; what is wrong is added to the problems. */
  ConcurrencyRules read(Controller controller) {
    long max = get(Keys.ADAPTIVE_MAX, Math.min(configured, ConcurrencyRules.MAX_LIMIT));
    long min = get(Keys.ADAPTIVE_MIN, 1);
    long first = GradientProbeRules.DEFAULT.initial();
    long initial = get(Keys.ADAPTIVE_INITIAL, Math.max(min, Math.min(max, first)));
    if (max > ConcurrencyRules.MAX_LIMIT) {
      adaptive.problem(
          Keys.ADAPTIVE_MAX.name(),
          "must be at most " + ConcurrencyRules.MAX_LIMIT + " for a concurrency but was " + max);
    }
    AdaptiveRange.requireOrder(
        adaptive, BigDecimal.valueOf(min), BigDecimal.valueOf(initial), BigDecimal.valueOf(max));
    return switch (controller) {
      case GRADIENT_PROBE -> new GradientProbeRules(initial, min, max);
      case VEGAS -> new VegasRules(initial, min, max);
      case AIMD ->
          new AimdRules(
              initial,
              min,
              max,
              backoff(AimdRules.DEFAULT.backoff()),
              adaptive.get(Keys.ADAPTIVE_TIMEOUT));
      default -> throw new IllegalStateException(controller.word());
    };
  }

  private double backoff(double fallback) {
    Key<Long> key = Keys.ADAPTIVE_BACKOFF;
    return adaptive.get(key, Math.round(fallback * 1e3), String.valueOf(fallback)) / 1e3;
  }

  private long get(Key<Long> key, long fallback) {
    long thousandths = adaptive.get(key, fallback * 1000, String.valueOf(fallback));
    if (thousandths % 1000 != 0) {
      adaptive.problem(
          key.name(),
          "must be a whole number for a concurrency but was " + Decimal.format(thousandths));
    }
    return Math.max(1, thousandths / 1000);
  }
}
