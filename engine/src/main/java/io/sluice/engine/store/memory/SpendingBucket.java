package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.List;

/** A bucket of what is spent and comes back with time, not with a lease. */
abstract class SpendingBucket extends MemoryBucket {
  SpendingBucket(ActiveLimit limit, BucketKey key) {
    super(limit, key);
  }

  /** What is spent is not given back in time for anybody. */
  @Override
  final boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    return first.permits() + charge.permits() <= remaining(nowNanos);
  }

  /** What is spent is not held by anybody. */
  @Override
  final Charge ride(Charge charge, List<Lease> above) {
    return charge;
  }

  @Override
  final void drop(Charge charge, Lease lease) {
    // It comes back with time.
  }

  @Override
  final void takeOver(MemoryBucket retiredBucket, Charge charge, Lease lease) {
    // Spent, not held.
  }

  @Override
  final boolean isHeld() {
    return false;
  }

  /** Returns how long until it is as new; {@link Long#MAX_VALUE} = never. */
  abstract long asNewInNanos(long nowNanos);
}
