package io.sluice.server.config;

import io.sluice.engine.alert.AlertMetric;
import io.sluice.engine.alert.AlertRule;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;

/** Reads when alerts fire. */
final class AlertsReader {
  private static final double THOUSAND = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Section alerts;
  private final List<AlertRule> rules = new ArrayList<>();

  AlertsReader(Section root) {
    this.alerts = root.section("alerts");
  }

  /** Returns the rules; none if there are to be no alerts. */
  List<AlertRule> read() {
    boolean enabled = alerts.get(Keys.ALERTS);
    read(
        AlertMetric.ERROR_RATIO,
        Keys.ERROR_RATIO_ABOVE,
        Keys.ERROR_RATIO_CLEAR,
        Keys.ERROR_RATIO_FOR,
        THOUSAND);
    read(
        AlertMetric.MEAN_LATENCY,
        Keys.MEAN_LATENCY_ABOVE,
        Keys.MEAN_LATENCY_CLEAR,
        Keys.MEAN_LATENCY_FOR,
        NANOS_PER_SECOND);
    read(AlertMetric.HEAP, Keys.HEAP_ABOVE, Keys.HEAP_CLEAR, Keys.HEAP_FOR, THOUSAND);
    read(AlertMetric.CPU, Keys.CPU_ABOVE, Keys.CPU_CLEAR, Keys.CPU_FOR, THOUSAND);
    return enabled ? List.copyOf(rules) : List.of();
  }

  /** Reads one; values are whole numbers of so small a unit that {@code scale} of it are one. */
  private <N extends Number> void read(
      AlertMetric metric, Key<N> above, Key<N> clear, Key<Long> lasting, double scale) {
    Section section = alerts.section(metric.id());
    N threshold = section.get(above);
    boolean isLower = threshold.longValue() < clear.fallback().longValue();
    N usual = isLower ? threshold : clear.fallback();
    N back = section.get(clear, usual, isLower ? "above" : clear.fallbackText());
    try {
      rules.add(
          new AlertRule(
              metric,
              threshold.doubleValue() / scale,
              back.doubleValue() / scale,
              section.get(lasting)));
    } catch (InvalidArgumentException e) {
      section.problem(clear.name(), e.problem());
    }
  }
}
