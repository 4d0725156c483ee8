package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.rate.TokenBucket;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket of a rate. */
final class RateBucket extends MemoryBucket {
  private final TokenBucket tokens;
  private TokenScale scale;

  RateBucket(ActiveLimit limit, BucketKey key, Policy.Rate policy, long nowNanos) {
    super(limit, key);
    scale = policy.scale();
    tokens = new TokenBucket(scale, nowNanos);
  }

  @Override
  boolean fits(Charge charge, long nowNanos) {
    return tokens.holds(scale, charge.permits(), nowNanos);
  }

  @Override
  boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    return first.permits() + charge.permits() <= tokens.tokens(scale, nowNanos);
  }

  @Override
  Charge ride(Charge charge, List<Lease> above) {
    return charge; // spent, not held
  }

  @Override
  Blocker blocker(Charge charge, long nowNanos) {
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
  void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    tokens.take(scale, charge.permits());
  }

  @Override
  void drop(Charge charge, Lease lease) {
    // Spent tokens come back with time, not with the lease.
  }

  @Override
  void refund(Charge charge, long nowNanos) {
    tokens.giveBack(scale, charge.permits(), nowNanos);
  }

  @Override
  long remaining(long nowNanos) {
    return tokens.tokens(scale, nowNanos);
  }

  @Override
  boolean isAsNew(long nowNanos) {
    return tokens.isFull(scale, nowNanos);
  }

  @Override
  void policyChanged(Policy old, long nowNanos) {
    TokenScale to = ((Policy.Rate) limit().limit().policy()).scale();
    tokens.rescale(scale, to, nowNanos);
    scale = to;
  }

  /** Returns how long until so many tokens are there. */
  long waitNanos(long permits, long nowNanos) {
    return tokens.waitNanos(scale, permits, nowNanos);
  }

  /** Returns how long until it is full; {@link Long#MAX_VALUE} = never. */
  long fullInNanos(long nowNanos) {
    return tokens.waitNanos(scale, scale.burst(), nowNanos);
  }
}
