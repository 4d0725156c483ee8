package io.sluice.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.LongSupplier;

/**
 * Meters of the configuration's reloads.
 *
 * @param applied how often a file was applied
 * @param refused how often a file was refused
 */
public record ReloadMetrics(LongSupplier applied, LongSupplier refused) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    bind(registry, "applied", applied);
    bind(registry, "refused", refused);
  }

  private static void bind(MeterRegistry registry, String result, LongSupplier count) {
    FunctionCounter.builder("sluice.config.reloads", count, LongSupplier::getAsLong)
        .description("Configuration files applied or refused since the start")
        .tag("result", result)
        .register(registry);
  }
}
