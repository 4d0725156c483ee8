package io.sluice.engine.store.memory;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.DormantLease;
import io.sluice.engine.store.GrantedWork;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseKind;
import io.sluice.engine.store.LeaseSource;
import io.sluice.engine.store.Restored;
import io.sluice.engine.store.SavedCharge;
import io.sluice.engine.store.SavedLease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings back what a {@link io.sluice.engine.store.Recorder} was told, in the same order, into an
 * empty store, whose time goes on where it stood: while nobody counted, nothing accrued.
 *
 * <p>What a lease holds is found again by the names of its limits. Of one that is not there any
 * more, or counts something else now, it holds nothing; where the key is another, it holds in the
 * bucket that its demand leads to now.
 */
public final class Restoration {
  private static final int MAX_KNOWN = 10_000;

  private final Parts parts;
  private final Function<String, @Nullable ActiveLimit> limits;
  private final LeaseSource source;
  private final DormantLeases dormant;

  /** Kinds of leases that may be dormant; null = they may not. */
  private final IdentityHashMap<LeaseKind, DormantLeases.@Nullable Kind> kinds =
      new IdentityHashMap<>(); // looked up only

  /** When all was back. */
  private @Nullable Long finishedAtNanos;

  /** Charges of leases, by what they were made of: most leases are charged for the same. */
  private final IdentityHashMap<SavedCharge, Charge> known =
      new IdentityHashMap<>(); // looked up only

  /** Limits of which something was spent, and that are not there any more. */
  private final Set<String> gone = new LinkedHashSet<>();

  /** What was granted, and when, under a name that is kept for its time to live. */
  private final Map<Acquire, Long> lately = new LinkedHashMap<>();

  /** What a store is made of, as far as it is brought back. */
  record Parts(LeaseTable leases, LeaseLife life, RequestLog requests, Buckets buckets) {}

  Restoration(Parts parts, Function<String, @Nullable ActiveLimit> limits, LeaseSource source) {
    this.parts = parts;
    this.limits = limits;
    this.source = source;
    this.dormant = new DormantLeases(source, this::woken);
    parts.leases().sleep(dormant);
  }

  /** Brings a lease back without reading it, or as {@link #lease} does where that is not enough. */
  public void dormant(DormantLease lease, long nowNanos) {
    DormantLeases.Kind kind = kind(lease.kind());
    if (kind != null && kind.dormant() == 0) { // else its buckets are retained, and so the same
      kind.charges(charges(lease.kind().charges(), lease.kind().demands(), nowNanos));
    }
    DormantLeases.Put put =
        kind == null || parts.leases().isAwake(lease.id())
            ? DormantLeases.Put.REFUSED
            : dormant.put(lease, kind);
    if (kind == null || put == DormantLeases.Put.REFUSED) {
      lease(source.read(lease.position()), nowNanos);
      return;
    }
    if (put == DormantLeases.Put.ADDED) {
      parts.life().takeUnseen(kind.charges());
    }
    parts.life().fenceFrom(lease.fencingToken() + 1);
  }

  private DormantLeases.@Nullable Kind kind(LeaseKind like) {
    if (!kinds.containsKey(like)) {
      boolean maySleep =
          isPlain(like.charges())
              && like.terms().disconnectGraceNanos() == LeaseTerms.KEEP
              && like.charges().stream().noneMatch(this::needsToBeKnown);
      kinds.put(like, maySleep ? dormant.newKind() : null);
    }
    return kinds.get(like);
  }

  private boolean needsToBeKnown(SavedCharge charge) {
    ActiveLimit limit = limit(charge);
    return limit != null
        && (limit.limit().learning().isAny() || limit.limit().policy() instanceof Policy.Devices);
  }

  private void woken(Lease lease) {
    parts.leases().add(lease);
    parts.requests().granted(lease.claim().acquire(), lease, lease.grantedAtNanos());
    if (finishedAtNanos != null) {
      parts.life().restart(lease, finishedAtNanos);
    }
  }

  /** Brings a lease back, or makes one what it became. */
  public void lease(SavedLease saved, long nowNanos) {
    Lease known = parts.leases().live(saved.id());
    if (saved.isEnded()) {
      if (known != null) {
        ended(saved.id(), saved.state(), saved.outcome(), saved.message(), saved.endedAtNanos());
      } else if (parts.leases().find(saved.id()) == null) {
        endedBefore(saved, nowNanos);
      }
      return;
    }
    List<Charge> charges = charges(saved.charges(), saved.acquire().demands(), nowNanos);
    List<Charge> held = charges;
    Function<Bucket, List<SavedHolding>> holdings = bucket -> List.of();
    if (!isPlain(saved.charges())) {
      Map<Bucket, SavedCharge> holding = holding(saved, nowNanos);
      held = charges.stream().filter(charge -> holding.containsKey(charge.bucket())).toList();
      holdings = bucket -> Objects.requireNonNull(holding.get(bucket)).holdings();
    }
    Claim claim = new Claim(saved.acquire(), charges, saved.terms());
    Lease lease = parts.life().restore(saved, known, claim, held, holdings, nowNanos);
    if (known == null) {
      parts.requests().granted(saved.acquire(), lease, saved.grantedAtNanos());
    }
  }

