package io.sluice.engine.store.memory;

import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of a concurrency limit or of plain device slots: the permits of its live leases. Where
 * less than the limit was learned, an ask for more than that goes alone.
 */
public class CountBucket extends MemoryBucket {
  /** The sum over live leases: changed only here, by a lease that comes to hold or ceases to. */
  private long used;

  /** What leases that know it will give back, by when. */
  private final NavigableMap<Long, Long> ends = new TreeMap<>();

  /** Creates one of which nothing is held. */
  protected CountBucket(ActiveLimit limit, BucketKey key) {
    super(limit, key);
  }

  @Override
  protected boolean fits(Charge charge, long nowNanos) {
    return charge.isCovered()
        || charge.taken() <= remaining(nowNanos)
        || (used == 0 && charge.taken() <= limit().limit().policy().capacity());
  }

  @Override
  protected Charge ride(Charge charge, List<Lease> above) {
    long held = 0;
    for (Lease lease : above) {
      for (Charge own : lease.held()) {
        held += own.bucket() == this ? own.taken() : 0;
      }
    }
    return held == 0
        ? charge
        : charge.riding(Math.min(held, charge.permits()), charge.asks(), List.of());
  }

  @Override
  protected boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    if (first.taken() + charge.taken() <= remaining(nowNanos)) {
      return true;
    }
    long free = remaining(nowNanos);
    for (Map.Entry<Long, Long> end : ends.entrySet()) {
      free += end.getValue();
      if (free >= first.taken()) {
        return endsNanos <= end.getKey();
      }
    }
    return false;
  }

  @Override
  protected Blocker blocker(Charge charge, long nowNanos) {
    return new Blocker(
        limit().name(),
        charge.resource(),
        limit().limit().policy().shortage(),
        expectedWaitNanos(charge.taken() - remaining(nowNanos)),
        charge.taken(),
        remaining(nowNanos),
        "");
  }

  @Override
  protected void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    if (Objects.requireNonNull(lease).claim().acquire().expectedHoldNanos() > 0
        && charge.taken() > 0) {
      ends.merge(endOf(lease), charge.taken(), Long::sum);
    }
    takeUnseen(charge);
  }

  @Override
  protected void takeUnseen(Charge charge) {
    used += charge.taken();
    limit().counters().used(used);
  }

  @Override
  protected void drop(Charge charge, Lease lease) {
    limit().counters().used(used); // as much was used until now
    used -= charge.taken();
    if (lease.claim().acquire().expectedHoldNanos() > 0 && charge.taken() > 0) {
      ends.computeIfPresent(
          endOf(lease),
          (end, permits) -> permits == charge.taken() ? null : permits - charge.taken());
    }
  }

  @Override
  protected void refund(long permits, long takenAtNanos, long nowNanos) {
    // Held, not spent: dropping the lease gave it back.
  }

  /** Returns what leases of this process hold. */
  protected final long held() {
    return used;
  }

  private static long endOf(Lease lease) {
    return lease.heldSinceNanos() + lease.claim().acquire().expectedHoldNanos();
  }

  /** Returns how long until so many permits come free, if places turn over as they did lately. */
  private long expectedWaitNanos(long missing) {
    double turns = (double) Math.max(1, missing) / capacity();
    return Math.max(1, (long) (recentHoldNanos() * turns));
  }

  @Override
  protected long debit(long permits, long nowNanos) {
    return 0; // held, not spent
  }

  @Override
  protected long remaining(long nowNanos) {
    return capacity() - used;
  }

  @Override
  protected boolean isAsNew(long nowNanos) {
    return used == 0;
  }

  @Override
  protected void takeOver(MemoryBucket retiredBucket, Charge charge, Lease lease) {
    retiredBucket.drop(charge, lease);
    take(charge, lease, List.of());
  }

  @Override
  protected void restore(Charge charge, List<SavedHolding> holdings, Lease lease, long nowNanos) {
    take(charge, lease, List.of());
  }

  @Override
  protected boolean isHeld() {
    return used > 0;
  }

  @Override
  protected void limitChanged(Limit before, long nowNanos) {
    // The capacity is read from the policy each time.
  }

  @Override
  protected void reset(long nowNanos) {
    // Held, not spent.
  }

  @Override
  protected void exhaust() {
    // Held, not spent.
  }
}
