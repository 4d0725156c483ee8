package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.rate.TokenBucket;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket of a rate. */
final class RateBucket extends SpendingBucket {
  private final TokenBucket tokens;
  private Policy.Rate policy;
  private TokenScale scale;

  /** It was closed with what it had: a new bucket would be full again once the limit opens. */
  private boolean emptied;

  RateBucket(ActiveLimit limit, BucketKey key, Policy.Rate policy, long nowNanos) {
    super(limit, key);
    this.policy = policy;
    scale = policy.scale();
    tokens = new TokenBucket(scale, nowNanos);
  }

  @Override
  protected boolean fits(Charge charge, long nowNanos) {
    long permits = charge.permits();
    return permits <= policy.largestAsk()
        && tokens.holds(scale, Math.min(permits, scale.burst()), nowNanos);
  }

  @Override
  protected Blocker blocker(Charge charge, long nowNanos) {
    return new Blocker(
        limit().name(),
        charge.resource(),
        DenialReason.RATE,
        waitNanos(charge.permits(), nowNanos),
        charge.permits(),
        tokens.tokens(scale, nowNanos),
        "");
  }

  @Override
  protected void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    tokens.take(scale, charge.permits());
  }

  @Override
  protected void refund(long permits, long takenAtNanos, long nowNanos) {
    tokens.giveBack(scale, permits, nowNanos);
  }

  @Override
  protected long debit(long permits, long nowNanos) {
    return tokens.debit(scale, permits, nowNanos);
  }

  @Override
  protected long remaining(long nowNanos) {
    return tokens.tokens(scale, nowNanos);
  }

  @Override
  protected boolean isAsNew(long nowNanos) {
    return !emptied && tokens.isFull(scale, nowNanos);
  }

  @Override
  protected void reset(long nowNanos) {
    tokens.giveBack(scale, Long.MAX_VALUE, nowNanos);
  }

  @Override
  protected void exhaust() {
    tokens.take(scale, scale.burst());
  }

  @Override
  protected long[] save(long taken, long nowNanos) {
    long[] saved = tokens.save(scale);
    return new long[] {emptied ? 1 : 0, saved[0], saved[1], saved[2], saved[3]};
  }

  @Override
  protected void load(long[] saved, long nowNanos) {
    if (saved.length == 5 && tokens.load(scale, Arrays.copyOfRange(saved, 1, 5))) {
      emptied = policy.isClosed() && saved[0] != 0;
    } else {
      exhaust();
    }
  }

  @Override
  protected void limitChanged(Limit before, long nowNanos) {
    policy = (Policy.Rate) policy();
    tokens.rescale(scale, policy.scale(), policy.carryOver(), nowNanos);
    emptied = policy.isClosed() && (emptied || !scale.isClosed());
    scale = policy.scale();
  }

  /** An ask that leaves a debt waits until the bucket is full. */
  private long waitNanos(long permits, long nowNanos) {
    long needed = permits <= policy.largestAsk() ? Math.min(permits, scale.burst()) : permits;
    return tokens.waitNanos(scale, needed, nowNanos);
  }

  @Override
  protected long asNewInNanos(long nowNanos) {
    return emptied ? Long.MAX_VALUE : tokens.waitNanos(scale, scale.burst(), nowNanos);
  }
}
