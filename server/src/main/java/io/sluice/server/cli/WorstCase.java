package io.sluice.server.cli;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The most that a limit can let through in a stretch of time, wherever that begins. */
final class WorstCase {
  private WorstCase() {}

  /** Says it in a sentence; null for limits on what is held. */
  static @Nullable String of(Limit limit) {
    Policy policy = limit.effective().policy();
    if (limit.policy() instanceof Policy.Rate base && policy instanceof Policy.Rate rate) {
      return bucket(limit.name(), base.scale().periodNanos(), rate);
    }
    if (policy instanceof Policy.Window window) {
      return limit.name() + ": " + window(window);
    }
    return null;
  }

  private static String bucket(String name, long stretchNanos, Policy.Rate rate) {
    TokenScale scale = rate.scale();
    BigInteger accrued =
        BigInteger.valueOf(scale.permits())
            .multiply(BigInteger.valueOf(stretchNanos))
            .divide(BigInteger.valueOf(scale.periodNanos()));
    long burst = rate.largestAsk();
    return name
        + ": at most "
        + accrued.add(BigInteger.valueOf(burst))
        + " in any "
        + DurationText.exact(stretchNanos)
        + " (burst "
        + burst
        + " + "
        + accrued
        + ")";
  }

  private static String window(Policy.Window window) {
    long permits = window.permits();
    if (window.rule() instanceof WindowRule.Sliding sliding) {
      return "at most " + permits + " in any " + DurationText.exact(sliding.lengthNanos());
    }
    String length =
        window.rule() instanceof WindowRule.Fixed fixed
            ? DurationText.exact(fixed.lengthNanos())
            : ((WindowRule.Calendar) window.rule()).unit().name().toLowerCase(Locale.ROOT);
    return "at most " + permits + " in each " + length + ", " + 2 * permits + " across its end";
  }
}
