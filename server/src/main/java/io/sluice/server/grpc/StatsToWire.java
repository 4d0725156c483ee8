package io.sluice.server.grpc;

import com.google.protobuf.Timestamp;
import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.stats.QuotaCrossings;
import io.sluice.engine.stats.ResourceCounters;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.store.Usage;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ResourceStats;
import io.sluice.proto.v1.StatsSnapshot;
import io.sluice.proto.v1.ThresholdStats;
import io.sluice.server.driver.EngineDriver;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Takes snapshots and writes them. */
final class StatsToWire {
  private final EngineDriver driver;
  private final ProcessInfo process;

  StatsToWire(EngineDriver driver, ProcessInfo process) {
    this.driver = driver;
    this.process = process;
  }

  /** Returns whether there is a limit of a name. */
  boolean exists(String limit) {
    return driver.ask(
        engine -> engine.limits().stream().anyMatch(active -> active.name().equals(limit)));
  }

  /**
   * Takes a snapshot.
   *
   * @param limit only this limit; empty = all
   * @param resource only limits whose glob matches this resource; empty = all
   */
  StatsSnapshot take(String limit, String resource) {
    Snapshot snapshot = driver.snapshot();
    Set<String> matching =
        resource.isEmpty()
            ? Set.of()
            : driver.ask(
                engine ->
                    engine.limitsOf(resource).stream()
                        .map(active -> active.name())
                        .collect(Collectors.toSet()));
    StatsSnapshot.Builder wire = StatsSnapshot.newBuilder();
    for (Snapshot.ByLimit byLimit : snapshot.limits()) {
      String name = byLimit.limit().name();
      if ((limit.isEmpty() || limit.equals(name))
          && (resource.isEmpty() || matching.contains(name))) {
        wire.addLimits(limit(byLimit));
      }
    }
    for (ResourceTable.Resource one : snapshot.resources()) {
      if (resource.isEmpty() || resource.equals(one.counts().resource())) {
        wire.addResources(resource(one.counts()));
      }
    }
    Instant now = process.wallClock().instant();
    return wire.setProcess(process.stats(snapshot.leases(), snapshot.waiting()))
        .setTakenAt(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
        .build();
  }

  private static LimitStats limit(Snapshot.ByLimit byLimit) {
    Limit limit = byLimit.limit();
    Usage usage = byLimit.usage();
    LimitCounters.Counts counts = byLimit.counts();
    LimitStats.Builder wire = LimitStats.newBuilder();
    for (QuotaCrossings.Counts threshold : counts.thresholds()) {
      wire.addThresholds(
          ThresholdStats.newBuilder()
              .setPercent(threshold.percent())
              .setCrossings(threshold.crossings())
              .addAllLastKey(threshold.lastKey()));
    }
    return wire.setLimit(limit.name())
        .setKind(ToWire.kind(limit.policy().kind()))
        .setCapacity(limit.policy().capacity())
        .setUsed(usage.used())
        .setAvailable(usage.available())
        .setWaiting(counts.waiting())
        .setCurrentRate(currentRate(limit.policy()))
        .setGranted(counts.granted())
        .setDenied(counts.denied())
        .putAllDeniedByReason(names(counts.deniedByReason()))
        .setQueued(counts.queued())
        .setCancelled(counts.cancelled())
        .setBuckets(usage.buckets())
        .setLeases(counts.leases())
        .setExpired(counts.expired())
        .setUsedHighWater(counts.usedHighWater())
        .setWaitingHighWater(counts.waitingHighWater())
        .setMeanWait(Durations.of(counts.meanWaitNanos()))
        .setMeanHold(Durations.of(counts.meanHoldNanos()))
        .setMeanLatency(Durations.of(counts.meanLatencyNanos()))
        .putAllOutcomes(names(counts.outcomes()))
        .setPermitsGranted(counts.permitsGranted())
        .setPermitsRefunded(counts.permitsRefunded())
        .setPermitsDebited(counts.permitsDebited())
        .setPermitsOverrun(counts.permitsOverrun())
        .setWouldDeny(counts.wouldDeny())
        .build();
  }

  private static ResourceStats resource(ResourceCounters.Counts counts) {
    return ResourceStats.newBuilder()
        .setResource(counts.resource())
        .setGranted(counts.granted())
        .setDenied(counts.denied())
        .setUnmatched(counts.unmatched())
        .putAllOutcomes(names(counts.outcomes()))
        .build();
  }

  /** Returns the permits per second of a rate; 0 for other kinds and windows of the calendar. */
  static double currentRate(Policy policy) {
    if (policy instanceof Policy.Rate rate) {
      return rate.scale().permits() * 1e9 / rate.scale().periodNanos();
    }
    if (policy instanceof Policy.Window window) {
      long lengthNanos = RatePolicies.lengthNanos(window.rule());
      return lengthNanos == 0 ? 0 : window.permits() * 1e9 / lengthNanos;
    }
    return 0;
  }

  private static <E extends Enum<E>> Map<String, Long> names(Map<E, Long> counts) {
    Map<String, Long> named = new TreeMap<>();
    counts.forEach((constant, count) -> named.put(constant.name(), count));
    return named;
  }
}
