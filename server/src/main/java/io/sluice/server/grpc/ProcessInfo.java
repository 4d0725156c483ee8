package io.sluice.server.grpc;

import io.sluice.proto.v1.ProcessStats;
import io.sluice.server.driver.NanoClock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/**
 * The server about itself.
 *
 * @param version the version of the server
 * @param clock since the start
 * @param wallClock for people
 * @param serving whether it takes work
 */
public record ProcessInfo(
    String version, NanoClock clock, InstantSource wallClock, BooleanSupplier serving) {
  ProcessStats stats(long leases, long waiting) {
    Runtime runtime = Runtime.getRuntime();
    long uptimeNanos = Math.max(1, clock.nanos());
    return ProcessStats.newBuilder()
        .setUptime(Durations.of(uptimeNanos))
        .setVersion(version)
        .setServing(serving.getAsBoolean())
        .setLeases(leases)
        .setWaiting(waiting)
        .setHeapUsedBytes(runtime.totalMemory() - runtime.freeMemory())
        .setHeapMaxBytes(runtime.maxMemory())
        .setCpuCores((double) cpuNanos() / uptimeNanos)
        .build();
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }
}
