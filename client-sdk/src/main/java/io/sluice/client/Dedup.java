package io.sluice.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What makes acquires the same work, and what the second one of it gets. The server finds and notes
 * work in one step, so of any number of acquires at once, of whatever processes, one is first.
 * Immutable.
 *
 * <pre>{@code
 * Acquisition.of(Demand.of("reports")).dedup(Dedup.of("report 2024-05"))
 * }</pre>
 *
 * @param key the name of the work, 1..256 bytes without control characters. The same key with
 *     another first resource is other work
 * @param scope how long an acquire stands for its work
 * @param ttl with {@link Scope#TTL}, for how long after it was asked for, 1 ms..24 h; else null
 * @param onConflict what the second acquire gets
 */
public record Dedup(String key, Scope scope, @Nullable Duration ttl, OnConflict onConflict) {
  private static final Duration MIN_TTL = Duration.ofMillis(1);

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
    /**
     * A denial {@link DenialReason#DUPLICATE} that has {@linkplain ConcurrencyException#existing
     * the first}, and in what the two differ.
     */
    REUSE,
    /**
     * The first one's grant, when it comes: one lease for both, to be released once. If the two
     * differ, as {@link #REUSE}.
     */
    JOIN,
    /** As {@link #REUSE}; if the two differ, {@link IllegalArgumentException}. */
    REJECT,
    /**
     * The first one's place in the queue; the first one is denied as a duplicate. One that runs is
     * not replaced: as {@link #REUSE}.
     */
    REPLACE_WAITER
  }

  /**
   * Checks the bounds.
   *
   * @param key the name of the work
   * @param scope how long it is the same work
   * @param ttl with the scope TTL only
   * @param onConflict what the second one gets
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public Dedup {
    Bounds.text("dedup.key", key, 1, 256);
    if ((scope == Scope.TTL) != (ttl != null)) {
      throw new IllegalArgumentException(
          "dedup.ttl must be told with the scope TTL, and only then");
    }
    if (ttl != null) {
      Bounds.inRange("dedup.ttl", ttl, MIN_TTL, Bounds.MAX_TTL);
    }
  }

  /**
   * The same work while it waits; the second acquire of it is denied with the first.
   *
   * @param key the name of the work
   * @return the dedup
   * @throws IllegalArgumentException if the name is outside its bounds
   */
  public static Dedup of(String key) {
    return new Dedup(key, Scope.PENDING, null, OnConflict.REUSE);
  }

  /**
   * The same, also while it runs.
   *
   * @return a new dedup
   */
  public Dedup alsoRunning() {
    return new Dedup(key, Scope.PENDING_OR_RUNNING, null, onConflict);
  }

  /**
   * The same, also while it runs, and in any case for a time after it was asked for.
   *
   * @param ttl 1 ms..24 h
   * @return a new dedup
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public Dedup ttl(Duration ttl) {
    return new Dedup(key, Scope.TTL, ttl, onConflict);
  }

  /**
   * The same with something else for the second acquire.
   *
   * @param onConflict what it gets
   * @return a new dedup
   */
  public Dedup onConflict(OnConflict onConflict) {
    return new Dedup(key, scope, ttl, onConflict);
  }
}
