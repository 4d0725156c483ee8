package io.sluice.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.sluice.server.driver.StateReport;
import java.util.function.Supplier;

/**
 * The meters of state that is kept beyond the process.
 *
 * @param report how it is kept
 */
public record StateMetrics(Supplier<StateReport> report) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("sluice.state.healthy", report, each -> each.get().problem().isEmpty() ? 1 : 0)
        .description("1 = what is granted can be kept, 0 = it cannot, and is denied")
        .strongReference(true)
        .register(registry);
    Gauge.builder("sluice.journal.size", report, each -> each.get().bytesOnDisk())
        .description("what the journal has on disk")
        .baseUnit("bytes")
        .strongReference(true)
        .register(registry);
    FunctionCounter.builder("sluice.journal.records", report, each -> each.get().records())
        .description("records written to the journal")
        .register(registry);
    FunctionCounter.builder("sluice.journal.batches", report, each -> each.get().batches())
        .description("writes that they took, each of all that had gathered")
        .register(registry);
  }
}
