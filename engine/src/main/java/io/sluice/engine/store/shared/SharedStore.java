package io.sluice.engine.store.shared;

import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseEnd;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Usage;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.store.memory.BucketMaker;
import io.sluice.engine.store.memory.MemoryBucket;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StateStore} of which several processes share the limits. Leases live in this process;
 * what is left of each bucket is counted in a {@link Ledger}, but for pools of devices, which are
 * of one machine and stay in this process too.
 *
 * <p>A lease is reckoned from when its posting was made, so that the ledger never gives a seat away
 * before the lease is over here. What ends here is free for this process at once and for others as
 * soon as the ledger has heard of it.
 */
public final class SharedStore implements StateStore {
  private final Reach reach;
  private final Outbox outbox;
  private final MemoryStore local;
  private final Watch watch;
  private final Resumption resumption;
  private final Slices slices;
  private final Decisions decisions;
  private final Renewals renewals;
  private final Settlements settlements;
  private final Assertion assertion;

  /** What ended in a step of the ledger's, to be told in the next {@link #expire}. */
  private final List<LeaseEnd> ended = new ArrayList<>();

  private long clockNanos;

  /**
   * Creates a store without leases.
   *
   * @param random makes lease ids, and spreads what would else happen at once everywhere
   * @param nowNanos where time begins
   */
  public SharedStore(
      MemorySettings settings, Ledger ledger, RandomGenerator random, long nowNanos) {
    this.clockNanos = nowNanos;
    LongSupplier clock = () -> clockNanos;
    this.reach = new Reach(random);
    this.outbox = new Outbox(ledger, reach, this::lease);
    this.local = new MemoryStore(settings, random, nowNanos, this::make);
    this.watch = new Watch(ledger, outbox, random, nowNanos);
    this.resumption = new Resumption(random);
    this.slices = new Slices(outbox, reach, clock);
    this.decisions =
        new Decisions(
            local, reach, outbox, watch, resumption, slices, settings.keepEndedNanos(), clock);
    this.renewals = new Renewals(local, reach, outbox, clock, ended::add);
    this.settlements = new Settlements(reach, outbox, clock);
    this.assertion = new Assertion(ledger, local, outbox, clock);
    ledger.listen(
        new Ledger.Listener() {
          @Override
          public void changed(String account) {
            watch.changed(account);
          }

          @Override
          public void health(Ledger.Health health) {
            healthChanged(health);
          }
        });
  }

  private void healthChanged(Ledger.Health now) {
    boolean interrupted = reach.isAway() || reach.isLearning();
    long generation = reach.generation();
    reach.health(now, clockNanos);
    if (interrupted && !reach.isAway() && !reach.isLearning()) {
      resumption.begin(clockNanos);
    }
    if (now.generation() != generation) {
      slices.drop();
      assertion.begin(now.generation());
    } else {
      assertion.proceed();
      outbox.flushAll(clockNanos);
    }
  }

  /**
   * Refuses a limit that cannot be shared exactly.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException naming the field
   */
  public static void requireCountable(Limit limit) {
    if (limit.effective().policy() instanceof Policy.Rate rate) {
      var unused = rate.scale().inMicros(Accounts.MAX_UNITS);
    }
  }

  /** Returns how it stands to what it shares. */
  public SharedStatistics statistics() {
    return new SharedStatistics(
        !reach.isAway(),
        reach.isLearning(),
        reach.isAway(),
        reach.processes(),
        decisions.fallbackGrants(),
        slices.outstanding(),
        outbox.size());
  }

  /** Gives back what was taken ahead, and gives this process's turns up. Leases live on. */
  public void close(long nowNanos) {
    clock(nowNanos);
    slices.close();
    watch.close();
    outbox.flushAll(nowNanos);
  }

  @Override
  public void check(Limit limit) {
    requireCountable(limit);
  }

  private MemoryBucket make(ActiveLimit limit, BucketKey key, WallClock wall, long nowNanos) {
    Policy policy = limit.limit().policy();
    if (policy instanceof Policy.Devices) {
      return BucketMaker.IN_MEMORY.make(limit, key, wall, nowNanos);
    }
    return policy.terms() == null
        ? new SharedSpending(limit, key, outbox, reach, wall, nowNanos)
        : new SharedSeats(limit, key, outbox, reach);
  }

