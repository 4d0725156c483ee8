package io.sluice.engine.admission;

import io.sluice.engine.model.Bounds;

/**
 * Settings of the engine.
 *
 * @param denyUnmatched deny resources that no limit matches, instead of granting them unlimited
 * @param maxWaiters the most acquires that wait at once, 0..10000000
 * @param maxWaitersPerClient the most of one client id, 0..10000000; those without one count as one
 */
public record EngineSettings(boolean denyUnmatched, int maxWaiters, int maxWaitersPerClient) {
  /** Unmatched resources are allowed; 100 000 waiters, 10 000 of each client. */
  public static final EngineSettings DEFAULT = new EngineSettings(false, 100_000, 10_000);

  /** Checks the bounds. */
  public EngineSettings {
    Bounds.requireRange("queue.max_waiters", maxWaiters, 0, 10_000_000);
    Bounds.requireRange("queue.max_waiters_per_client", maxWaitersPerClient, 0, 10_000_000);
  }
}