  /** Ends a lease that was brought back. */
  public void ended(
      LeaseId id, LeaseState state, @Nullable Outcome outcome, String message, long nowNanos) {
    Lease lease = parts.leases().live(id);
    if (lease != null) {
      if (outcome != null) {
        boolean unused = lease.tellOutcome(outcome);
      }
      parts.life().forget(lease, state, message, nowNanos);
      remember(lease.claim().acquire(), lease.grantedAtNanos());
    }
  }

  /** Notes that a lease that was brought back never was. */
  public void undone(LeaseId id, long nowNanos) {
    Lease lease = parts.leases().live(id);
    if (lease != null) {
      parts.requests().forget(lease.claim().acquire());
      parts.life().undo(lease, nowNanos, ended -> {});
    }
  }

  /** Notes how the work of a lease ended that had ended. */
  public void outcome(LeaseId id, Outcome outcome) {
    Lease lease = parts.leases().find(id);
    if (lease != null) {
      boolean unused = parts.leases().tellOutcome(lease, outcome);
    }
  }

  /** Brings back that an acquire was granted without a lease. */
  public void granted(Acquire acquire, long grantedAtNanos) {
    parts.requests().granted(acquire, null, grantedAtNanos);
    remember(acquire, grantedAtNanos);
  }

  /** Notes that a grant without a lease never was. */
  public void forgotten(Acquire acquire) {
    parts.requests().forget(acquire);
    lately.remove(acquire);
  }

  /** Brings back what can be spent of a bucket. */
  public void level(BucketName name, long[] numbers, long nowNanos) {
    ActiveLimit limit = limits.apply(name.limit());
    if (limit == null) {
      gone.add(name.limit());
    } else if (name.others() || limit.limit().key().size() == name.key().size()) {
      if (parts.buckets().restore(limit, name, nowNanos) instanceof SpendingBucket bucket) {
        bucket.load(numbers, nowNanos);
      }
    }
  }

  /** Gives no fencing token below this one any more. */
  public void fenceFrom(long fence) {
    parts.life().fenceFrom(fence);
  }

  /**
   * Ends the restoration: each lease lives for its full time from now, as nobody could renew it in
   * between. One that holds a device which is not there any more is revoked.
   *
   * @return what others have to know of
   */
  public Restored finish(long nowNanos) {
    gone.forEach(limit -> parts.buckets().spentBefore(limit, nowNanos));
    finishedAtNanos = nowNanos; // first: a lease nested on one that is dormant wakes it
    parts.leases().awake().forEach(lease -> parts.life().restart(lease, nowNanos));
    parts.leases().sleepFrom(nowNanos);
    for (Lease lease : parts.leases().awake().stream().filter(Restoration::isOfPool).toList()) {
      Device lost = lease.isEnded() ? null : lostDevice(lease);
      if (lost != null) {
        String message = "device " + lost.uuid() + " is not there any more";
        parts.life().end(lease, LeaseState.REVOKED, message, nowNanos, ended -> {});
      }
    }
    for (Lease lease : parts.leases().awake()) {
      if (lease.isLive()) {
        leased(lease.claim().charges(), 1);
      }
    }
    dormant.kinds().forEach(kind -> leased(kind.charges(), kind.dormant()));
    List<GrantedWork> named = new ArrayList<>();
    lately.forEach(
        (acquire, grantedAt) -> {
          if (nowNanos - grantedAt < Objects.requireNonNull(acquire.dedup()).ttlNanos()) {
            named.add(new GrantedWork(acquire, grantedAt));
          }
        });
    return new Restored(List.copyOf(parts.leases().awake()), named);
  }

  private static void leased(List<Charge> charges, int count) {
    charges.forEach(charge -> charge.bucket().limit().counters().leases(count));
  }

  /** Returns what a lease is charged for, each bucket once. */
  private List<Charge> charges(List<SavedCharge> saved, List<Demand> demands, long nowNanos) {
    if (saved.size() == 1) {
      Charge only = charge(saved.get(0), demands, nowNanos);
      return only == null ? List.of() : List.of(only);
    }
    List<Charge> charges = new ArrayList<>(saved.size());
    for (SavedCharge each : saved) {
      Charge charge = charge(each, demands, nowNanos);
      if (charge != null) {
        add(charge, charges);
      }
    }
    return charges;
  }

