package io.sluice.engine.store.memory;

import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket with its usage. What is taken with a lease is given back with the same lease. */
public abstract class MemoryBucket extends Bucket {
  /** A hold time to reckon with before any lease of the limit has ended. */
  private static final long UNKNOWN_HOLD_NANOS = 1_000_000_000L;

  /** Asks and leases that may still use this handle. */
  private int users;

  /** For buckets of any kind. */
  protected MemoryBucket(ActiveLimit limit, BucketKey key) {
    super(limit, key);
  }

  /** Returns whether a charge fits now; one that can never fit does not. */
  protected abstract boolean fits(Charge charge, long nowNanos);

  /**
   * Returns whether a charge that fits cannot delay one that goes first and does not fit.
   *
   * @param endsNanos when it will be given back; {@link Long#MAX_VALUE} = nobody knows
   */
  protected abstract boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos);

  /**
   * Finds what of a charge rides on leases.
   *
   * @param above the leases, the outermost first
   */
  protected abstract Charge ride(Charge charge, List<Lease> above);

  /** Says why a charge does not fit. */
  protected abstract Blocker blocker(Charge charge, long nowNanos);

  /** Takes a charge that fits; devices are added to {@code allotments}. */
  protected abstract void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments);

  /**
   * Ends what a lease holds. Tokens of a rate were spent, not held; {@link #refund} is for them.
   */
  protected abstract void drop(Charge charge, Lease lease);

  /**
   * Gives back what was taken and not used, where that was spent.
   *
   * @param takenAtNanos when it was taken
   */
  protected abstract void refund(long permits, long takenAtNanos, long nowNanos);

  /**
   * Takes what was used beyond an estimate, where that is spent.
   *
   * @return what the debt had no room for
   */
  protected abstract long debit(long permits, long nowNanos);

  /** Returns what is left; negative after the limit was lowered below what is held. */
  protected abstract long remaining(long nowNanos);

  /** Returns what is taken. */
  protected long used(long nowNanos) {
    return capacity() - remaining(nowNanos);
  }

  /** Returns whether a new bucket in its place would be the same. */
  protected abstract boolean isAsNew(long nowNanos);

  /** Takes over what a lease holds in a bucket of a retired limit. */
  protected abstract void takeOver(MemoryBucket retiredBucket, Charge charge, Lease lease);

  /** Returns whether a lease holds anything in it. */
  protected abstract boolean isHeld();

  /** Carries over to the limit's present definition. */
  protected abstract void limitChanged(Limit before, long nowNanos);

  /** Makes what can be spent full. */
  protected abstract void reset(long nowNanos);

  /** Makes what can be spent empty. */
  protected abstract void exhaust();

  /**
   * Returns what a lease holds in it and a charge does not say; most buckets know nothing more.
   *
   * @see #restore
   */
  List<SavedHolding> holdings(Lease lease) {
    return List.of();
  }

  /** Takes again what a lease held before a restart. */
  protected abstract void restore(
      Charge charge, List<SavedHolding> holdings, Lease lease, long nowNanos);

  /** Takes again what a lease held before a restart that is dormant, and holds nothing special. */
  protected abstract void takeUnseen(Charge charge);

  final LimitState state(long nowNanos) {
    return new LimitState(limit().name(), remaining(nowNanos), capacity());
  }

  /** Returns what the bucket of each charge has left. */
  static List<LimitState> states(List<Charge> charges, long nowNanos) {
    if (charges.size() == 1) {
      return List.of(((MemoryBucket) charges.get(0).bucket()).state(nowNanos));
    }
    List<LimitState> states = new ArrayList<>(charges.size());
    for (int i = 0; i < charges.size(); i++) {
      states.add(((MemoryBucket) charges.get(i).bucket()).state(nowNanos));
    }
    return states;
  }

  /** Returns the whole of it. */
  protected final long capacity() {
    return policy().capacity();
  }

  /** Gives out by what was learned; null = by its limit's policy. */
  public final void adapt(@Nullable Policy learned, long nowNanos) {
    learn(learned);
    limitChanged(limit().limit(), nowNanos);
  }

  /** Spends what is left and could be spent. */
  public final void spend(long nowNanos) {
    long unused = debit(Math.max(0, remaining(nowNanos)), nowNanos);
  }

  /** Returns how long leases were held lately: the best guess of when a place comes free. */
  protected final long recentHoldNanos() {
    return limit().counters().recentHoldNanos(UNKNOWN_HOLD_NANOS);
  }

  final void retain() {
    users++;
  }

  final void unretain() {
    users--;
  }

  /** Returns whether it may be dropped from the table without anybody noticing. */
  final boolean isForgettable(long nowNanos) {
    return users == 0 && isAsNew(nowNanos);
  }
}
