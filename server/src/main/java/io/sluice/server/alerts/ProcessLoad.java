package io.sluice.server.alerts;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;

/** How much of its machine the process uses. Not thread-safe. */
final class ProcessLoad {
  private long lastCpuNanos;
  private long lastNanos;

  /** Begins now. */
  ProcessLoad(long nowNanos) {
    this.lastNanos = nowNanos;
    this.lastCpuNanos = cpuNanos();
  }

  /** Returns the share of all processors that it used since the last look, 0..1. */
  double cpu(long nowNanos) {
    long cpuNanos = cpuNanos();
    long passed = Math.max(1, nowNanos - lastNanos);
    double cores = (double) (cpuNanos - lastCpuNanos) / passed;
    lastCpuNanos = cpuNanos;
    lastNanos = nowNanos;
    return Math.max(0, Math.min(1, cores / Runtime.getRuntime().availableProcessors()));
  }

  /**
   * Returns the share of the most the heap may grow to that was in use after the last collection,
   * 0..1. What is garbage between collections says nothing.
   */
  static double heap() {
    long used = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage afterCollection = pool.getCollectionUsage();
      if (pool.getType() == MemoryType.HEAP && afterCollection != null) {
        used += afterCollection.getUsed();
      }
    }
    return Math.min(1, (double) used / Runtime.getRuntime().maxMemory());
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }
}
