package io.sluice.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.sluice.engine.admission.Snapshot;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Registers the meters of one limit.
 *
 * @param registry where
 * @param limit the limit's part of the current snapshot
 */
record LimitMeters(MeterRegistry registry, Supplier<Snapshot.ByLimit> limit) {
  void counter(
      String name, String description, Tags tags, ToDoubleFunction<Snapshot.ByLimit> value) {
    FunctionCounter.builder(name, limit, source -> value.applyAsDouble(source.get()))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  void gauge(String name, String description, Tags tags, ToDoubleFunction<Snapshot.ByLimit> value) {
    Gauge.builder(name, limit, source -> value.applyAsDouble(source.get()))
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  void nanos(String name, String description, Tags tags, ToDoubleFunction<Snapshot.ByLimit> value) {
    TimeGauge.builder(name, () -> value.applyAsDouble(limit.get()), TimeUnit.NANOSECONDS)
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
