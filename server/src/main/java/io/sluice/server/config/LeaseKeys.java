package io.sluice.server.config;

import io.sluice.engine.limit.LeaseTerms;
import org.jspecify.annotations.Nullable;

/** The keys that say how long leases of a limit may live, under one of its kinds. */
record LeaseKeys(
    Key<Long> ttl,
    Key<Long> maxTtl,
    Key<Long> maxHold,
    Key<Long> lockDelay,
    Key<Boolean> onDisconnect,
    Key<Long> disconnectGrace) {
  static final LeaseKeys CONCURRENCY =
      new LeaseKeys(
          Keys.CONCURRENCY_TTL,
          Keys.CONCURRENCY_MAX_TTL,
          Keys.CONCURRENCY_MAX_HOLD,
          Keys.CONCURRENCY_LOCK_DELAY,
          Keys.CONCURRENCY_ON_DISCONNECT,
          Keys.CONCURRENCY_DISCONNECT_GRACE);

  static final LeaseKeys DEVICES =
      new LeaseKeys(
          Keys.DEVICES_TTL,
          Keys.DEVICES_MAX_TTL,
          Keys.DEVICES_MAX_HOLD,
          Keys.DEVICES_LOCK_DELAY,
          Keys.DEVICES_ON_DISCONNECT,
          Keys.DEVICES_DISCONNECT_GRACE);

  /** Reads them; null if there is a problem with one. */
  @Nullable LeaseTerms read(Section section) {
    int problemsBefore = section.problemCount();
    long ttlNanos = section.get(ttl);
    long maxTtlNanos = section.get(maxTtl);
    long maxHoldNanos = section.get(maxHold);
    long lockDelayNanos = section.get(lockDelay);
    boolean reclaim = section.get(onDisconnect);
    long graceNanos = section.get(disconnectGrace);
    if (section.problemCount() > problemsBefore) {
      return null;
    }
    if (maxTtlNanos < ttlNanos) {
      section.problem(
          maxTtl.name(),
          "must be at least the ttl of "
              + DurationText.format(ttlNanos)
              + " but was "
              + DurationText.format(maxTtlNanos));
      return null;
    }
    return new LeaseTerms(
        ttlNanos,
        maxTtlNanos,
        maxHoldNanos,
        lockDelayNanos,
        reclaim ? graceNanos : LeaseTerms.KEEP);
  }
}
