package io.sluice.server.journal;

import io.sluice.engine.model.InvalidArgumentException;

/**
 * How a journal is opened and written.
 *
 * @param fsync when it is forced to the device
 * @param fsyncIntervalNanos how long after a write it is forced at the latest, with {@link
 *     Fsync#INTERVAL}; in [1 ms, 1 h]
 * @param maxPendingBytes how much may be appended and not yet written, in [2 MiB, 1 GiB]; one more
 *     record fails the journal
 * @param acceptDamage whether a damaged journal is cut where the damage begins, instead of refused
 */
public record JournalSettings(
    Fsync fsync, long fsyncIntervalNanos, int maxPendingBytes, boolean acceptDamage) {
  private static final long MIN_INTERVAL_NANOS = 1_000_000L;
  private static final long MAX_INTERVAL_NANOS = 3_600_000_000_000L;
  private static final int MIN_PENDING_BYTES = 2 << 20;
  private static final int MAX_PENDING_BYTES = 1 << 30;

  /**
   * Checks the bounds.
   *
   * @throws InvalidArgumentException if one of them is not kept
   */
  public JournalSettings {
    check("fsyncIntervalNanos", fsyncIntervalNanos, MIN_INTERVAL_NANOS, MAX_INTERVAL_NANOS);
    check("maxPendingBytes", maxPendingBytes, MIN_PENDING_BYTES, MAX_PENDING_BYTES);
  }

  /** Returns the settings that nobody changed: an interval of 1 s, 64 MiB pending. */
  public static JournalSettings defaults(Fsync fsync) {
    return new JournalSettings(fsync, 1_000_000_000L, 64 << 20, false);
  }

  private static void check(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidArgumentException(
          field, "must be in [" + min + ", " + max + "] but was " + value);
    }
  }
}
