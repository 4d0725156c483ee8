package io.sluice.client.tasks;

import io.sluice.client.NanoClock;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What this process uses.
 *
 * @param heapUsedBytes now
 * @param cpuCores processors on the mean, since the process started; 0 where the system does not
 *     tell
 * @param uptime of whoever asks
 */
record Footprint(long heapUsedBytes, double cpuCores, Duration uptime) {

  /** Takes it. */
  static Footprint take(NanoClock clock, long startedNanos) {
    Runtime runtime = Runtime.getRuntime();
    Duration uptime = Duration.ofNanos(clock.nanoTime() - startedNanos);
    return new Footprint(runtime.totalMemory() - runtime.freeMemory(), meanCores(), uptime);
  }

  private static double meanCores() {
    long up = ManagementFactory.getRuntimeMXBean().getUptime();
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(used -> used.toMillis() / (double) Math.max(1, up))
        .orElse(0.0);
  }
}