  @Override
  public Bucket bucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    return local.bucket(limit, key, nowNanos);
  }

  @Override
  public Bucket peekBucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    return local.peekBucket(limit, key, nowNanos);
  }

  @Override
  public void retain(Bucket bucket) {
    local.retain(bucket);
  }

  @Override
  public void unretain(Bucket bucket, long nowNanos) {
    local.unretain(bucket, nowNanos);
  }

  @Override
  public Charge ride(Charge charge, LeaseId parent) {
    return local.ride(charge, parent);
  }

  @Override
  public void decide(Claim claim, Mode mode, long nowNanos, Consumer<Verdict> answer) {
    clock(nowNanos);
    decisions.decide(claim, mode, answer);
  }

  @Override
  public boolean undo(Verdict.Admitted admitted, long nowNanos, Consumer<LeaseEnd> told) {
    clock(nowNanos);
    boolean undone = local.undo(admitted, nowNanos, told);
    Lease lease = admitted.lease();
    if (undone && lease != null) {
      decisions.forget(admitted.claim(), lease.id());
    }
    outbox.flush(nowNanos);
    return undone;
  }

  @Override
  public void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer) {
    clock(nowNanos);
    renewals.renew(id, ttlNanos, answer);
  }

  @Override
  public void release(Release release, long nowNanos, Consumer<Released> answer) {
    clock(nowNanos);
    Released[] released = new Released[1];
    local.release(release, nowNanos, told -> released[0] = told);
    settlements.settle(released[0], answer);
  }

  @Override
  public void suspend(LeaseId id, long nowNanos, Consumer<Suspended> answer) {
    clock(nowNanos);
    Suspended[] suspended = new Suspended[1];
    local.suspend(id, nowNanos, told -> suspended[0] = told);
    outbox.flush(nowNanos);
    answer.accept(suspended[0]);
  }

  @Override
  public void revoke(
      LeaseId id, String message, long graceNanos, long nowNanos, Consumer<Released> answer) {
    clock(nowNanos);
    Released[] released = new Released[1];
    local.revoke(id, message, graceNanos, nowNanos, told -> released[0] = told);
    outbox.flush(nowNanos);
    answer.accept(released[0]);
  }

  @Override
  public void disconnected(String clientId, long nowNanos) {
    clock(nowNanos);
    local.disconnected(clientId, nowNanos);
  }

  @Override
  public void connected(String clientId, long nowNanos) {
    clock(nowNanos);
    local.connected(clientId, nowNanos);
  }

  @Override
  public void expire(long nowNanos, Consumer<LeaseEnd> told) {
    clock(nowNanos);
    List<LeaseEnd> before = List.copyOf(ended);
    ended.clear();
    before.forEach(told);
    local.expire(nowNanos, told);
    if (nowNanos >= assertion.nextNanos()) {
      assertion.proceed();
    }
    slices.advance(nowNanos);
    outbox.flush(nowNanos);
    if (resumption.advance(nowNanos)) {
      watch.changedAll();
    }
    watch.poll(nowNanos);
  }

  @Override
  public long nextExpiryNanos() {
    if (!ended.isEmpty()) {
      return clockNanos;
    }
    long upkeep =
        Math.min(Math.min(assertion.nextNanos(), outbox.nextNanos()), resumption.nextNanos());
    long usual = Math.min(local.nextExpiryNanos(), slices.nextNanos());
    return Math.min(Math.min(usual, watch.nextNanos()), upkeep);
  }

  @Override
  public void listen(Consumer<Bucket> mayHaveMore) {
    watch.listen(mayHaveMore);
  }

  @Override
  public void watch(Bucket bucket) {
    watch.watch(bucket, clockNanos);
  }

  @Override
  public void unwatch(Bucket bucket) {
    watch.unwatch(bucket);
    outbox.flush(clockNanos);
  }

  @Override
  public boolean wallClock(long epochMillis, long nowNanos) {
    clock(nowNanos);
    return local.wallClock(epochMillis, nowNanos);
  }

  @Override
  public void limitChanged(ActiveLimit limit, Limit before, long nowNanos) {
    clock(nowNanos);
    local.limitChanged(limit, before, nowNanos);
  }

  @Override
  public void limitRetired(ActiveLimit limit, long nowNanos) {
    clock(nowNanos);
    local.limitRetired(limit, nowNanos);
  }

  @Override
  public void limitAdded(ActiveLimit limit, boolean successor, long nowNanos) {
    clock(nowNanos);
    local.limitAdded(limit, successor, nowNanos);
    outbox.flush(nowNanos);
  }

  @Override
  public void adapt(Bucket bucket, @Nullable Policy learned, boolean spent, long nowNanos) {
    clock(nowNanos);
    local.adapt(bucket, learned, spent, nowNanos);
    outbox.flush(nowNanos);
  }

  @Override
  public void limitReset(ActiveLimit limit, long nowNanos) {
    clock(nowNanos);
    local.limitReset(limit, nowNanos);
    outbox.flush(nowNanos);
  }

  @Override
  public void inventory(
      ActiveLimit limit, List<DeviceReading> readings, long nowNanos, Consumer<LeaseEnd> told) {
    clock(nowNanos);
    local.inventory(limit, readings, nowNanos, told);
    outbox.flush(nowNanos);
  }

  @Override
  public boolean cordon(ActiveLimit limit, String uuid, boolean cordoned, long nowNanos) {
    return local.cordon(limit, uuid, cordoned, nowNanos);
  }

  @Override
  public @Nullable Lease lease(LeaseId id) {
    return local.lease(id);
  }

  @Override
  public Collection<Lease> leases() {
    return local.leases();
  }

  @Override
  public int leaseCount() {
    return local.leaseCount();
  }

  @Override
  public LimitState state(Bucket bucket, long nowNanos) {
    return local.state(bucket, nowNanos);
  }

  @Override
  public Usage usage(ActiveLimit limit, long nowNanos) {
    return local.usage(limit, nowNanos);
  }

  @Override
  public List<DeviceUsage> devices(ActiveLimit limit) {
    return local.devices(limit);
  }

  private void clock(long nowNanos) {
    clockNanos = Math.max(clockNanos, nowNanos);
  }
}
