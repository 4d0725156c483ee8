package io.sluice.server.driver;

import io.sluice.engine.store.shared.SharedStatistics;
import org.jspecify.annotations.Nullable;

/**
 * How state is kept.
 *
 * @param kind {@code memory}, {@code journal} or {@code redis}
 * @param problem why what is granted cannot be kept, or is not counted where it should be, for
 *     people; empty if all is well
 * @param bytesOnDisk what the journal has
 * @param records how many records it wrote since the start
 * @param batches in how many writes
 * @param shared how it stands to what several servers share; null = they share nothing
 */
public record StateReport(
    String kind,
    String problem,
    long bytesOnDisk,
    long records,
    long batches,
    @Nullable SharedStatistics shared) {
  /** State that ends with the process. */
  public static final StateReport MEMORY = new StateReport("memory", "", 0, 0, 0, null);

  /** State that several servers share. */
  public static StateReport of(SharedStatistics shared) {
    String problem =
        shared.learning()
            ? "Redis may have lost what was held; leases are told anew"
            : shared.reachable() ? "" : "Redis is out of reach";
    return new StateReport("redis", problem, 0, 0, 0, shared);
  }
}
