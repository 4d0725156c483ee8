package io.sluice.server.cli;

import io.sluice.proto.v1.AdaptivePolicy;
import io.sluice.proto.v1.BreakerPolicy;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.LimitKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes what a limit learns: what finds its number, from where to where, and when its breaker
 * opens.
 */
final class LearnsText {
  private LearnsText() {}

  static String of(Limit limit) {
    List<String> parts = new ArrayList<>();
    if (limit.hasAdaptive()) {
      boolean ofRate = limit.getKind() == LimitKind.LIMIT_KIND_RATE;
      parts.add(adaptive(limit.getAdaptive()) + (ofRate ? " per second" : " at once"));
    }
    if (limit.hasBreaker()) {
      parts.add("breaker at " + breaker(limit.getBreaker()));
    }
    return parts.isEmpty() ? "-" : String.join("; ", parts);
  }

  private static String adaptive(AdaptivePolicy adaptive) {
    return adaptive.getControllerCase().name().toLowerCase(Locale.ROOT)
        + " "
        + NumberText.of(adaptive.getFloor())
        + ".."
        + NumberText.of(adaptive.getCeiling());
  }

  private static String breaker(BreakerPolicy breaker) {
    String text = breaker.getFailurePercent() + "% failed";
    if (breaker.getSlowPercent() > 0) {
      text += " or " + breaker.getSlowPercent() + "% slow";
    }
    return breaker.getConsecutiveFailures() > 0
        ? text + " or " + breaker.getConsecutiveFailures() + " in a row"
        : text;
  }
}