  /** Returns a charge; the one of a lease before, if that was charged for the same. */
  private @Nullable Charge charge(SavedCharge saved, List<Demand> demands, long nowNanos) {
    ActiveLimit limit = limit(saved);
    if (limit == null) {
      return null;
    }
    Bucket bucket = parts.buckets().restore(limit, name(limit, saved, demands), nowNanos);
    Charge like = known.get(saved);
    if (like != null && like.bucket() == bucket) {
      return like;
    }
    Charge charge = saved.of(bucket);
    if (known.size() < MAX_KNOWN) {
      known.put(saved, charge);
    }
    return charge;
  }

  /** Returns whether all that was charged was held, and is only counted. */
  private static boolean isPlain(List<SavedCharge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      if (!charges.get(i).held() || !charges.get(i).holdings().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Returns which charges were held, by their buckets. */
  private Map<Bucket, SavedCharge> holding(SavedLease saved, long nowNanos) {
    Map<Bucket, SavedCharge> holding = new HashMap<>(); // looked up only
    for (SavedCharge each : saved.charges()) {
      Charge charge = each.held() ? charge(each, saved.acquire().demands(), nowNanos) : null;
      if (charge != null) {
        holding.put(charge.bucket(), each);
      }
    }
    return holding;
  }

  /** Adds a charge; two that fall into one bucket, as its limit has another key now, are one. */
  private static void add(Charge charge, List<Charge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      if (charges.get(i).bucket() == charge.bucket()) {
        charges.set(i, charges.get(i).plus(charge));
        return;
      }
    }
    charges.add(charge);
  }

  private void endedBefore(SavedLease saved, long nowNanos) {
    List<Charge> charges = new ArrayList<>(saved.charges().size());
    for (SavedCharge each : saved.charges()) {
      ActiveLimit limit = limit(each);
      if (limit != null) {
        BucketKey key = new BucketKey(name(limit, each, saved.acquire().demands()).key());
        charges.add(each.of(parts.buckets().peek(limit, key, nowNanos)));
      }
    }
    Claim claim = new Claim(saved.acquire(), charges, saved.terms());
    Lease lease =
        new Lease(
            saved.id(), saved.fencingToken(), claim, saved.allotments(), saved.grantedAtNanos());
    lease.restore(saved, claim, List.of());
    parts.requests().granted(saved.acquire(), lease, saved.grantedAtNanos());
    parts.leases().restoreEnded(lease);
    remember(saved.acquire(), saved.grantedAtNanos());
    fenceFrom(saved.fencingToken() + 1);
  }

  private void remember(Acquire acquire, long grantedAtNanos) {
    Dedup dedup = acquire.dedup();
    if (dedup != null && dedup.scope() == Dedup.Scope.TTL) {
      lately.put(acquire, grantedAtNanos);
    }
  }

  /** Returns the limit that a charge is of now; null if there is none that counts the same. */
  private @Nullable ActiveLimit limit(SavedCharge saved) {
    ActiveLimit limit = limits.apply(saved.bucket().limit());
    if (limit == null || limit.limit().policy().kind() != saved.kind()) {
      return null;
    }
    boolean ofPool = !saved.holdings().isEmpty() || !saved.borrowed().isEmpty();
    boolean isPool = limit.limit().policy() instanceof Policy.Devices;
    return saved.held() && ofPool != isPool ? null : limit;
  }

  private static BucketName name(ActiveLimit limit, SavedCharge saved, List<Demand> demands) {
    if (limit.limit().key().isEmpty()) {
      return new BucketName(limit.name(), List.of(), false);
    }
    if (saved.bucket().others()) {
      return saved.bucket();
    }
    BucketKey first = null;
    for (Demand demand : demands) {
      if (demand.resource().equals(saved.resource())) {
        BucketKey key = Route.key(limit, demand);
        if (key.values().equals(saved.bucket().key())) {
          return saved.bucket();
        }
        first = first == null ? key : first;
      }
    }
    return new BucketName(limit.name(), Objects.requireNonNull(first).values(), false);
  }

  private static boolean isOfPool(Lease lease) {
    List<Charge> held = lease.held();
    for (int i = 0; i < held.size(); i++) {
      if (held.get(i).bucket() instanceof DeviceBucket) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Device lostDevice(Lease lease) {
    for (Charge charge : lease.held()) {
      if (charge.bucket() instanceof DeviceBucket pool) {
        Device lost = pool.lostDevice(lease);
        if (lost != null) {
          return lost;
        }
      }
    }
    return null;
  }
}
