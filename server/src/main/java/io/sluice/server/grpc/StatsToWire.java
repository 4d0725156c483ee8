package io.sluice.server.grpc;

import com.google.protobuf.Timestamp;
import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.advice.Advisor;
import io.sluice.engine.advice.Recommendation;
import io.sluice.engine.alert.Alerts;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.TopKeys;
import io.sluice.proto.v1.Alert;
import io.sluice.proto.v1.DeniedKey;
import io.sluice.proto.v1.GetRecommendationsResponse;
import io.sluice.proto.v1.Severity;
import io.sluice.proto.v1.StatsSnapshot;
import io.sluice.server.driver.EngineDriver;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes snapshots and writes them. */
final class StatsToWire {
  private final EngineDriver driver;
  private final ProcessInfo process;
  private final int topKeys;

  /**
   * Creates it.
   *
   * @param topKeys how many of the keys that were denied most often are told, 0..32
   */
  StatsToWire(EngineDriver driver, ProcessInfo process, int topKeys) {
    this.driver = driver;
    this.process = process;
    this.topKeys = topKeys;
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
        wire.addLimits(LimitStatsToWire.limit(byLimit));
      }
    }
    for (ResourceTable.Resource one : snapshot.resources()) {
      if (resource.isEmpty() || resource.equals(one.counts().resource())) {
        wire.addResources(LimitStatsToWire.resource(one));
      }
    }
    snapshot.topDenied().stream()
        .filter(key -> limit.isEmpty() || limit.equals(key.limit()))
        .filter(key -> resource.isEmpty() || matching.contains(key.limit()))
        .limit(topKeys)
        .forEach(key -> wire.addTopDenied(denied(key)));
    process.alerts().get().forEach(alert -> wire.addAlerts(alert(alert)));
    Instant now = process.wallClock().instant();
    return wire.setProcess(process.stats(snapshot.leases(), snapshot.waiting()))
        .setTakenAt(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
        .build();
  }

  /**
   * Says what the statistics suggest to change.
   *
   * @param limit only about this limit; empty = all
   */
  GetRecommendationsResponse recommend(String limit) {
    GetRecommendationsResponse.Builder wire = GetRecommendationsResponse.newBuilder();
    for (Recommendation made : Advisor.recommend(driver.snapshot())) {
      if (limit.isEmpty() || limit.equals(made.limit())) {
        wire.addRecommendations(
            io.sluice.proto.v1.Recommendation.newBuilder()
                .setId(made.id())
                .setSeverity(severity(made.severity()))
                .setLimit(made.limit())
                .setResource(made.resource())
                .setText(made.text())
                .putAllEvidence(made.evidence())
                .setChange(made.change()));
      }
    }
    return wire.build();
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

  private static Alert alert(Alerts.Active active) {
    return Alert.newBuilder()
        .setId(active.rule().metric().id())
        .setValue(active.value())
        .setThreshold(active.rule().above())
        .setActiveFor(Durations.of(active.forNanos()))
        .build();
  }

  private static DeniedKey denied(TopKeys.Denied key) {
    return DeniedKey.newBuilder()
        .setLimit(key.limit())
        .addAllKey(key.key())
        .setCount(key.count())
        .setError(key.error())
        .build();
  }

  private static Severity severity(io.sluice.engine.advice.Severity severity) {
    return switch (severity) {
      case INFO -> Severity.SEVERITY_INFO;
      case WARNING -> Severity.SEVERITY_WARNING;
      case CRITICAL -> Severity.SEVERITY_CRITICAL;
    };
  }
}
