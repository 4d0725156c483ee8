package io.sluice.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.sluice.engine.admission.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Registers the meters of one limit; they show 0 when the limit is gone, until they are removed.
 */
final class LimitMeters {
  private final MeterRegistry registry;
  private final Supplier<Snapshot.@Nullable ByLimit> limit;
  private final List<Meter> registered = new ArrayList<>();

  /**
   * Creates it.
   *
   * @param registry where
   * @param limit the limit's part of the current snapshot; null = it is gone
   */
  LimitMeters(MeterRegistry registry, Supplier<Snapshot.@Nullable ByLimit> limit) {
    this.registry = registry;
    this.limit = limit;
  }

  void counter(
      String name, String description, Tags tags, ToDoubleFunction<Snapshot.ByLimit> value) {
    registered.add(
        FunctionCounter.builder(name, this, meters -> meters.value(value))
            .description(description)
            .tags(tags)
            .register(registry));
  }

  void gauge(String name, String description, Tags tags, ToDoubleFunction<Snapshot.ByLimit> value) {
    registered.add(
        Gauge.builder(name, this, meters -> meters.value(value))
            .description(description)
            .tags(tags)
            .strongReference(true)
            .register(registry));
  }

  void nanos(String name, String description, Tags tags, ToDoubleFunction<Snapshot.ByLimit> value) {
    registered.add(
        TimeGauge.builder(name, () -> value(value), TimeUnit.NANOSECONDS)
            .description(description)
            .tags(tags)
            .register(registry));
  }

  /** Returns what was registered. */
  List<Meter> registered() {
    return registered;
  }

  private double value(ToDoubleFunction<Snapshot.ByLimit> value) {
    Snapshot.ByLimit now = limit.get();
    return now == null ? 0 : value.applyAsDouble(now);
  }
}
