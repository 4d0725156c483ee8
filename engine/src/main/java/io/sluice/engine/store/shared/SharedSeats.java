package io.sluice.engine.store.shared;

import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.memory.CountBucket;
import io.sluice.engine.store.memory.MemoryBucket;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The permits of a limit that leases hold, here and in other processes. */
final class SharedSeats extends CountBucket implements SharedBucket {
  private final String name;
  private final Outbox outbox;
  private final Reach reach;

  /** What leases of other processes hold, as last told. */
  private long elsewhere;

  SharedSeats(ActiveLimit limit, BucketKey key, Outbox outbox, Reach reach) {
    super(limit, key);
    this.name = Accounts.name(limit.limit(), key);
    this.outbox = outbox;
    this.reach = reach;
  }

  Account.Seats seats() {
    return new Account.Seats(name, capacity());
  }

  @Override
  public Account account(long nowNanos) {
    return seats();
  }

  @Override
  public long asked(Charge charge) {
    return Math.min(charge.taken(), capacity());
  }

  @Override
  public boolean beginsEmpty(long nowNanos) {
    return false; // held, not spent
  }

  @Override
  public void told(long remaining, long taking, long nowNanos) {
    elsewhere = Math.max(0, capacity() - remaining - held() - taking);
  }

  @Override
  public Blocker blocker(Charge charge, Posted.Reading reading, long nowNanos) {
    return super.blocker(charge, nowNanos);
  }

  @Override
  protected boolean fits(Charge charge, long nowNanos) {
    if (!reach.isByShare() || charge.isCovered() || Reach.isOpen(limit().limit())) {
      return true;
    }
    return !reach.isClosed(limit().limit()) && charge.taken() <= shareLeft();
  }

  @Override
  protected boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    return !reach.isByShare() || first.taken() + charge.taken() <= shareLeft();
  }

  @Override
  protected Blocker blocker(Charge charge, long nowNanos) {
    boolean hopeless = reach.isClosed(limit().limit()) || charge.taken() > share();
    return hopeless
        ? reach.unavailable(charge, shareLeft())
        : new Blocker(
            charge.limitName(),
            charge.resource(),
            limit().limit().policy().shortage(),
            recentHoldNanos(),
            charge.taken(),
            shareLeft(),
            "");
  }

  @Override
  protected void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    super.take(charge, lease, allotments);
    if (reach.isByShare()) {
      untold(charge, Objects.requireNonNull(lease));
    }
  }

  @Override
  protected void drop(Charge charge, Lease lease) {
    super.drop(charge, lease);
    untold(charge, lease);
  }

  @Override
  protected void takeOver(MemoryBucket retiredBucket, Charge charge, Lease lease) {
    super.takeOver(retiredBucket, charge, lease);
    untold(charge, lease);
  }

  @Override
  protected void restore(Charge charge, List<SavedHolding> holdings, Lease lease, long nowNanos) {
    super.restore(charge, holdings, lease, nowNanos);
    untold(charge, lease);
  }

  @Override
  protected long remaining(long nowNanos) {
    return super.remaining(nowNanos) - elsewhere;
  }

  private void untold(Charge charge, Lease lease) {
    if (charge.taken() > 0) {
      outbox.holding(this, lease.id());
    }
  }

  /** Returns how much this process may hold by itself. */
  private long share() {
    return capacity() / reach.processes();
  }

  private long shareLeft() {
    return share() - held();
  }
}
