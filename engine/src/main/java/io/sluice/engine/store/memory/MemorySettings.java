package io.sluice.engine.store.memory;

import io.sluice.engine.model.Bounds;
import java.util.concurrent.TimeUnit;

/**
 * Bounds and start values of a memory store.
 *
 * @param firstFence the first fencing token; must be above every token given before a restart
 * @param maxLeases the most live leases, 1..100000000
 * @param maxEndedLeases the most ended leases that stay readable, and the most request ids kept
 *     without a lease, 0..10000000
 * @param keepEndedNanos how long they stay at most
 */
public record MemorySettings(
    long firstFence, int maxLeases, int maxEndedLeases, long keepEndedNanos) {
  /** Fences from 1, a million live leases, 100 000 ended ones for ten minutes. */
  public static final MemorySettings DEFAULT =
      new MemorySettings(1, 1_000_000, 100_000, TimeUnit.MINUTES.toNanos(10));

  /** Checks the bounds. */
  public MemorySettings {
    Bounds.requireRange("fencing token", firstFence, 1, Long.MAX_VALUE);
    Bounds.requireRange("max_leases", maxLeases, 1, 100_000_000);
    Bounds.requireRange("max_ended_leases", maxEndedLeases, 0, 10_000_000);
    Bounds.requireRange("keep_ended nanoseconds", keepEndedNanos, 0, TimeUnit.DAYS.toNanos(30));
  }

  /** The same settings with another first fencing token. */
  public MemorySettings withFirstFence(long fence) {
    return new MemorySettings(fence, maxLeases, maxEndedLeases, keepEndedNanos);
  }
}
