package io.sluice.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.model.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Meters of the engine: a fixed set for each limit, and one if it learns, with the limit's name as
 * the only free label, so that no resource, key or client can make series. All meters of one scrape
 * read one snapshot. {@link #refresh} brings them in line with the limits, which come and go.
 */
public final class EngineMetrics implements MeterBinder {
  private static final long SNAPSHOT_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Supplier<Snapshot> source;
  private final Supplier<Long> nanoTime;
  private final Map<Series, List<Meter>> bound = new HashMap<>(); // guarded by this
  private @Nullable MeterRegistry registry; // guarded by this
  private Snapshot snapshot; // guarded by this
  private Map<String, Snapshot.ByLimit> byName; // guarded by this
  private long takenAtNanos; // guarded by this

  /**
   * Creates the meters.
   *
   * @param source takes a snapshot
   * @param nanoTime tells how old one is
   */
  public EngineMetrics(Supplier<Snapshot> source, Supplier<Long> nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
    this.snapshot = source.get();
    this.byName = byName(snapshot);
    this.takenAtNanos = nanoTime.get();
  }

  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("sluice.leases", () -> current().leases())
        .description("Live leases")
        .register(registry);
    Gauge.builder("sluice.waiting", () -> current().waiting())
        .description("Acquires that wait")
        .register(registry);
    refresh();
  }

  /** Adds the meters of limits that are new, and removes those of limits that are gone. */
  public synchronized void refresh() {
    MeterRegistry target = registry;
    if (target == null) {
      return;
    }
    Set<Series> there = new HashSet<>();
    for (Snapshot.ByLimit limit : current().limits()) {
      for (Part part : Part.of(limit)) {
        Series series = new Series(limit.limit().name(), limit.limit().policy().kind(), part);
        there.add(series);
        if (!bound.containsKey(series)) {
          LimitMeters meters = new LimitMeters(target, () -> find(series.limit()));
          bind(meters, series);
          bound.put(series, meters.registered());
        }
      }
    }
    bound
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !there.contains(entry.getKey());
              if (gone) {
                entry.getValue().forEach(target::remove);
              }
              return gone;
            });
  }

  private static void bind(LimitMeters meters, Series series) {
    Tags tags = Tags.of("limit", series.limit(), "kind", lower(series.kind()));
    switch (series.part()) {
      case COUNTS -> bindCounts(meters, tags);
      case ADAPTIVE -> LearningMeters.bindAdaptive(meters, tags);
      case BREAKER -> LearningMeters.bindBreaker(meters, tags);
    }
  }

  private static void bindCounts(LimitMeters meters, Tags tags) {
    meters.counter(
        "sluice.decisions",
        "Acquires decided",
        tags.and("decision", "granted", "reason", ""),
        l -> l.counts().granted());
    for (DenialReason reason : DenialReason.values()) {
      meters.counter(
          "sluice.decisions",
          "Acquires decided",
          tags.and("decision", "denied", "reason", lower(reason)),
          l -> l.counts().deniedByReason().getOrDefault(reason, 0L));
    }
    meters.counter(
        "sluice.limit.would.deny",
        "Acquires granted that the limit, in shadow, would have refused",
        tags,
        l -> l.counts().wouldDeny());
    for (Outcome outcome : Outcome.values()) {
      meters.counter(
          "sluice.outcomes",
          "Ended work",
          tags.and("outcome", lower(outcome)),
          l -> l.counts().outcomes().getOrDefault(outcome, 0L));
    }
    meters.counter(
        "sluice.permits.granted", "Permits granted", tags, l -> l.counts().permitsGranted());
    meters.counter(
        "sluice.permits.refunded",
        "Permits given back unused",
        tags,
        l -> l.counts().permitsRefunded());
    meters.counter(
        "sluice.permits.debited",
        "Permits taken beyond an estimate",
        tags,
        l -> l.counts().permitsDebited());
    meters.counter(
        "sluice.permits.overrun",
        "Permits taken beyond an estimate that no debt had room for",
        tags,
        l -> l.counts().permitsOverrun());
    meters.counter(
        "sluice.limit.queued", "Acquires that had to wait", tags, l -> l.counts().queued());
    meters.counter("sluice.limit.expired", "Leases that ran out", tags, l -> l.counts().expired());
    meters.gauge(
        "sluice.limit.capacity",
        "Permits that one bucket holds",
        tags,
        l -> l.limit().policy().capacity());
    meters.gauge(
        "sluice.limit.used", "Permits taken, over all buckets", tags, l -> l.usage().used());
    meters.gauge(
        "sluice.limit.available",
        "Permits left, over all buckets",
        tags,
        l -> l.usage().available());
    meters.gauge("sluice.limit.buckets", "Buckets that exist", tags, l -> l.usage().buckets());
    meters.gauge(
        "sluice.limit.waiting",
        "Acquires that wait for the limit",
        tags,
        l -> l.counts().waiting());
    meters.gauge(
        "sluice.limit.leases", "Live leases that charge the limit", tags, l -> l.counts().leases());
    meters.nanos(
        "sluice.limit.wait.mean",
        "Mean wait of those that waited and were granted",
        tags,
        l -> l.counts().meanWaitNanos());
    meters.nanos(
        "sluice.limit.hold.mean",
        "Mean time from grant to end",
        tags,
        l -> l.counts().meanHoldNanos());
  }

  private synchronized Snapshot current() {
    long now = nanoTime.get();
    if (now - takenAtNanos > SNAPSHOT_AGE_NANOS) {
      snapshot = source.get();
      byName = byName(snapshot);
      takenAtNanos = now;
    }
    return snapshot;
  }

  private synchronized Snapshot.@Nullable ByLimit find(String limit) {
    var unused = current();
    return byName.get(limit);
  }

  private static Map<String, Snapshot.ByLimit> byName(Snapshot snapshot) {
    Map<String, Snapshot.ByLimit> byName = new HashMap<>();
    snapshot.limits().forEach(limit -> byName.put(limit.limit().name(), limit));
    return byName;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** What the meters of a limit are told apart by. */
  private record Series(String limit, LimitKind kind, Part part) {}

  /** Meters that come and go together. */
  private enum Part {
    COUNTS,
    ADAPTIVE,
    BREAKER;

    /** Returns those that a limit has now. */
    static List<Part> of(Snapshot.ByLimit limit) {
      List<Part> parts = new ArrayList<>(List.of(COUNTS));
      if (limit.adaptive() != null) {
        parts.add(ADAPTIVE);
      }
      if (limit.breaker() != null) {
        parts.add(BREAKER);
      }
      return parts;
    }
  }
}
