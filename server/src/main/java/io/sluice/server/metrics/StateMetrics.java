package io.sluice.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.sluice.engine.store.shared.SharedStatistics;
import io.sluice.server.driver.StateReport;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

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
    if (report.get().shared() != null) {
      bindShared(registry);
    }
    FunctionCounter.builder("sluice.journal.batches", report, each -> each.get().batches())
        .description("writes that they took, each of all that had gathered")
        .register(registry);
  }

  private void bindShared(MeterRegistry registry) {
    shared("sluice.redis.reachable", each -> each.reachable() ? 1 : 0)
        .description("1 = Redis answers, 0 = each limit does as its shared.on_loss says")
        .register(registry);
    shared("sluice.redis.learning", each -> each.learning() ? 1 : 0)
        .description("1 = Redis may have lost what was held, and leases are told anew")
        .register(registry);
    shared("sluice.redis.processes", SharedStatistics::processes)
        .description("servers that share, as last known")
        .register(registry);
    shared("sluice.slice.tokens", SharedStatistics::sliceTokens)
        .description(
            "permits of rates taken ahead and not given out yet: by so much may be admitted more")
        .register(registry);
    shared("sluice.redis.pending.changes", SharedStatistics::pendingChanges)
        .description("changes that Redis has still to be told")
        .register(registry);
    FunctionCounter.builder(
            "sluice.fallback.grants",
            report,
            each -> Objects.requireNonNull(each.get().shared()).fallbackGrants())
        .description("grants that were made without Redis")
        .register(registry);
  }

  private Gauge.Builder<Supplier<StateReport>> shared(
      String name, ToDoubleFunction<SharedStatistics> value) {
    return Gauge.builder(
            name, report, each -> value.applyAsDouble(Objects.requireNonNull(each.get().shared())))
        .strongReference(true);
  }
}
