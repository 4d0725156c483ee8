package io.sluice.server.grpc;

import io.sluice.engine.alert.Alerts;
import io.sluice.engine.store.shared.SharedStatistics;
import io.sluice.proto.v1.ProcessStats;
import io.sluice.proto.v1.SharedStats;
import io.sluice.proto.v1.StateStats;
import io.sluice.server.driver.NanoClock;
import io.sluice.server.driver.StateReport;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The server about itself.
 *
 * @param version the version of the server
 * @param clock since the start
 * @param wallClock for people
 * @param startNanos what the clock showed at the start
 * @param serving whether it takes work
 * @param state how state is kept
 * @param alerts which alerts are active
 */
public record ProcessInfo(
    String version,
    NanoClock clock,
    long startNanos,
    InstantSource wallClock,
    BooleanSupplier serving,
    Supplier<StateReport> state,
    Supplier<List<Alerts.Active>> alerts) {
  ProcessStats stats(long leases, long waiting) {
    Runtime runtime = Runtime.getRuntime();
    long uptimeNanos = Math.max(1, clock.nanos() - startNanos);
    return ProcessStats.newBuilder()
        .setUptime(Durations.of(uptimeNanos))
        .setVersion(version)
        .setServing(serving.getAsBoolean())
        .setLeases(leases)
        .setWaiting(waiting)
        .setHeapUsedBytes(runtime.totalMemory() - runtime.freeMemory())
        .setHeapMaxBytes(runtime.maxMemory())
        .setCpuCores((double) cpuNanos() / uptimeNanos)
        .setState(stateStats())
        .build();
  }

  private StateStats stateStats() {
    StateReport report = state.get();
    StateStats.Builder stats =
        StateStats.newBuilder()
            .setKind(report.kind())
            .setProblem(report.problem())
            .setJournalBytes(report.bytesOnDisk())
            .setJournalRecords(report.records())
            .setJournalBatches(report.batches());
    SharedStatistics shared = report.shared();
    if (shared != null) {
      stats.setShared(
          SharedStats.newBuilder()
              .setReachable(shared.reachable())
              .setLearning(shared.learning())
              .setProcesses(shared.processes())
              .setFallbackGrants(shared.fallbackGrants())
              .setSliceTokens(shared.sliceTokens())
              .setPendingChanges(shared.pendingChanges()));
    }
    return stats.build();
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }
}
