package io.sluice.engine.store.memory;

import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.SuspendStatus;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseEnd;
import io.sluice.engine.store.Settlement;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Usage;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.timer.Timer;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A {@link StateStore} in this process: answers every call before it returns. */
public final class MemoryStore implements StateStore {
  private final MemorySettings settings;
  private final RandomGenerator random;
  private final Buckets buckets;
  private final LeaseTable leases;
  private final RequestLog requests;
  private final TimerWheel<Timer> wheel;
  private final LeaseTree tree;
  private final ClientLeases clients;
  private final LeaseLife life;
  private final SpentBuckets spent = new SpentBuckets();
  private final Records records;
  private final WallClock wall;

  /**
   * Creates an empty store.
   *
   * @param random makes lease ids
   * @param nowNanos where time begins
   */
  public MemoryStore(MemorySettings settings, RandomGenerator random, long nowNanos) {
    this(settings, random, nowNanos, BucketMaker.IN_MEMORY);
  }

  /**
   * Creates an empty store of leases for one that keeps elsewhere what is left of its buckets.
   *
   * @param random makes lease ids
   * @param nowNanos where time begins
   * @param maker makes its buckets
   */
  public MemoryStore(
      MemorySettings settings, RandomGenerator random, long nowNanos, BucketMaker maker) {
    this.settings = settings;
    this.random = random;
    this.wheel = new TimerWheel<>(nowNanos);
    this.wall = new WallClock(nowNanos);
    this.requests = new RequestLog(settings.keepEndedNanos(), settings.maxEndedLeases());
    this.leases =
        new LeaseTable(
            new LeaseHistory(
                settings.keepEndedNanos(),
                settings.maxEndedLeases(),
                claim -> requests.forget(claim.acquire())));
    this.buckets = new Buckets(wheel, wall, spent, maker);
    this.tree = new LeaseTree(leases);
    this.clients = new ClientLeases(wheel);
    this.life = new LeaseLife(leases, tree, clients, buckets, wheel, settings.firstFence());
    this.records = new Records(buckets, spent, leases, life, requests);
  }

  /** Returns what of it is to be kept beyond a restart. */
  public Records records() {
    return records;
  }

