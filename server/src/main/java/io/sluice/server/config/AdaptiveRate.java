package io.sluice.server.config;

import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.adaptive.rate.AwsCubicRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.adaptive.rate.SuccessRatioRules;
import io.sluice.engine.rate.TokenScale;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Reads the rules of what finds a rate. Rates are written in permits per period of the limit, as
 * its {@code permits} are, and become permits per second.
 */
final class AdaptiveRate {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final MathContext SHOWN = new MathContext(15);

  private final Section adaptive;
  private final long periodNanos;
  private final double base; // in permits per period; if the limit is closed, one a second

  AdaptiveRate(Section adaptive, TokenScale configured) {
    this.adaptive = adaptive;
    this.periodNanos = configured.periodNanos();
    this.base = configured.isClosed() ? perPeriod(1) : configured.permits();
  }

  /** Reads the rules of a controller; what is wrong is added to the problems. */
  RateRules read(Controller controller) {
    double max = get(Keys.ADAPTIVE_MAX, base);
    double min = get(Keys.ADAPTIVE_MIN, Math.min(max, perPeriod(floor(controller))));
    double initial = get(Keys.ADAPTIVE_INITIAL, Math.max(min, Math.min(max, first(controller))));
    if (requireRate(Keys.ADAPTIVE_MAX, max)) {
      var unused = requireRate(Keys.ADAPTIVE_MIN, min);
    }
    AdaptiveRange.requireOrder(adaptive, show(min), show(initial), show(max));
    return rules(controller, perSecond(initial), perSecond(min), perSecond(max));
  }

  private RateRules rules(Controller controller, double initial, double floor, double ceiling) {
    return switch (controller) {
      case GOVERNOR ->
          new GovernorRules(
              initial,
              floor,
              ceiling,
              get(Keys.ADAPTIVE_BACKOFF, GovernorRules.BACKOFF),
              adaptive.get(Keys.ADAPTIVE_RECOVERY));
      case AIMD ->
          new AimdRules(
              initial,
              floor,
              ceiling,
              get(Keys.ADAPTIVE_THROTTLED_FACTOR, AimdRules.THROTTLED_FACTOR),
              get(Keys.ADAPTIVE_ERROR_FACTOR, AimdRules.ERROR_FACTOR),
              perSecond(get(Keys.ADAPTIVE_INCREASE, perPeriod(ceiling) * AimdRules.INCREASE_SHARE)),
              adaptive.get(Keys.ADAPTIVE_COOLDOWN));
      case SUCCESS_RATIO ->
          new SuccessRatioRules(
              initial,
              floor,
              ceiling,
              adaptive.get(Keys.ADAPTIVE_WINDOW),
              get(Keys.ADAPTIVE_RAISE_ABOVE, SuccessRatioRules.RAISE_ABOVE),
              get(Keys.ADAPTIVE_RAISE_FACTOR, SuccessRatioRules.RAISE_FACTOR),
              get(Keys.ADAPTIVE_LOWER_BELOW, SuccessRatioRules.LOWER_BELOW),
              get(Keys.ADAPTIVE_LOWER_FACTOR, SuccessRatioRules.LOWER_FACTOR));
      case AWS_CUBIC -> new AwsCubicRules(initial, floor, ceiling);
      default -> throw new IllegalStateException(controller.word());
    };
  }

  /** Returns the least rate in permits per second, unless told. */
  private static double floor(Controller controller) {
    return switch (controller) {
      case SUCCESS_RATIO -> SuccessRatioRules.FLOOR;
      case AWS_CUBIC -> AwsCubicRules.FLOOR;
      default -> GovernorRules.FLOOR;
    };
  }

  /** Returns the rate to begin with in permits per period, unless told. */
  private double first(Controller controller) {
    return controller == Controller.GOVERNOR
        ? Math.min(base, perPeriod(GovernorRules.INITIAL))
        : base;
  }

  /** Reads a number whose default need not have three decimals. */
  private double get(Key<Long> key, double fallback) {
    long thousandths = adaptive.get(key, -1L, show(fallback).toPlainString());
    return thousandths < 0 ? fallback : thousandths / 1e3;
  }

  private boolean requireRate(Key<?> key, double perPeriod) {
    double rate = perSecond(perPeriod);
    boolean isRate = rate >= RateRules.MIN_RATE && rate <= RateRules.MAX_RATE;
    if (!isRate) {
      adaptive.problem(
          key.name(),
          "must be in [0.001, 1000000000] permits a second but was "
              + show(rate).toPlainString()
              + " a second");
    }
    return isRate;
  }

  private double perSecond(double perPeriod) {
    return perPeriod * NANOS_PER_SECOND / periodNanos;
  }

  private double perPeriod(double perSecond) {
    return perSecond * periodNanos / NANOS_PER_SECOND;
  }

  private static BigDecimal show(double number) {
    return new BigDecimal(number).round(SHOWN).stripTrailingZeros();
  }
}
