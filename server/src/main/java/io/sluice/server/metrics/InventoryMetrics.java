package io.sluice.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.BooleanSupplier;

/**
 * The meter of a device inventory that is polled.
 *
 * @param isCurrent whether the last look succeeded
 */
public record InventoryMetrics(BooleanSupplier isCurrent) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("sluice.inventory.current", isCurrent, current -> current.getAsBoolean() ? 1 : 0)
        .description("1 = the last look at the devices succeeded, 0 = the inventory is older")
        .strongReference(true)
        .register(registry);
  }
}
