package io.sluice.engine.store.memory;

import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.List;

/** A bucket of what is spent and comes back with time, not with a lease. */
public abstract class SpendingBucket extends MemoryBucket {
  /** For buckets of any kind. */
  protected SpendingBucket(ActiveLimit limit, BucketKey key) {
    super(limit, key);
  }

  /** What is spent is not given back in time for anybody. */
  @Override
  protected boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    return first.permits() + charge.permits() <= remaining(nowNanos);
  }

  /** What is spent is not held by anybody. */
  @Override
  protected final Charge ride(Charge charge, List<Lease> above) {
    return charge;
  }

  @Override
  protected final void drop(Charge charge, Lease lease) {
    // It comes back with time.
  }

  @Override
  protected final void takeOver(MemoryBucket retiredBucket, Charge charge, Lease lease) {
    // Spent, not held.
  }

  @Override
  protected final void restore(
      Charge charge, List<SavedHolding> holdings, Lease lease, long nowNanos) {
    // Spent, not held: its level says it.
  }

  @Override
  protected final void takeUnseen(Charge charge) {
    // Spent, not held.
  }

  /**
   * Returns what was spent, and when, as numbers that {@link #load} understands.
   *
   * @param taken all that changed since it was last saved is that so much was taken now; else
   *     {@link SpentBuckets#CHANGED}
   */
  protected abstract long[] save(long taken, long nowNanos);

  /**
   * Becomes what was saved before a restart; what cannot have been a bucket of its kind leaves
   * nothing to be spent.
   */
  protected abstract void load(long[] saved, long nowNanos);

  @Override
  protected final boolean isHeld() {
    return false;
  }

  /** Returns how long until it is as new; {@link Long#MAX_VALUE} = never. */
  protected abstract long asNewInNanos(long nowNanos);
}
