package io.sluice.engine.store.memory;

import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Settlement;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Usage;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.timer.Timer;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A {@link StateStore} in this process: answers every call before it returns. */
public final class MemoryStore implements StateStore {
  /** A bucket that fills in no time is still not worth forgetting at once. */
  private static final long MIN_KEEP_BUCKET_NANOS = 10_000_000_000L;

  /** How often to look at a bucket that fills only in ages. */
  private static final long MAX_KEEP_BUCKET_NANOS = 86_400_000_000_000L;

  private final MemorySettings settings;
  private final RandomGenerator random;
  private final Map<ActiveLimit, BucketTable> tables = new HashMap<>(); // never iterated
  private final RetiredLimits retired = new RetiredLimits();
  private final LeaseTable leases;
  private final RequestLog requests;
  private final TimerWheel<Timer> wheel;
  private final WallClock wall;
  private long nextFence;

  /**
   * Creates an empty store.
   *
   * @param random makes lease ids
   * @param nowNanos where time begins
   */
  public MemoryStore(MemorySettings settings, RandomGenerator random, long nowNanos) {
    this.settings = settings;
    this.random = random;
    this.nextFence = settings.firstFence();
    this.wheel = new TimerWheel<>(nowNanos);
    this.wall = new WallClock(nowNanos);
    this.requests = new RequestLog(settings.keepEndedNanos(), settings.maxEndedLeases());
    this.leases =
        new LeaseTable(
            new LeaseHistory(
                settings.keepEndedNanos(),
                settings.maxEndedLeases(),
                claim -> requests.forget(claim.acquire())));
  }

