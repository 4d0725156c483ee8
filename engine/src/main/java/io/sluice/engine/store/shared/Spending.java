package io.sluice.engine.store.shared;

import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.TokenBucket;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.rate.Window;
import io.sluice.engine.rate.WindowRule;

/** Permits that are spent and come back with time, as one process reckons by itself. Full first. */
abstract class Spending {
  /**
   * Begins with one part in so many of a policy.
   *
   * @param policy a rate or a window
   */
  static Spending of(Policy policy, int parts, WallClock wall, long nowNanos) {
    if (policy instanceof Policy.Rate rate) {
      return new Tokens(rate.scale().share(parts), rate.allowDebt(), nowNanos);
    }
    Policy.Window window = (Policy.Window) policy;
    return new InWindow(Math.max(1, window.permits() / parts), window.rule(), wall, nowNanos);
  }

  abstract long capacity();

  abstract long remaining(long nowNanos);

  abstract boolean fits(long permits, long nowNanos);

  abstract void take(long permits);

  abstract void giveBack(long permits, long takenAtNanos, long nowNanos);

  abstract long debit(long permits, long nowNanos);

  abstract long waitNanos(long permits, long nowNanos);

  /** Returns how long until it is full; {@link Long#MAX_VALUE} = never. */
  abstract long fullInNanos(long nowNanos);

  /** Makes it have so many left. */
  abstract void set(long remaining, long nowNanos);

  /** Returns the next threshold of a quota that was reached, as {@link Window#nextCrossing}. */
  abstract int nextCrossing();

  private static final class Tokens extends Spending {
    private final TokenScale scale;
    private final boolean allowDebt;
    private TokenBucket bucket;

    Tokens(TokenScale scale, boolean allowDebt, long nowNanos) {
      this.scale = scale;
      this.allowDebt = allowDebt;
      this.bucket = new TokenBucket(scale, nowNanos);
    }

    @Override
    long capacity() {
      return scale.burst();
    }

    @Override
    long remaining(long nowNanos) {
      return bucket.tokens(scale, nowNanos);
    }

    @Override
    boolean fits(long permits, long nowNanos) {
      long most = allowDebt ? 2 * scale.burst() : scale.burst();
      return permits <= most && bucket.holds(scale, Math.min(permits, scale.burst()), nowNanos);
    }

    @Override
    void take(long permits) {
      bucket.take(scale, permits);
    }

    @Override
    void giveBack(long permits, long takenAtNanos, long nowNanos) {
      bucket.giveBack(scale, permits, nowNanos);
    }

    @Override
    long debit(long permits, long nowNanos) {
      return bucket.debit(scale, permits, nowNanos);
    }

    @Override
    long waitNanos(long permits, long nowNanos) {
      return bucket.waitNanos(scale, permits, nowNanos);
    }

    @Override
    long fullInNanos(long nowNanos) {
      return bucket.isFull(scale, nowNanos) ? 0 : waitNanos(scale.burst(), nowNanos);
    }

    @Override
    void set(long remaining, long nowNanos) {
      long before = bucket.tokens(scale, nowNanos);
      if (remaining < before) {
        bucket.take(scale, before - remaining); // the part of a token that has accrued stays
      } else if (remaining > before) {
        bucket = new TokenBucket(scale, nowNanos);
        bucket.take(scale, Math.max(0, scale.burst() - remaining));
      }
    }

    @Override
    int nextCrossing() {
      return 0;
    }
  }

  private static final class InWindow extends Spending {
    private final long permits;
    private final WindowRule rule;
    private final WallClock wall;
    private Window window;

    InWindow(long permits, WindowRule rule, WallClock wall, long nowNanos) {
      this.permits = permits;
      this.rule = rule;
      this.wall = wall;
      this.window = rule.open(permits, wall, nowNanos);
    }

    @Override
    long capacity() {
      return permits;
    }

    @Override
    long remaining(long nowNanos) {
      return window.remaining(nowNanos);
    }

    @Override
    boolean fits(long asked, long nowNanos) {
      return asked <= window.remaining(nowNanos);
    }

    @Override
    void take(long taken) {
      window.take(taken);
    }

    @Override
    void giveBack(long fewer, long takenAtNanos, long nowNanos) {
      window.giveBack(fewer, takenAtNanos, nowNanos);
    }

    @Override
    long debit(long more, long nowNanos) {
      return window.debit(more, nowNanos);
    }

    @Override
    long waitNanos(long asked, long nowNanos) {
      return window.waitNanos(asked, nowNanos);
    }

    @Override
    long fullInNanos(long nowNanos) {
      return window.emptyInNanos(nowNanos);
    }

    @Override
    void set(long remaining, long nowNanos) {
      long more = window.remaining(nowNanos) - remaining;
      if (more < 0 && rule instanceof WindowRule.Sliding) {
        window = rule.open(permits, wall, nowNanos);
        more = permits - remaining;
      }
      if (more > 0) {
        window.take(more);
      } else if (more < 0) {
        window.giveBack(-more, nowNanos, nowNanos); // thresholds that were told stay told
      }
    }

    @Override
    int nextCrossing() {
      return window.nextCrossing();
    }
  }
}
