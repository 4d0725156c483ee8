package io.sluice.engine.model;

/**
 * What makes acquires the same work, and what to do with the second.
 *
 * @param key the name of the work, 1..256 bytes; the same key on another first resource is other
 *     work
 * @param scope how long it is the same work
 * @param ttlNanos with {@link Scope#TTL}, for how long after it was asked for, 1 ms..24 h; else 0
 * @param onConflict what the second acquire gets
 */
public record Dedup(String key, Scope scope, long ttlNanos, OnConflict onConflict) {
  private static final long MIN_TTL_NANOS = 1_000_000;

  /** How long an acquire stands for its work. */
  public enum Scope {
    /** While it waits. */
    PENDING,
    /** While it waits or holds its lease. */
    PENDING_OR_RUNNING,
    /** While it waits or holds its lease, and in any case for a time after it was asked for. */
    TTL
  }

  /** What the second acquire of the same work gets. */
  public enum OnConflict {
    /** {@code DUPLICATE} with the first one's request and lease, if it asks for the same. */
    REUSE,
    /** The first one's answer, when it comes, if it asks for the same. */
    JOIN,
    /** {@code DUPLICATE}, and an error if it asks for something else. */
    REJECT,
    /** The first one's place in the queue; the first one is denied. One that runs is not. */
    REPLACE_WAITER
  }

  /** Checks the bounds. */
  public Dedup {
    Bounds.requireText("dedup.key", key, 1, Bounds.MAX_RESOURCE_BYTES);
    if (scope == Scope.TTL) {
      Bounds.requireRange("dedup.ttl nanoseconds", ttlNanos, MIN_TTL_NANOS, Bounds.MAX_TTL_NANOS);
    } else {
      Bounds.requireRange("dedup.ttl nanoseconds", ttlNanos, 0, 0);
    }
  }
}
