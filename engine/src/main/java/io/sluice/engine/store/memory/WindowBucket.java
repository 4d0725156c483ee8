package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.rate.Window;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket of a limit on permits in a window of time. */
final class WindowBucket extends SpendingBucket {
  /** Marks numbers that say only what was taken: the log of a window that slides may be long. */
  private static final long LOGGED = 0;

  private static final long SLIDING = 1;

  private final WallClock wall;
  private Policy.Window policy;
  private Window window;

  WindowBucket(
      ActiveLimit limit, BucketKey key, Policy.Window policy, WallClock wall, long nowNanos) {
    super(limit, key);
    this.wall = wall;
    this.policy = policy;
    window = policy.rule().open(policy.permits(), wall, nowNanos);
  }

  @Override
  protected boolean fits(Charge charge, long nowNanos) {
    return charge.permits() <= window.remaining(nowNanos);
  }

  @Override
  protected Blocker blocker(Charge charge, long nowNanos) {
    return new Blocker(
        limit().name(),
        charge.resource(),
        policy.shortage(),
        window.waitNanos(charge.permits(), nowNanos),
        charge.permits(),
        window.remaining(nowNanos),
        "");
  }

  @Override
  protected void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    window.take(charge.permits());
    countCrossings();
  }

  @Override
  protected void refund(long permits, long takenAtNanos, long nowNanos) {
    window.giveBack(permits, takenAtNanos, nowNanos);
  }

  @Override
  protected long debit(long permits, long nowNanos) {
    long overrun = window.debit(permits, nowNanos);
    countCrossings();
    return overrun;
  }

  @Override
  protected long remaining(long nowNanos) {
    return window.remaining(nowNanos);
  }

  @Override
  protected boolean isAsNew(long nowNanos) {
    return window.emptyInNanos(nowNanos) == 0;
  }

  @Override
  protected long asNewInNanos(long nowNanos) {
    return window.emptyInNanos(nowNanos);
  }

  @Override
  protected void reset(long nowNanos) {
    window = policy.rule().open(policy.permits(), wall, nowNanos);
  }

  @Override
  protected void exhaust() {
    window.take(policy.permits());
  }

  @Override
  protected long[] save(long taken, long nowNanos) {
    if (policy.rule() instanceof WindowRule.Sliding && taken != SpentBuckets.CHANGED) {
      return new long[] {LOGGED, nowNanos, taken};
    }
    long[] inside = window.save();
    long[] saved = new long[inside.length + 1];
    saved[0] = kind();
    System.arraycopy(inside, 0, saved, 1, inside.length);
    return saved;
  }

  @Override
  protected void load(long[] saved, long nowNanos) {
    if (kind() == SLIDING && saved.length == 3 && saved[0] == LOGGED) {
      long unused = window.remaining(saved[1]);
      window.take(saved[2]);
    } else if (saved.length == 0
        || saved[0] != kind()
        || !window.load(Arrays.copyOfRange(saved, 1, saved.length))) {
      window = policy.rule().open(policy.permits(), wall, nowNanos);
      exhaust();
    }
  }

  private long kind() {
    WindowRule rule = policy.rule();
    return rule instanceof WindowRule.Sliding ? SLIDING : rule instanceof WindowRule.Fixed ? 2 : 3;
  }

  @Override
  protected void limitChanged(Limit before, long nowNanos) {
    Policy.Window next = (Policy.Window) limit().limit().policy();
    if (next.rule().getClass() == policy.rule().getClass()) {
      window.change(next.permits(), next.rule(), nowNanos);
    } else {
      long taken = policy.permits() - window.remaining(nowNanos);
      window = next.rule().open(next.permits(), wall, nowNanos);
      window.take(taken);
    }
    policy = next;
  }

  private void countCrossings() {
    for (int percent = window.nextCrossing(); percent > 0; percent = window.nextCrossing()) {
      limit().counters().crossings().add(percent, key().values());
    }
  }
}
