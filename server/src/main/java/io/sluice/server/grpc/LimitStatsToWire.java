package io.sluice.server.grpc;

import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.stats.Distribution;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.stats.QuotaCrossings;
import io.sluice.engine.stats.Recent;
import io.sluice.engine.stats.ResourceCounters;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.store.Usage;
import io.sluice.proto.v1.AdaptiveStats;
import io.sluice.proto.v1.BreakerStats;
import io.sluice.proto.v1.DurationStats;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ResourceStats;
import io.sluice.proto.v1.ThresholdStats;
import io.sluice.proto.v1.WindowStats;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes what limits and resources have counted. Pure. */
final class LimitStatsToWire {
  private LimitStatsToWire() {}

  static LimitStats limit(Snapshot.ByLimit byLimit) {
    Limit limit = byLimit.limit();
    Usage usage = byLimit.usage();
    LimitStats.Builder wire = counts(byLimit.counts());
    AdaptiveState adaptive = byLimit.adaptive();
    if (adaptive != null) {
      wire.setAdaptive(adaptive(adaptive));
    }
    BreakerState breaker = byLimit.breaker();
    if (breaker != null) {
      wire.setBreaker(breaker(breaker));
    }
    return wire.setLimit(limit.name())
        .setKind(ToWire.kind(limit.policy().kind()))
        .setCapacity(limit.policy().capacity())
        .setUsed(usage.used())
        .setAvailable(usage.available())
        .setBuckets(usage.buckets())
        .setUtilization(byLimit.utilization())
        .setCurrentRate(currentRate(limit.policy(), byLimit.adaptive()))
        .setWindow(window(byLimit.recent()))
        .setWindowUsedHighWater(byLimit.recentUsedHighWater())
        .build();
  }

  private static double currentRate(Policy policy, @Nullable AdaptiveState adaptive) {
    return policy instanceof Policy.Rate && adaptive != null
        ? adaptive.current()
        : StatsToWire.currentRate(policy);
  }

  static ResourceStats resource(ResourceTable.Resource resource) {
    ResourceCounters.Counts counts = resource.counts();
    return ResourceStats.newBuilder()
        .setResource(counts.resource())
        .setGranted(counts.granted())
        .setDenied(counts.denied())
        .putAllDeniedByReason(names(counts.deniedByReason()))
        .setUnmatched(counts.unmatched())
        .setQueued(counts.queued())
        .setWaiting(counts.waiting())
        .setExpired(counts.expired())
        .putAllOutcomes(names(counts.outcomes()))
        .setMeanWait(Durations.of(counts.meanWaitNanos()))
        .setMeanHold(Durations.of(counts.meanHoldNanos()))
        .setMeanLatency(Durations.of(counts.meanLatencyNanos()))
        .setWindow(window(resource.recent()))
        .build();
  }

  private static LimitStats.Builder counts(LimitCounters.Counts counts) {
    LimitStats.Builder wire = LimitStats.newBuilder();
    for (QuotaCrossings.Counts threshold : counts.thresholds()) {
      wire.addThresholds(
          ThresholdStats.newBuilder()
              .setPercent(threshold.percent())
              .setCrossings(threshold.crossings())
              .addAllLastKey(threshold.lastKey()));
    }
    return wire.setWaiting(counts.waiting())
        .setGranted(counts.granted())
        .setDenied(counts.denied())
        .putAllDeniedByReason(names(counts.deniedByReason()))
        .setQueued(counts.queued())
        .setCancelled(counts.cancelled())
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
        .setLeasesBegun(counts.ends().begun())
        .setReleased(counts.ends().released())
        .setRevoked(counts.ends().revoked())
        .setReturned(counts.ends().returned())
        .setWindowWaitingHighWater(counts.recentWaitingHighWater());
  }

  private static WindowStats window(Recent recent) {
    return WindowStats.newBuilder()
        .setSpan(Durations.of(recent.spanNanos()))
        .setGranted(recent.granted())
        .setDenied(recent.denied())
        .setCompleted(recent.completed())
        .setFailed(recent.failed())
        .setThrottled(recent.throttled())
        .setExpired(recent.expired())
        .setGrantedPerSecond(recent.grantedPerSecond())
        .setPermitsPerSecond(recent.permitsPerSecond())
        .setDeniedPerSecond(recent.deniedPerSecond())
        .setCompletedPerSecond(recent.completedPerSecond())
        .setSuccessRatio(recent.successRatio())
        .setErrorRatio(recent.errorRatio())
        .setThrottledRatio(recent.throttledRatio())
        .setWait(durations(recent.waiting()))
        .setHold(durations(recent.holding()))
        .setLatency(durations(recent.latency()))
        .build();
  }

  private static DurationStats durations(Distribution distribution) {
    return DurationStats.newBuilder()
        .setCount(distribution.count())
        .setMean(Durations.of(distribution.meanNanos()))
        .setP50(Durations.of(distribution.p50Nanos()))
        .setP95(Durations.of(distribution.p95Nanos()))
        .setP99(Durations.of(distribution.p99Nanos()))
        .setMax(Durations.of(distribution.maxNanos()))
        .build();
  }

  private static AdaptiveStats adaptive(AdaptiveState state) {
    return AdaptiveStats.newBuilder()
        .setCurrent(state.current())
        .setFloor(state.floor())
        .setCeiling(state.ceiling())
        .setLastCause(state.lastCause())
        .setChangedFrom(state.changedFrom())
        .setChangedAgo(Durations.of(state.changedAgoNanos()))
        .setHeldFor(Durations.of(state.heldForNanos()))
        .build();
  }

  private static BreakerStats breaker(BreakerState state) {
    return BreakerStats.newBuilder()
        .setState(state.state())
        .setOpenFor(Durations.of(state.openForNanos()))
        .setFailureRatio(state.failureRatio())
        .setSlowRatio(state.slowRatio())
        .setOpened(state.opened())
        .build();
  }

  private static <E extends Enum<E>> Map<String, Long> names(Map<E, Long> counts) {
    Map<String, Long> named = new TreeMap<>();
    counts.forEach((constant, count) -> named.put(constant.name(), count));
    return named;
  }
}
