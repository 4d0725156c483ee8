package io.sluice.server.metrics;

import io.micrometer.core.instrument.Tags;
import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import java.util.function.ToDoubleFunction;

/** The meters of what a limit learns: of its bucket that stands worst, as in statistics. */
final class LearningMeters {
  private LearningMeters() {}

  static void bindAdaptive(LimitMeters meters, Tags tags) {
    meters.gauge(
        "sluice.limit.adaptive",
        "What an adaptive limit gives out, in permits per second or at once",
        tags,
        adaptive(AdaptiveState::current));
    meters.nanos(
        "sluice.limit.held",
        "How long it gives out nothing yet, because its provider asked to stay away",
        tags,
        adaptive(AdaptiveState::heldForNanos));
  }

  static void bindBreaker(LimitMeters meters, Tags tags) {
    meters.gauge(
        "sluice.limit.breaker.state",
        "0 = closed, 1 = half-open: probes find out whether it is well, 2 = open",
        tags,
        limit -> {
          BreakerState breaker = limit.breaker();
          return breaker == null ? 0 : state(breaker);
        });
  }

  private static ToDoubleFunction<Snapshot.ByLimit> adaptive(
      ToDoubleFunction<AdaptiveState> value) {
    return limit -> {
      AdaptiveState adaptive = limit.adaptive();
      return adaptive == null ? 0 : value.applyAsDouble(adaptive);
    };
  }

  private static int state(BreakerState breaker) {
    return switch (breaker.state()) {
      case "OPEN" -> 2;
      case "HALF_OPEN" -> 1;
      default -> 0;
    };
  }
}