  @Override
  public Bucket bucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    return buckets.bucket(limit, key, nowNanos);
  }

  @Override
  public Bucket peekBucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    return buckets.peek(limit, key, nowNanos);
  }

  @Override
  public void retain(Bucket bucket) {
    buckets.retain(bucket);
  }

  @Override
  public void unretain(Bucket bucket, long nowNanos) {
    buckets.unretain(bucket, nowNanos);
  }

  @Override
  public void listen(Consumer<Bucket> mayHaveMore) {
    // Nobody else changes what is in it.
  }

  @Override
  public void watch(Bucket bucket) {
    // Whoever waits learns of each change by the call that makes it.
  }

  @Override
  public void unwatch(Bucket bucket) {
    // Nothing was noted.
  }

  @Override
  public Charge ride(Charge charge, LeaseId parent) {
    return tree.ride(charge, parent);
  }

  @Override
  public void decide(Claim claim, Mode mode, long nowNanos, Consumer<Verdict> answer) {
    answer.accept(decide(claim, mode, nowNanos));
  }

  private Verdict decide(Claim claim, Mode mode, long nowNanos) {
    Verdict verdict = check(claim, nowNanos);
    if (verdict == null && mode == Mode.COMMIT) {
      Claim taken = charged(claim, nowNanos);
      return take(claim, taken, newLeaseId(), life.nextFence(), nowNanos);
    }
    return verdict != null ? notTaken(claim, verdict, nowNanos) : fits(claim, nowNanos);
  }

  /**
   * Returns what to answer a claim of which nothing is to be taken: it was granted before, or
   * something is in its way. Null if it fits.
   */
  public @Nullable Verdict check(Claim claim, long nowNanos) {
    LeaseId resumes = claim.resumes();
    Verdict verdict =
        resumes == null
            ? requests.replay(claim, leases, nowNanos)
            : running(claim, leases.find(resumes), nowNanos);
    return verdict != null ? verdict : obstacle(claim, nowNanos);
  }

  /** Answers a claim that was only asked about, and fits. */
  public Verdict fits(Claim claim, long nowNanos) {
    List<LimitState> states = MemoryBucket.states(claim.charges(), nowNanos);
    return notTaken(claim, new Verdict.Admitted(claim, null, false, states, nowNanos), nowNanos);
  }

  /**
   * Answers a claim of which nothing was taken, so that a bucket which came to exist for the
   * question may go again.
   */
  public Verdict notTaken(Claim claim, Verdict verdict, long nowNanos) {
    List<Charge> charges = claim.charges();
    for (int i = 0; i < charges.size(); i++) {
      buckets.forgetIfEmpty((MemoryBucket) charges.get(i).bucket(), nowNanos);
    }
    return verdict;
  }

  /** Answers a claim that was granted before. */
  public Verdict replayed(Claim claim, @Nullable Lease lease, long nowNanos) {
    List<LimitState> states = MemoryBucket.states(claim.charges(), nowNanos);
    return new Verdict.Admitted(claim, lease, true, states, nowNanos);
  }

  /** Makes the id of a lease to be. */
  public LeaseId newLeaseId() {
    return new LeaseId(random.nextLong(), random.nextLong());
  }

  /** Returns what to answer a claim to resume a lease that is not suspended; null if it is. */
  private static @Nullable Verdict running(Claim claim, @Nullable Lease lease, long nowNanos) {
    if (lease == null || lease.isEnded() || lease.isQuarantined()) {
      return new Verdict.Lost(lease);
    }
    if (lease.isSuspended()) {
      return null;
    }
    lease.resumedAgain();
    return new Verdict.Admitted(
        claim, lease, true, MemoryBucket.states(lease.claim().charges(), nowNanos), nowNanos);
  }

  /** Returns what stands in the way of a claim; null if nothing does. */
  private @Nullable Verdict obstacle(Claim claim, long nowNanos) {
    String problem = claim.resumes() == null ? tree.problem(claim.acquire()) : null;
    if (problem != null) {
      return new Verdict.BadParent(problem);
    }
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
    boolean full =
        claim.terms() != null
            && claim.resumes() == null
            && leases.liveSize() >= settings.maxLeases();
    return full ? new Verdict.Full() : null;
  }

  private static boolean fits(MemoryBucket bucket, Charge charge, Claim claim, long nowNanos) {
    List<Charge> ahead = claim.ahead();
    for (int i = 0; i < ahead.size(); i++) {
      if (ahead.get(i).bucket() == bucket && !charge.isCovered()) {
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

  /**
   * Takes a claim that fits.
   *
   * @param asked the claim as it was asked
   * @param claim the same without what shadow limits would refuse
   * @param id of the lease that it makes, if it makes one
   * @param fence the fencing token of that lease, or of the one that it resumes
   */
  public Verdict.Admitted take(Claim asked, Claim claim, LeaseId id, long fence, long nowNanos) {
    List<Charge> charges = claim.charges();
    spent.taken(charges);
    if (claim.resumes() != null) {
      Lease resumed = Objects.requireNonNull(leases.find(claim.resumes()));
      life.resume(resumed, fence, claim, nowNanos);
      return new Verdict.Admitted(
          claim, resumed, false, MemoryBucket.states(charges, nowNanos), nowNanos);
    }
    Lease lease = null;
    if (claim.terms() != null) {
      lease = life.begin(id, fence, claim, nowNanos);
    } else {
      for (Charge charge : charges) {
        ((MemoryBucket) charge.bucket()).take(charge, null, List.of());
      }
      records.granted(claim.acquire(), nowNanos);
    }
    requests.granted(claim.acquire(), lease, nowNanos);
    return new Verdict.Admitted(
        claim, lease, false, MemoryBucket.states(asked.charges(), nowNanos), nowNanos);
  }

  @Override
  public boolean undo(Verdict.Admitted admitted, long nowNanos, Consumer<LeaseEnd> ended) {
    Lease lease = admitted.lease();
    if (admitted.claim().resumes() != null) {
      return undoResuming(Objects.requireNonNull(lease), admitted.claim());
    }
    if (requests.wasReplayed(admitted.claim().acquire()) || (lease != null && !lease.isLive())) {
      return false;
    }
    refund(admitted.claim(), admitted.atNanos(), nowNanos);
    if (lease != null) {
      life.undo(lease, nowNanos, ended);
    } else {
      records.forgotten(admitted.claim().acquire());
    }
    requests.forget(admitted.claim().acquire());
    return true;
  }

  @SuppressWarnings("ReferenceEquality") // this very claim: that of a later call may be equal
  private boolean undoResuming(Lease lease, Claim claim) {
    if (lease.resumedBy() != claim || !lease.isLive() || !tree.nestedOn(lease).isEmpty()) {
      return false; // it ended, or works: another call was told, or a lease is nested on it
    }
    life.suspend(lease);
    return true;
  }

  @Override
  public void suspend(LeaseId id, long nowNanos, Consumer<Suspended> answer) {
    Lease lease = leases.find(id);
    if (lease == null) {
      answer.accept(new Suspended(SuspendStatus.UNKNOWN, null));
    } else if (lease.isSuspended()) {
      answer.accept(new Suspended(SuspendStatus.SUSPENDED, null));
    } else if (!lease.isLive()) {
      answer.accept(new Suspended(SuspendStatus.LOST, null));
    } else if (!tree.nestedOn(lease).isEmpty()) {
      answer.accept(new Suspended(SuspendStatus.NESTED, null));
    } else {
      life.suspend(lease);
      answer.accept(new Suspended(SuspendStatus.SUSPENDED, lease));
    }
  }

  @Override
  public void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer) {
    Lease lease = leases.find(id);
    if (lease == null) {
      answer.accept(Renewal.UNKNOWN);
      return;
    }
    long ttl = life.renew(lease, ttlNanos, nowNanos);
    if (ttl == 0) {
      answer.accept(Renewal.LOST);
      return;
    }
    answer.accept(new Renewal(RenewStatus.RENEWED, ttl, lease.fencingToken()));
  }

  @Override
  public void release(Release release, long nowNanos, Consumer<Released> answer) {
    Lease lease = leases.find(release.leaseId());
    if (lease == null) {
      answer.accept(Released.UNKNOWN);
    } else {
      boolean first = leases.tellOutcome(lease, release.outcome());
      boolean inTime = lease.isLive() || lease.isSuspended();
      if (first && lease.isEnded()) {
        records.outcome(lease.id(), release.outcome());
      }
      List<LeaseEnd> ended = lease.isEnded() ? List.of() : new ArrayList<>(1);
      if (inTime && release.outcome() == Outcome.UNUSED) {
        refund(lease.claim(), lease.grantedAtNanos(), nowNanos);
      }
      List<Settlement> settled =
          inTime
              ? Settling.inTime(lease.claim(), release, lease.grantedAtNanos(), nowNanos)
              : first && lease.state() != LeaseState.RELEASED
                  ? Settling.late(lease.claim(), release, nowNanos, buckets::present)
                  : List.of();
      for (Settlement settlement : settled) {
        spent.changed(buckets.present(settlement.charge().bucket(), nowNanos));
      }
      if (inTime) {
        life.end(lease, LeaseState.RELEASED, release.message(), nowNanos, ended::add);
      } else if (lease.isQuarantined()) {
        life.free(lease, nowNanos, ended::add); // now it is known that the work is over
      }
      ReleaseStatus late =
          lease.state() == LeaseState.RELEASED
              ? ReleaseStatus.ALREADY_RELEASED
              : ReleaseStatus.EXPIRED;
      ReleaseStatus status = inTime ? ReleaseStatus.RELEASED : late;
      answer.accept(new Released(status, lease, first, ended, settled));
    }
  }

  @Override
  public void revoke(
      LeaseId id, String message, long graceNanos, long nowNanos, Consumer<Released> answer) {
    Lease lease = leases.find(id);
    if (lease == null) {
      answer.accept(Released.UNKNOWN);
      return;
    }
    List<LeaseEnd> ended = new ArrayList<>(1);
    if (lease.isEnded()) {
      answer.accept(new Released(ReleaseStatus.ALREADY_RELEASED, lease, false, ended));
      return;
    }
    if (graceNanos == 0 && !lease.isQuarantined()) {
      life.end(lease, LeaseState.REVOKED, message, nowNanos, ended::add);
    } else {
      life.revokeBy(lease, nowNanos + graceNanos, message, nowNanos, ended::add);
    }
    answer.accept(new Released(ReleaseStatus.RELEASED, lease, false, ended));
  }

  /** Ends a lease of which something was given away, as if its time had passed. */
  public void lost(LeaseId id, long nowNanos, Consumer<LeaseEnd> ended) {
    Lease lease = leases.find(id);
    if (lease != null && (lease.isLive() || lease.isSuspended())) {
      life.end(lease, LeaseState.EXPIRED, "", nowNanos, ended);
    }
  }

  @Override
  public void disconnected(String clientId, long nowNanos) {
    clients.disconnected(clientId, nowNanos);
  }

  @Override
  public void connected(String clientId, long nowNanos) {
    clients.connected(clientId);
  }

  @Override
  public void expire(long nowNanos, Consumer<LeaseEnd> ended) {
    leases.wakeDue(nowNanos);
    wheel.advance(
        nowNanos,
        due -> {
          if (due instanceof Lease lease) {
            life.due(lease, nowNanos, ended);
          } else if (due instanceof SpendingBucket bucket) {
            buckets.due(bucket, nowNanos);
          }
        });
    leases.trim(nowNanos);
    requests.trim(nowNanos);
  }

  @Override
  public long nextExpiryNanos() {
    return Math.min(wheel.nextEventNanos(), leases.wakeByNanos());
  }

  @Override
  public boolean wallClock(long epochMillis, long nowNanos) {
    return wall.tell(epochMillis, nowNanos);
  }

  @Override
  public void limitChanged(ActiveLimit limit, Limit before, long nowNanos) {
    for (MemoryBucket bucket : buckets.all(limit)) {
      bucket.limitChanged(before, nowNanos);
      spent.changed(bucket);
    }
  }

  @Override
  public void limitRetired(ActiveLimit limit, long nowNanos) {
    buckets.retire(limit, nowNanos);
  }

  @Override
  public void limitAdded(ActiveLimit limit, boolean successor, long nowNanos) {
    buckets.add(limit, successor, leases.live(), nowNanos);
  }

  @Override
  public void adapt(Bucket bucket, @Nullable Policy learned, boolean isSpent, long nowNanos) {
    MemoryBucket adapted = (MemoryBucket) bucket;
    adapted.adapt(learned, nowNanos);
    if (isSpent) {
      adapted.spend(nowNanos);
    }
    spent.changed(adapted);
  }

  @Override
  public void limitReset(ActiveLimit limit, long nowNanos) {
    buckets.reset(limit, nowNanos);
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
    List<MemoryBucket> all = buckets.all(limit);
    for (MemoryBucket bucket : all) {
      available += bucket.remaining(nowNanos);
      used += bucket.used(nowNanos);
    }
    if (limit.limit().key().isEmpty() && all.isEmpty()) {
      MemoryBucket untouched = buckets.peek(limit, BucketKey.NONE, nowNanos);
      return new Usage(1, untouched.used(nowNanos), untouched.remaining(nowNanos));
    }
    return new Usage(all.size(), used, available);
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
      ActiveLimit limit, List<DeviceReading> readings, long nowNanos, Consumer<LeaseEnd> ended) {
    pool(limit, nowNanos)
        .update(
            readings,
            nowNanos,
            (lease, lost) -> {
              String message = "device " + lost.uuid() + " of limit " + limit.name() + " is lost";
              if (!lease.isEnded()) { // else it ended with its parent
                life.end(lease, LeaseState.REVOKED, message, nowNanos, ended);
              }
            });
  }

  @Override
  public boolean cordon(ActiveLimit limit, String uuid, boolean cordoned, long nowNanos) {
    return pool(limit, nowNanos).cordon(uuid, cordoned);
  }

  private DeviceBucket pool(ActiveLimit limit, long nowNanos) {
    return (DeviceBucket) buckets.bucket(limit, BucketKey.NONE, nowNanos);
  }

  /** Returns how many request ids are remembered; for tests of memory. */
  int rememberedRequests() {
    return requests.size();
  }

  private void refund(Claim claim, long takenAtNanos, long nowNanos) {
    spent.changed(claim.charges());
    for (Charge charge : claim.charges()) {
      ((MemoryBucket) charge.bucket()).refund(charge.permits(), takenAtNanos, nowNanos);
    }
  }
}
