package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A bucket of a concurrency limit or of plain device slots: the permits of its live leases. */
final class CountBucket extends MemoryBucket {
  /** The sum over live leases: changed only here, by a lease that comes to hold or ceases to. */
  private long used;

  CountBucket(ActiveLimit limit, BucketKey key) {
    super(limit, key);
  }

  @Override
  boolean fits(Charge charge, long nowNanos) {
    return charge.permits() <= remaining(nowNanos);
  }

  @Override
  Blocker blocker(Charge charge, long nowNanos) {
    return new Blocker(
        limit().name(),
        charge.resource(),
        limit().limit().policy().kind() == LimitKind.CONCURRENCY
            ? DenialReason.CONCURRENCY
            : DenialReason.DEVICES,
        recentHoldNanos(),
        charge.permits(),
        remaining(nowNanos),
        "");
  }

  @Override
  void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    Objects.requireNonNull(lease);
    used += charge.permits();
    limit().counters().used(used);
  }

  @Override
  void drop(Charge charge, Lease lease) {
    used -= charge.permits();
  }

  @Override
  void refund(Charge charge, long nowNanos) {
    // Held, not spent: dropping the lease gave it back.
  }

  @Override
  long remaining(long nowNanos) {
    return capacity() - used;
  }

  @Override
  boolean isAsNew(long nowNanos) {
    return used == 0;
  }

  @Override
  void policyChanged(Policy old, long nowNanos) {
    // The capacity is read from the policy each time.
  }
}
