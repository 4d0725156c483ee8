package io.sluice.engine.admission;

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
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseEnd;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Usage;
import io.sluice.engine.store.Verdict;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store one round trip away: it does at once what it is told, and each answer with a decision or
 * a release is under way until {@link #arrive} lets it arrive.
 */
public final class LateStore implements StateStore {
  private final StateStore store;
  private final Deque<Runnable> underWay = new ArrayDeque<>();

  /** Puts a store one round trip away. */
  public LateStore(StateStore store) {
    this.store = store;
  }

  /** Lets the oldest answer arrive. */
  public void arrive() {
    underWay.remove().run();
  }

  /** Lets answers arrive until none is under way, also to questions asked meanwhile. */
  public void arriveAll() {
    while (!underWay.isEmpty()) {
      arrive();
    }
  }

  /** Returns how many answers are under way. */
  public int underWay() {
    return underWay.size();
  }

  /** Returns the store itself, as it is already. */
  public StateStore there() {
    return store;
  }

  private <T> Consumer<T> late(Consumer<T> answer) {
    return value -> underWay.add(() -> answer.accept(value));
  }

  @Override
  public void decide(Claim claim, Mode mode, long nowNanos, Consumer<Verdict> answer) {
    store.decide(claim, mode, nowNanos, late(answer));
  }

  @Override
  public void release(Release release, long nowNanos, Consumer<Released> answer) {
    store.release(release, nowNanos, late(answer));
  }

  @Override
  public void suspend(LeaseId id, long nowNanos, Consumer<Suspended> answer) {
    store.suspend(id, nowNanos, late(answer));
  }

  @Override
  public void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer) {
    store.renew(id, ttlNanos, nowNanos, late(answer));
  }

  @Override
  public void revoke(
      LeaseId id, String message, long graceNanos, long nowNanos, Consumer<Released> answer) {
    store.revoke(id, message, graceNanos, nowNanos, late(answer));
  }

  @Override
  public Bucket bucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    return store.bucket(limit, key, nowNanos);
  }

  @Override
  public Bucket peekBucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    return store.peekBucket(limit, key, nowNanos);
  }

  @Override
  public void retain(Bucket bucket) {
    store.retain(bucket);
  }

  @Override
  public void unretain(Bucket bucket, long nowNanos) {
    store.unretain(bucket, nowNanos);
  }

  @Override
  public void listen(Consumer<Bucket> mayHaveMore) {
    store.listen(mayHaveMore);
  }

  @Override
  public void watch(Bucket bucket) {
    store.watch(bucket);
  }

  @Override
  public void unwatch(Bucket bucket) {
    store.unwatch(bucket);
  }

  @Override
  public Charge ride(Charge charge, LeaseId parent) {
    return store.ride(charge, parent);
  }

  @Override
  public boolean undo(Verdict.Admitted admitted, long nowNanos, Consumer<LeaseEnd> ended) {
    return store.undo(admitted, nowNanos, ended);
  }

  @Override
  public void disconnected(String clientId, long nowNanos) {
    store.disconnected(clientId, nowNanos);
  }

  @Override
  public void connected(String clientId, long nowNanos) {
    store.connected(clientId, nowNanos);
  }

  @Override
  public void expire(long nowNanos, Consumer<LeaseEnd> ended) {
    store.expire(nowNanos, ended);
  }

  @Override
  public long nextExpiryNanos() {
    return store.nextExpiryNanos();
  }

  @Override
  public boolean wallClock(long epochMillis, long nowNanos) {
    return store.wallClock(epochMillis, nowNanos);
  }

  @Override
  public void limitChanged(ActiveLimit limit, Limit before, long nowNanos) {
    store.limitChanged(limit, before, nowNanos);
  }

  @Override
  public void limitRetired(ActiveLimit limit, long nowNanos) {
    store.limitRetired(limit, nowNanos);
  }

  @Override
  public void limitAdded(ActiveLimit limit, boolean successor, long nowNanos) {
    store.limitAdded(limit, successor, nowNanos);
  }

  @Override
  public void adapt(Bucket bucket, @Nullable Policy learned, boolean spent, long nowNanos) {
    store.adapt(bucket, learned, spent, nowNanos);
  }

  @Override
  public void limitReset(ActiveLimit limit, long nowNanos) {
    store.limitReset(limit, nowNanos);
  }

  @Override
  public @Nullable Lease lease(LeaseId id) {
    return store.lease(id);
  }

  @Override
  public Collection<Lease> leases() {
    return store.leases();
  }

  @Override
  public int leaseCount() {
    return store.leaseCount();
  }

  @Override
  public LimitState state(Bucket bucket, long nowNanos) {
    return store.state(bucket, nowNanos);
  }

  @Override
  public Usage usage(ActiveLimit limit, long nowNanos) {
    return store.usage(limit, nowNanos);
  }

  @Override
  public void inventory(
      ActiveLimit limit, List<DeviceReading> readings, long nowNanos, Consumer<LeaseEnd> revoked) {
    store.inventory(limit, readings, nowNanos, revoked);
  }

  @Override
  public boolean cordon(ActiveLimit limit, String uuid, boolean cordoned, long nowNanos) {
    return store.cordon(limit, uuid, cordoned, nowNanos);
  }

  @Override
  public List<DeviceUsage> devices(ActiveLimit limit) {
    return store.devices(limit);
  }
}
