package io.sluice.engine.store.shared;

import io.sluice.engine.limit.ActiveLimit;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The second after an interruption, in which those who wait are not all tried at once: of each
 * limit one after the other, so that the last is tried when the second is over.
 */
final class Resumption {
  private static final long SPREAD_NANOS = 1_000_000_000L;
  private static final long STEP_NANOS = 10_000_000L;
  private static final long JITTER_NANOS = 100_000_000L;

  private final RandomGenerator random;

  /** Looked up only, never gone through, so that the order of its entries decides nothing. */
  private final Map<ActiveLimit, Tries> tries = new HashMap<>();

  private long begunNanos;
  private long nextNanos = Long.MAX_VALUE;
  private boolean on;

  Resumption(RandomGenerator random) {
    this.random = random;
  }

  private static final class Tries {
    final long gapNanos;
    long tried;

    Tries(long waiting) {
      gapNanos = SPREAD_NANOS / Math.max(1, waiting);
    }
  }

  /** Begins the second, a little later in one process than in another. */
  void begin(long nowNanos) {
    begunNanos = nowNanos + random.nextLong(JITTER_NANOS);
    nextNanos = begunNanos;
    on = true;
    tries.clear();
  }

  /**
   * Returns how long one who waits has to wait before it is tried; 0 = it may be tried now.
   *
   * @param limit what it waits for
   */
  long waitNanos(ActiveLimit limit, long nowNanos) {
    if (!on) {
      return 0;
    }
    Tries of = tries.computeIfAbsent(limit, any -> new Tries(any.counters().waitingNow()));
    return Math.max(0, begunNanos + of.tried * of.gapNanos - nowNanos);
  }

  /** Notes that one who waits is tried. */
  void tried(ActiveLimit limit) {
    Tries of = tries.get(limit);
    if (of != null) {
      of.tried++;
    }
  }

  /** Returns when those who wait may be tried next; {@link Long#MAX_VALUE} = at any time. */
  long nextNanos() {
    return nextNanos;
  }

  /** Moves on; returns whether those who wait are to be tried. */
  boolean advance(long nowNanos) {
    if (nowNanos < nextNanos) {
      return false;
    }
    on = nowNanos - begunNanos < SPREAD_NANOS;
    nextNanos = on ? nowNanos + STEP_NANOS : Long.MAX_VALUE;
    return true;
  }
}
