package io.sluice.engine.store.shared;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.memory.SpendingBucket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The permits of a rate or a window, which the ledger counts for all processes. */
final class SharedSpending extends SpendingBucket implements SharedBucket {
  private final String name;
  private final Outbox outbox;
  private final Reach reach;
  private final WallClock wall;

  /** What is left, as far as this process knows. */
  private Spending known;

  /** What this process gives out while the ledger is out of reach; null = nothing yet. */
  private @Nullable LocalShare share;

  /** What was taken ahead; null = nothing yet. */
  private @Nullable Slice slice;

  /** Until when a bucket that was empty when it came to exist may not have filled yet. */
  private long emptyUntilNanos = Long.MIN_VALUE;

  private final long createdNanos;

  SharedSpending(
      ActiveLimit limit, BucketKey key, Outbox outbox, Reach reach, WallClock wall, long nowNanos) {
    super(limit, key);
    this.name = Accounts.name(limit.limit(), key);
    this.outbox = outbox;
    this.reach = reach;
    this.wall = wall;
    this.createdNanos = nowNanos;
    this.known = Spending.of(policy(), 1, wall, nowNanos);
  }

  @Override
  public Account account(long nowNanos) {
    return Accounts.spending(name, policy(), wall, nowNanos);
  }

  @Override
  public long asked(Charge charge) {
    return Math.min(charge.permits(), policy().largestAsk());
  }

  @Override
  public boolean beginsEmpty(long nowNanos) {
    return nowNanos < emptyUntilNanos;
  }

  @Override
  public void told(long remaining, long taking, long nowNanos) {
    known.set(remaining + taking, nowNanos);
    countCrossings();
  }

  @Override
  public Blocker blocker(Charge charge, Posted.Reading reading, long nowNanos) {
    return new Blocker(
        charge.limitName(),
        charge.resource(),
        policy().shortage(),
        waitNanos(charge, reading),
        charge.permits(),
        reading.remaining(),
        "");
  }

  @Override
  protected boolean fits(Charge charge, long nowNanos) {
    if (!reach.isByShare() || Reach.isOpen(limit().limit())) {
      return true;
    }
    return !reach.isClosed(limit().limit()) && share(nowNanos).fits(charge.permits(), nowNanos);
  }

  @Override
  protected boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    return !reach.isByShare()
        || first.permits() + charge.permits() <= share(nowNanos).remaining(nowNanos);
  }

  @Override
  protected Blocker blocker(Charge charge, long nowNanos) {
    if (reach.isClosed(limit().limit()) || charge.permits() > share(nowNanos).capacity()) {
      return reach.unavailable(charge, remaining(nowNanos));
    }
    return new Blocker(
        charge.limitName(),
        charge.resource(),
        policy().shortage(),
        share(nowNanos).waitNanos(charge.permits(), nowNanos),
        charge.permits(),
        share(nowNanos).remaining(nowNanos),
        "");
  }

  @Override
  protected void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    if (reach.counting() == Reach.Counting.LEDGER) {
      known.take(charge.permits());
    } else if (reach.isByShare() && share != null && !Reach.isOpen(limit().limit())) {
      share.take(charge.permits());
    }
    countCrossings();
  }

  @Override
  protected void refund(long permits, long takenAtNanos, long nowNanos) {
    if (share != null && share.giveBack(permits, takenAtNanos, nowNanos)) {
      return;
    }
    known.giveBack(permits, takenAtNanos, nowNanos);
    outbox.giveBack(this, permits, takenAtNanos);
  }

  /** The ledger is told of it by whoever settles, who needs its answer. */
  @Override
  protected long debit(long permits, long nowNanos) {
    long overrun = known.debit(permits, nowNanos);
    countCrossings();
    return overrun;
  }

  @Override
  protected long remaining(long nowNanos) {
    return reach.isAway() && share != null ? share.remaining(nowNanos) : known.remaining(nowNanos);
  }

  @Override
  protected boolean isAsNew(long nowNanos) {
    return share == null
        && (slice == null || slice.left(nowNanos) == 0)
        && !beginsEmpty(nowNanos)
        && known.fullInNanos(nowNanos) == 0;
  }

  @Override
  protected long asNewInNanos(long nowNanos) {
    return Math.max(known.fullInNanos(nowNanos), emptyUntilNanos - nowNanos);
  }

  @Override
  protected void reset(long nowNanos) {
    endSlice(nowNanos);
    emptyUntilNanos = Long.MIN_VALUE;
    known.set(known.capacity(), nowNanos);
    outbox.fill(this);
  }

  @Override
  protected void exhaust() {
    long full = known.remaining(createdNanos);
    known.take(full);
    long fill = known.fullInNanos(createdNanos);
    emptyUntilNanos = fill > Long.MAX_VALUE - createdNanos ? Long.MAX_VALUE : createdNanos + fill;
  }

  /** Nothing: the ledger outlives this process. */
  @Override
  protected long[] save(long taken, long nowNanos) {
    return new long[0];
  }

  @Override
  protected void load(long[] saved, long nowNanos) {
    // The ledger tells what is left, with the first answer.
  }

  @Override
  protected void limitChanged(Limit before, long nowNanos) {
    endSlice(nowNanos);
    long left = known.remaining(nowNanos);
    Spending next = Spending.of(policy(), 1, wall, nowNanos);
    long most = next.capacity();
    boolean window = policy() instanceof Policy.Window;
    next.set(window ? most - (known.capacity() - left) : Math.min(most, left), nowNanos);
    known = next;
    share = share == null ? null : share.of(policy(), nowNanos);
  }

  /** Returns how much may be taken ahead; 0 = nothing, as it is asked for each time. */
  long sliceSize() {
    Limit now = limit().limit();
    return now.isEnforced() && !limit().isRetired() ? now.sharing().slice() : 0;
  }

  Slice slice() {
    if (slice == null) {
      slice = new Slice(this);
    }
    return slice;
  }

  /** Gives back what was taken ahead, and forgets what was refused. */
  private void endSlice(long nowNanos) {
    if (slice != null) {
      slice.giveBack(outbox, nowNanos);
      slice = null;
    }
  }

  /** Ends the share, and returns how much of what it gave out has not come back with time. */
  long endShare(long nowNanos) {
    long owed = share == null ? 0 : share.owed(nowNanos);
    share = null;
    var unused = known.debit(owed, nowNanos);
    return owed;
  }

  private LocalShare share(long nowNanos) {
    if (share == null) {
      share =
          new LocalShare(policy(), reach.processes(), known.remaining(nowNanos), wall, nowNanos);
      outbox.sharing(this);
    }
    return share;
  }

  private long waitNanos(Charge charge, Posted.Reading reading) {
    long beyond = Math.max(0, charge.permits() - policy().largestAsk());
    long wait = reading.waitMicros();
    if (wait == Long.MAX_VALUE && beyond == 0 && reading.remaining() >= charge.permits()) {
      return Watch.MAX_POLL_NANOS; // it would fit, were it not for somebody elsewhere
    }
    long turnover = policy().turnoverNanos(0);
    if (wait > Long.MAX_VALUE / 1_000 || (beyond > 0 && turnover > Long.MAX_VALUE / 2 / beyond)) {
      return Blocker.NEVER;
    }
    return Math.max(1, wait * 1_000 + beyond * turnover);
  }

  private void countCrossings() {
    for (int percent = known.nextCrossing(); percent > 0; percent = known.nextCrossing()) {
      limit().counters().crossings().add(percent, key().values());
    }
  }
}
