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
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
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
import io.sluice.engine.store.memory.BucketMaker;
import io.sluice.engine.store.memory.MemoryBucket;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.engine.store.shared.Posting.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
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
  private final MemorySettings settings;
  private final Reach reach;
  private final Outbox outbox;
  private final MemoryStore local;

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
    this.settings = settings;
    this.clockNanos = nowNanos;
    this.reach = new Reach(random);
    this.outbox = new Outbox(ledger, reach, this::lease);
    this.local = new MemoryStore(settings, random, nowNanos, this::make);
    ledger.listen(
        new Ledger.Listener() {
          @Override
          public void changed(String account) {}

          @Override
          public void health(Ledger.Health health) {
            reach.health(health);
            outbox.flush(clockNanos);
          }
        });
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
    if (!isShared(claim)) {
      local.decide(claim, mode, nowNanos, answer);
    } else if (reach.isAway()) {
      decideByShare(claim, mode, nowNanos, answer);
    } else {
      Verdict known = local.check(claim, nowNanos);
      if (known != null) {
        answer.accept(local.notTaken(claim, known, nowNanos));
      } else {
        ask(claim, mode, nowNanos, answer);
      }
    }
  }

  private static boolean isShared(Claim claim) {
    List<Charge> charges = claim.charges();
    for (int i = 0; i < charges.size(); i++) {
      if (charges.get(i).bucket() instanceof SharedBucket) {
        return true;
      }
    }
    return false;
  }

  private void decideByShare(Claim claim, Mode mode, long nowNanos, Consumer<Verdict> answer) {
    Verdict[] verdict = new Verdict[1];
    reach.byShare(true);
    try {
      local.decide(claim, mode, nowNanos, told -> verdict[0] = told);
    } finally {
      reach.byShare(false);
    }
    answer.accept(verdict[0]);
  }

  private void ask(Claim claim, Mode mode, long nowNanos, Consumer<Verdict> answer) {
    LeaseId resumes = claim.resumes();
    LeaseId id = resumes == null ? local.newLeaseId() : resumes;
    Question question = new Question(claim, mode, id, nowNanos);
    outbox.post(
        List.of(),
        question.posting(settings.keepEndedNanos(), resumes == null ? null : lease(resumes)),
        nowNanos,
        (posted, told) -> answered(question, posted, answer));
  }

  private void answered(Question question, Posted posted, Consumer<Verdict> answer) {
    if (posted instanceof Posted.Done done) {
      answer.accept(done(question, done));
    } else if (posted instanceof Posted.Refused refused) {
      question.tell(refused.readings(), false);
      answer.accept(refused(question, refused.readings()));
    } else if (posted instanceof Posted.Repeated repeated) {
      repeated(question, repeated, answer);
    } else {
      if (posted instanceof Posted.Unavailable unavailable && unavailable.maybeDone()) {
        giveBack(question, List.of(), true);
      }
      decideByShare(question.claim(), question.mode(), clockNanos, answer);
    }
    outbox.flush(clockNanos);
  }

  private Verdict done(Question question, Posted.Done done) {
    Claim claim = question.claim();
    if (question.mode() == Mode.PEEK) {
      question.tell(done.readings(), false);
      return question.isBeyond()
          ? refused(question, done.readings())
          : local.fits(claim, clockNanos);
    }
    Claim taken = question.taken(done.readings());
    Verdict since = local.check(taken, clockNanos); // what is not the ledger's may have changed
    if (since != null) {
      giveBack(question, done.readings(), false);
      return local.notTaken(claim, since, clockNanos);
    }
    question.tell(done.readings(), true);
    return local.take(claim, taken, question.lease(), done.fencingToken(), question.askedNanos());
  }

  private Verdict refused(Question question, List<Posted.Reading> readings) {
    Claim claim = question.claim();
    List<Verdict.Obstacle> obstacles = question.obstacles(readings, clockNanos);
    return local.notTaken(claim, new Verdict.Refused(obstacles), clockNanos);
  }

  /** Gives back what was taken for a claim, or may have been. */
  private void giveBack(Question question, List<Posted.Reading> readings, boolean unsure) {
    Claim claim = question.claim();
    if (unsure && claim.resumes() == null) {
      outbox.say(new Change.Bury(question.lease()));
    }
    List<Charge> charges = question.charges();
    for (int i = 0; i < charges.size(); i++) {
      if (charges.get(i).bucket() instanceof SharedSeats seats) {
        outbox.holding(seats, question.lease());
      } else if (!unsure && readings.get(i).fits()) {
        SharedSpending spending = (SharedSpending) charges.get(i).bucket();
        outbox.giveBack(spending, charges.get(i).permits(), question.askedNanos());
      }
    }
    forget(claim, question.lease());
  }

  private void forget(Claim claim, LeaseId lease) {
    if (!claim.acquire().requestId().isEmpty() && claim.resumes() == null) {
      outbox.say(new Change.Forget(Question.requestName(claim.acquire()), lease));
    }
  }

  private void repeated(Question question, Posted.Repeated repeated, Consumer<Verdict> answer) {
    Claim claim = question.claim();
    Lease lease = local.lease(repeated.lease());
    if (!repeated.sameBody()) {
      answer.accept(local.notTaken(claim, new Verdict.Conflict(), clockNanos));
    } else if (lease != null || claim.terms() == null) {
      answer.accept(local.notTaken(claim, replay(claim, lease), clockNanos));
    } else {
      adopt(question, repeated, answer);
    }
  }

  private Verdict replay(Claim claim, @Nullable Lease lease) {
    Verdict known = local.check(claim, clockNanos);
    if (known instanceof Verdict.Admitted || known instanceof Verdict.Ended) {
      return known;
    }
    return lease != null && !lease.isLive()
        ? new Verdict.Ended(lease)
        : local.replayed(claim, lease, clockNanos);
  }

  /** Begins the lease of a grant that another process made, or this one before it was restarted. */
  private void adopt(Question question, Posted.Repeated repeated, Consumer<Verdict> answer) {
    Claim claim = question.claim();
    Lease held = new Lease(repeated.lease(), repeated.fencingToken(), claim, List.of(), clockNanos);
    var unused = held.extend(0, clockNanos);
    long begun = clockNanos;
    List<Change> extensions = extensions(held, claim.charges(), clockNanos);
    outbox.post(
        extensions,
        Posting.of(List.of()),
        clockNanos,
        (posted, told) -> {
          boolean gone = posted instanceof Posted.Done && told.contains(0L);
          if (gone) {
            held.end(io.sluice.engine.model.LeaseState.EXPIRED, "", clockNanos);
            answer.accept(local.notTaken(claim, new Verdict.Ended(held), clockNanos));
            return;
          }
          Verdict known = local.check(claim, clockNanos);
          answer.accept(
              known != null
                  ? local.notTaken(claim, known, clockNanos)
                  : local
                      .take(claim, claim, repeated.lease(), repeated.fencingToken(), begun)
                      .again());
        });
  }

  @Override
  public boolean undo(Verdict.Admitted admitted, long nowNanos, Consumer<LeaseEnd> told) {
    clock(nowNanos);
    boolean undone = local.undo(admitted, nowNanos, told);
    Lease lease = admitted.lease();
    if (undone && lease != null) {
      forget(admitted.claim(), lease.id());
    }
    outbox.flush(nowNanos);
    return undone;
  }

  @Override
  public void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer) {
    clock(nowNanos);
    Lease lease = local.lease(id);
    Renewal[] renewal = new Renewal[1];
    local.renew(id, ttlNanos, nowNanos, told -> renewal[0] = told);
    if (lease == null || renewal[0].status() != RenewStatus.RENEWED) {
      answer.accept(renewal[0]);
      return;
    }
    List<Change> extensions = extensions(lease, lease.held(), nowNanos);
    if (extensions.isEmpty()) {
      answer.accept(renewal[0]);
    } else if (reach.isAway()) {
      assertHeld(lease);
      answer.accept(renewal[0]);
    } else {
      outbox.post(
          extensions,
          Posting.of(List.of()),
          nowNanos,
          (posted, told) -> answer.accept(renewed(lease, renewal[0], posted, told)));
    }
  }

  private Renewal renewed(Lease lease, Renewal renewal, Posted posted, List<Long> told) {
    if (posted instanceof Posted.Done && told.contains(0L)) {
      local.lost(lease.id(), clockNanos, ended::add);
      outbox.flush(clockNanos);
    } else if (!(posted instanceof Posted.Done)) {
      assertHeld(lease);
    }
    return lease.isLive() || lease.isSuspended() ? renewal : Renewal.LOST;
  }

  /** Sees to it that the ledger hears again what a lease holds. */
  private void assertHeld(Lease lease) {
    for (Charge charge : lease.held()) {
      if (charge.bucket() instanceof SharedSeats seats && charge.taken() > 0) {
        outbox.holding(seats, lease.id());
      }
    }
  }

  private static List<Change> extensions(Lease lease, List<Charge> charges, long nowNanos) {
    List<Change> extensions = new ArrayList<>();
    for (Charge charge : charges) {
      var terms = charge.bucket().limit().limit().policy().terms();
      if (charge.bucket() instanceof SharedSeats seats && charge.taken() > 0 && terms != null) {
        extensions.add(
            new Change.Extend(
                seats.seats(), lease.id(), Outbox.holdMillis(lease, terms, nowNanos)));
      }
    }
    return extensions;
  }

  @Override
  public void release(Release release, long nowNanos, Consumer<Released> answer) {
    clock(nowNanos);
    Released[] released = new Released[1];
    local.release(release, nowNanos, told -> released[0] = told);
    List<Change> debits = new ArrayList<>();
    for (Settlement settlement : released[0].settlements()) {
      if (settlement.permits() > 0 && settlement.charge().bucket() instanceof SharedSpending own) {
        debits.add(new Change.Debit(own.account(nowNanos), settlement.permits()));
      }
    }
    if (debits.isEmpty()) {
      outbox.flush(nowNanos);
      answer.accept(released[0]);
    } else if (reach.isAway()) {
      debitLater(released[0]);
      answer.accept(released[0]);
    } else {
      outbox.post(
          debits,
          Posting.of(List.of()),
          nowNanos,
          (posted, told) -> {
            if (!(posted instanceof Posted.Done)) {
              debitLater(released[0]);
            }
            answer.accept(settled(released[0], told));
          });
    }
  }

  private void debitLater(Released released) {
    for (Settlement settlement : released.settlements()) {
      if (settlement.permits() > 0 && settlement.charge().bucket() instanceof SharedSpending own) {
        outbox.debit(own, settlement.permits());
      }
    }
  }

  /** Returns what a release did, with what the ledger told of its debits. */
  private static Released settled(Released released, List<Long> told) {
    if (told.isEmpty()) {
      return released;
    }
    List<Settlement> settlements = new ArrayList<>(released.settlements());
    int next = 0;
    for (int i = 0; i < settlements.size(); i++) {
      Settlement one = settlements.get(i);
      if (one.permits() > 0 && one.charge().bucket() instanceof SharedSpending) {
        settlements.set(i, new Settlement(one.charge(), one.permits(), told.get(next++)));
      }
    }
    return new Released(
        released.status(),
        released.lease(),
        released.firstOutcome(),
        released.ended(),
        List.copyOf(settlements));
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
    outbox.flush(nowNanos);
  }

  @Override
  public long nextExpiryNanos() {
    return ended.isEmpty() ? local.nextExpiryNanos() : clockNanos;
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