  @Override
  public Bucket bucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    BucketTable table = table(limit);
    MemoryBucket bucket = table.find(key);
    if (bucket == null) {
      bucket = table.add(key, nowNanos);
      if (bucket instanceof SpendingBucket spent && !bucket.key().values().isEmpty()) {
        scheduleForgetting(spent, nowNanos);
      }
    }
    return bucket;
  }

  @Override
  public Bucket peekBucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    return table(limit).peek(key, nowNanos);
  }

  @Override
  public void retain(Bucket bucket) {
    ((MemoryBucket) bucket).retain();
  }

  @Override
  public void unretain(Bucket bucket, long nowNanos) {
    ((MemoryBucket) bucket).unretain();
    forgetIfEmpty((MemoryBucket) bucket, nowNanos);
  }

  @Override
  public void decide(Claim claim, Mode mode, long nowNanos, Consumer<Verdict> answer) {
    answer.accept(decide(claim, mode, nowNanos));
  }

  private Verdict decide(Claim claim, Mode mode, long nowNanos) {
    Verdict verdict = requests.replay(claim, leases, nowNanos);
    if (verdict == null) {
      verdict = check(claim, nowNanos);
    }
    if (verdict == null && mode == Mode.COMMIT) {
      return take(claim, nowNanos);
    }
    // Nothing was taken, so a bucket that came to exist for this question may go again.
    List<Charge> charges = claim.charges();
    for (int i = 0; i < charges.size(); i++) {
      forgetIfEmpty((MemoryBucket) charges.get(i).bucket(), nowNanos);
    }
    return verdict != null
        ? verdict
        : new Verdict.Admitted(
            claim, null, false, MemoryBucket.states(charges, nowNanos), nowNanos);
  }

  /** Returns what stands in the way of a claim; null if nothing does. */
  private @Nullable Verdict check(Claim claim, long nowNanos) {
    List<Charge> charges = claim.charges();
    List<Verdict.Obstacle> obstacles = null;
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      MemoryBucket bucket = (MemoryBucket) charge.bucket();
      if (bucket.limit().limit().isEnforced() && !fits(bucket, charge, claim, nowNanos)) {
        obstacles = obstacles == null ? new ArrayList<>() : obstacles;
        obstacles.add(new Verdict.Obstacle(bucket, bucket.blocker(charge, nowNanos)));
      }
    }
    if (obstacles != null) {
      return new Verdict.Refused(obstacles);
    }
    boolean full = claim.terms() != null && leases.liveSize() >= settings.maxLeases();
    return full ? new Verdict.Full() : null;
  }

  private static boolean fits(MemoryBucket bucket, Charge charge, Claim claim, long nowNanos) {
    List<Charge> ahead = claim.ahead();
    for (int i = 0; i < ahead.size(); i++) {
      if (ahead.get(i).bucket() == bucket) {
        long ends = nowNanos + claim.acquire().expectedHoldNanos();
        boolean known = claim.acquire().expectedHoldNanos() > 0;
        return bucket.fits(charge, nowNanos)
            && bucket.delaysNot(charge, ahead.get(i), known ? ends : Long.MAX_VALUE, nowNanos);
      }
    }
    return bucket.fits(charge, nowNanos);
  }

  /** Returns what is charged of a claim: all of it but what shadow limits would refuse. */
  private static Claim charged(Claim claim, long nowNanos) {
    List<Charge> charges = claim.charges();
    List<Charge> kept = charges;
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      Limit limit = charge.bucket().limit().limit();
      if (!limit.isEnforced()
          && (charge.permits() > limit.largestAsk()
              || !((MemoryBucket) charge.bucket()).fits(charge, nowNanos))) {
        kept = kept == charges ? new ArrayList<>(charges) : kept;
        kept.remove(charge);
      }
    }
    return kept == charges ? claim : claim.withCharges(kept);
  }

  private Verdict.Admitted take(Claim asked, long nowNanos) {
    Claim claim = charged(asked, nowNanos);
    List<Charge> charges = claim.charges();
    List<Allotment> allotments = asksForDevices(charges) ? new ArrayList<>(1) : List.of();
    Lease lease = null;
    if (claim.terms() != null) {
      LeaseId id = new LeaseId(random.nextLong(), random.nextLong());
      lease = new Lease(id, nextFence++, claim, allotments, nowNanos);
    }
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      ((MemoryBucket) charge.bucket()).take(charge, lease, allotments);
    }
    if (lease != null) {
      for (int i = 0; i < charges.size(); i++) {
        retain(charges.get(i).bucket()); // a refund has to reach the bucket
      }
      lease.extend(claim.acquire().ttlNanos(), nowNanos);
      leases.add(lease);
      wheel.schedule(lease, lease.expiresAtNanos(nowNanos));
    }
    requests.granted(claim.acquire(), lease, nowNanos);
    return new Verdict.Admitted(
        claim, lease, false, MemoryBucket.states(asked.charges(), nowNanos), nowNanos);
  }

  private static boolean asksForDevices(List<Charge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      if (!charges.get(i).asks().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean undo(Verdict.Admitted admitted, long nowNanos) {
    Lease lease = admitted.lease();
    if (requests.wasReplayed(admitted.claim().acquire()) || (lease != null && !lease.isLive())) {
      return false;
    }
    if (lease != null) {
      lease.end(LeaseState.RELEASED, "", nowNanos);
      leases.remove(lease);
      letGo(lease, true, nowNanos);
    } else {
      refund(admitted.claim(), admitted.atNanos(), nowNanos);
    }
    requests.forget(admitted.claim().acquire());
    return true;
  }

  @Override
  public void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer) {
    Lease lease = leases.find(id);
    if (lease == null) {
      answer.accept(Renewal.UNKNOWN);
      return;
    }
    long ttl = lease.isLive() ? lease.extend(ttlNanos, nowNanos) : 0;
    if (ttl == 0) {
      answer.accept(Renewal.LOST);
      return;
    }
    wheel.schedule(lease, lease.expiresAtNanos(nowNanos));
    answer.accept(new Renewal(RenewStatus.RENEWED, ttl, lease.fencingToken()));
  }

  @Override
  public void release(Release release, long nowNanos, Consumer<Released> answer) {
    Lease lease = leases.find(release.leaseId());
    if (lease == null) {
      answer.accept(Released.UNKNOWN);
    } else if (lease.isLive()) {
      leases.tellOutcome(lease, release.outcome());
      end(lease, LeaseState.RELEASED, release.message(), nowNanos);
      List<Settlement> settled =
          Settling.inTime(lease.claim(), release, lease.grantedAtNanos(), nowNanos);
      letGo(lease, release.outcome() == Outcome.UNUSED, nowNanos);
      answer.accept(new Released(ReleaseStatus.RELEASED, lease, true, settled));
    } else {
      boolean first = leases.tellOutcome(lease, release.outcome());
      boolean released = lease.state() == LeaseState.RELEASED;
      List<Settlement> settled =
          first && !released
              ? Settling.late(lease.claim(), release, nowNanos, this::present)
              : List.of();
      answer.accept(
          new Released(
              released ? ReleaseStatus.ALREADY_RELEASED : ReleaseStatus.EXPIRED,
              lease,
              first,
              settled));
    }
  }

  /** Returns the bucket that stands in the place of one that may have been forgotten since. */
  private MemoryBucket present(Bucket bucket, long nowNanos) {
    if (bucket.limit().isRetired()) {
      return (MemoryBucket) bucket;
    }
    MemoryBucket present = table(bucket.limit()).present((MemoryBucket) bucket);
    return present != null
        ? present
        : (MemoryBucket) bucket(bucket.limit(), bucket.key(), nowNanos);
  }

  @Override
  public void revoke(LeaseId id, String message, long nowNanos, Consumer<Released> answer) {
    Lease lease = leases.find(id);
    if (lease == null) {
      answer.accept(Released.UNKNOWN);
    } else if (lease.isLive()) {
      end(lease, LeaseState.REVOKED, message, nowNanos);
      letGo(lease, false, nowNanos);
      answer.accept(new Released(ReleaseStatus.RELEASED, lease, false));
    } else {
      answer.accept(new Released(ReleaseStatus.ALREADY_RELEASED, lease, false));
    }
  }

  @Override
  public void expire(long nowNanos, Consumer<Lease> expired) {
    wheel.advance(
        nowNanos,
        due -> {
          if (due instanceof Lease lease) {
            end(lease, LeaseState.EXPIRED, "", nowNanos);
            letGo(lease, false, nowNanos);
            expired.accept(lease);
          } else if (due instanceof SpendingBucket bucket
              && !table(bucket.limit()).forget(bucket, nowNanos)) {
            scheduleForgetting(bucket, nowNanos);
          }
        });
    leases.trim(nowNanos);
    requests.trim(nowNanos);
  }

  @Override
  public long nextExpiryNanos() {
    return wheel.nextEventNanos();
  }

  @Override
  public boolean wallClock(long epochMillis, long nowNanos) {
    return wall.tell(epochMillis, nowNanos);
  }

  @Override
  public void limitChanged(ActiveLimit limit, Limit before, long nowNanos) {
    table(limit).all().forEach(bucket -> bucket.limitChanged(before, nowNanos));
  }

  @Override
  public void limitRetired(ActiveLimit limit, long nowNanos) {
    BucketTable table = table(limit);
    retired.add(limit);
    for (MemoryBucket bucket : table.all()) {
      wheel.cancel(bucket);
      forgetIfUnheld(bucket);
    }
    if (table.size() == 0) {
      tables.remove(limit);
      retired.remove(limit);
    }
  }

  @Override
  public void limitAdded(ActiveLimit limit, boolean successor, long nowNanos) {
    if (successor) {
      table(limit).beginExhausted(nowNanos);
    }
    ActiveLimit predecessor = retired.predecessor(limit);
    if (predecessor != null) {
      RetiredLimits.move(
          predecessor, limit, leases.live(), key -> (MemoryBucket) bucket(limit, key, nowNanos));
      retired.remove(predecessor);
      tables.remove(predecessor);
    }
  }

  @Override
  public void limitReset(ActiveLimit limit, long nowNanos) {
    table(limit).reset(nowNanos);
  }

  @Override
  public @Nullable Lease lease(LeaseId id) {
    return leases.find(id);
  }

  @Override
  public Collection<Lease> leases() {
    return leases.live();
  }

  @Override
  public int leaseCount() {
    return leases.liveSize();
  }

  @Override
  public LimitState state(Bucket bucket, long nowNanos) {
    return ((MemoryBucket) bucket).state(nowNanos);
  }

  @Override
  public Usage usage(ActiveLimit limit, long nowNanos) {
    long used = 0;
    long available = 0;
    BucketTable table = table(limit);
    for (MemoryBucket bucket : table.all()) {
      available += bucket.remaining(nowNanos);
      used += bucket.used(nowNanos);
    }
    boolean untouched = limit.limit().key().isEmpty() && table.size() == 0;
    return untouched
        ? new Usage(1, 0, limit.limit().policy().capacity())
        : new Usage(table.size(), used, available);
  }

  @Override
  public List<DeviceUsage> devices(ActiveLimit limit) {
    if (!(limit.limit().policy() instanceof Policy.Devices)) {
      return List.of();
    }
    MemoryBucket bucket = (MemoryBucket) peekBucket(limit, BucketKey.NONE, 0);
    return ((DeviceBucket) bucket).devices();
  }

  @Override
  public void inventory(
      ActiveLimit limit, List<DeviceReading> readings, long nowNanos, Consumer<Lease> revoked) {
    pool(limit, nowNanos)
        .update(
            readings,
            nowNanos,
            (lease, lost) -> {
              String message = "device " + lost.uuid() + " of limit " + limit.name() + " is lost";
              end(lease, LeaseState.REVOKED, message, nowNanos);
              letGo(lease, false, nowNanos);
              revoked.accept(lease);
            });
  }

  @Override
  public boolean cordon(ActiveLimit limit, String uuid, boolean cordoned, long nowNanos) {
    return pool(limit, nowNanos).cordon(uuid, cordoned);
  }

  private DeviceBucket pool(ActiveLimit limit, long nowNanos) {
    return (DeviceBucket) bucket(limit, BucketKey.NONE, nowNanos);
  }

  /** Returns how many request ids are remembered; for tests of memory. */
  int rememberedRequests() {
    return requests.size();
  }

  private void end(Lease lease, LeaseState state, String message, long nowNanos) {
    lease.end(state, message, nowNanos);
    leases.ended(lease, nowNanos);
  }

  private void letGo(Lease lease, boolean unused, long nowNanos) {
    wheel.cancel(lease);
    for (Charge charge : lease.claim().charges()) {
      ((MemoryBucket) charge.bucket()).drop(charge, lease);
    }
    if (unused) {
      refund(lease.claim(), lease.grantedAtNanos(), nowNanos);
    }
    for (Charge charge : lease.claim().charges()) {
      unretain(charge.bucket(), nowNanos);
    }
  }

  private static void refund(Claim claim, long takenAtNanos, long nowNanos) {
    for (Charge charge : claim.charges()) {
      ((MemoryBucket) charge.bucket()).refund(charge.permits(), takenAtNanos, nowNanos);
    }
  }

  private void forgetIfEmpty(MemoryBucket bucket, long nowNanos) {
    ActiveLimit limit = bucket.limit();
    if (limit.isRetired()) {
      forgetIfUnheld(bucket);
    } else if (bucket instanceof CountBucket && !bucket.key().values().isEmpty()) {
      table(limit).forget(bucket, nowNanos);
    }
  }

  private void forgetIfUnheld(MemoryBucket bucket) {
    ActiveLimit limit = bucket.limit();
    BucketTable table = tables.get(limit);
    if (table != null && table.dropIfUnheld(bucket)) {
      tables.remove(limit);
      retired.remove(limit);
    }
  }

  private void scheduleForgetting(SpendingBucket bucket, long nowNanos) {
    long full = bucket.asNewInNanos(nowNanos);
    long keep = Math.max(MIN_KEEP_BUCKET_NANOS, Math.min(MAX_KEEP_BUCKET_NANOS, full));
    wheel.schedule(bucket, nowNanos + keep);
  }

  private BucketTable table(ActiveLimit limit) {
    BucketTable table = tables.get(limit);
    if (table == null) {
      table = new BucketTable(limit, wall);
      tables.put(limit, table);
    }
    return table;
  }
}
