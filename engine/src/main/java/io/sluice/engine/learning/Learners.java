package io.sluice.engine.learning;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.Report;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The buckets that learn, each from when it is first asked until nobody has used it for ten
 * minutes. What they learn is put into force in the store at once; what they close is asked for by
 * whoever decides.
 */
public final class Learners {
  private final StateStore store;
  private final RandomGenerator random;
  private final Consumer<Bucket> mayHaveMore;
  private final TimerWheel<Learner> wheel;
  private final Map<Name, Learner> learners = new LinkedHashMap<>();
  private final Map<LeaseId, List<Work>> underWay = new HashMap<>(); // looked up only
  private boolean gatesChanged;

  private record Name(ActiveLimit limit, BucketKey key) {
    static Name of(Bucket bucket) {
      return new Name(bucket.limit(), bucket.key());
    }
  }

  /**
   * Creates it with nothing learned.
   *
   * @param random spreads in time what many would do at once
   * @param mayHaveMore told each bucket of which more may be had than before
   */
  public Learners(
      StateStore store, RandomGenerator random, Consumer<Bucket> mayHaveMore, long nowNanos) {
    this.store = store;
    this.random = random;
    this.mayHaveMore = mayHaveMore;
    this.wheel = new TimerWheel<>(nowNanos);
  }

  /** Puts what is known of these buckets into force, before they are asked for the first time. */
  public void attend(List<Charge> charges, long nowNanos) {
    for (int i = 0; i < charges.size(); i++) {
      if (isLearning(charges.get(i))) {
        var unused = learner(charges.get(i).bucket(), nowNanos);
      }
    }
  }

  /** Returns the first limit that lets nothing start, as what blocks it; null if none does. */
  public @Nullable Closed closed(List<Charge> charges, long nowNanos) {
    Closed held = null;
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      Learner learner = isLearning(charge) ? learners.get(Name.of(charge.bucket())) : null;
      if (learner == null || !charge.bucket().limit().limit().isEnforced()) {
        continue;
      }
      if (learner.isOpen(nowNanos)) {
        long wait = learner.opensInNanos(nowNanos);
        return new Closed(blocker(charge, DenialReason.BREAKER_OPEN, wait, ""), true);
      }
      if (held == null && learner.isHeld(nowNanos)) {
        long hold = Math.max(1, learner.heldForNanos(nowNanos));
        String detail = "its provider asked to stay away";
        held = new Closed(blocker(charge, DenialReason.HOLD, hold, detail), false);
      }
    }
    return held;
  }

  private Blocker blocker(Charge charge, DenialReason reason, long waitNanos, String detail) {
    return new Blocker(
        charge.limitName(), charge.resource(), reason, waitNanos, charge.taken(), 0, detail);
  }

  /** Returns whether what begins now is a probe of some limit, for which nobody waits. */
  public boolean isProbing(List<Charge> charges, long nowNanos) {
    for (int i = 0; i < charges.size(); i++) {
      Learner learner = probed(charges.get(i));
      if (learner != null && learner.isProbing(nowNanos)) {
        return true;
      }
    }
    return false;
  }

  /** Keeps the places of probes while a store is asked; null = there are none to keep. */
  public @Nullable Reservation reserve(List<Charge> charges, long nowNanos) {
    Reservation reservation = null;
    for (int i = 0; i < charges.size(); i++) {
      Learner learner = probed(charges.get(i));
      if (learner != null && learner.isProbing(nowNanos)) {
        reservation = new Reservation(learner, learner.reserve(nowNanos), reservation);
      }
    }
    return reservation;
  }

  /** Gives kept places back. */
  public void unreserve(@Nullable Reservation reservation, long nowNanos) {
    for (Reservation one = reservation; one != null; one = one.next) {
      one.learner.unreserve(one.ticket, nowNanos);
      settle(one.learner, nowNanos);
    }
  }

  private @Nullable Learner probed(Charge charge) {
    boolean asks =
        charge.bucket().limit().limit().learning().breaker() != null
            && charge.bucket().limit().limit().isEnforced();
    return asks ? learners.get(Name.of(charge.bucket())) : null;
  }

  /** Takes in that work began. */
  public void started(@Nullable Lease lease, List<Charge> charges, long nowNanos) {
    List<Work> started = null;
    for (int i = 0; i < charges.size(); i++) {
      if (isLearning(charges.get(i))) {
        Learner learner = learner(charges.get(i).bucket(), nowNanos);
        Work work = learner.started(charges.get(i), nowNanos);
        settle(learner, nowNanos);
        started = started == null ? new ArrayList<>(1) : started;
        started.add(work);
      }
    }
    if (started != null && lease != null) {
      underWay.put(lease.id(), started);
    }
  }

  /** Takes in how the work of a lease ended; once for each lease. */
  public void ended(Lease lease, Release release, long nowNanos) {
    for (Work work : taken(lease)) {
      work.learner()
          .ended(
              work,
              new Finder.Told(release.outcome(), release.hint()),
              release.latencyNanos(),
              nowNanos);
      settle(work.learner(), nowNanos);
    }
  }

  /** Takes in that a lease ended; if nobody said how, nobody knows. */
  public void ended(Lease lease, long nowNanos) {
    for (Work work : taken(lease)) {
      work.learner().lost(work, nowNanos);
      settle(work.learner(), nowNanos);
    }
  }

  /** Takes in that work never began, or rests. */
  public void undone(Lease lease, long nowNanos) {
    for (Work work : taken(lease)) {
      work.learner().undone(work, nowNanos);
      settle(work.learner(), nowNanos);
    }
  }

  private List<Work> taken(Lease lease) {
    List<Work> started = underWay.isEmpty() ? null : underWay.remove(lease.id());
    return started == null ? List.of() : started;
  }

  /** Takes in how work ended that no lease was held for. */
  public void reported(Route route, Report report, long nowNanos) {
    Demand demand = report.demand();
    for (ActiveLimit limit : route.limits()) {
      if (limit.limit().learning().isAny() && Route.applies(limit, demand)) {
        Bucket bucket = store.bucket(limit, Route.key(limit, demand), nowNanos);
        Learner learner = learner(bucket, nowNanos);
        Finder.Told told = new Finder.Told(report.outcome(), report.hint());
        learner.reported(told, report.latencyNanos(), nowNanos);
        settle(learner, nowNanos);
      }
    }
  }

  /**
   * Multiplies what the buckets of a limit found, now.
   *
   * @return what is in force after that: the lowest of its buckets, 0 if it has none; NaN if it
   *     finds nothing
   * @throws InvalidArgumentException if the factor is not finite or not above 0
   */
  public double adjust(ActiveLimit limit, double factor, long nowNanos) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new InvalidArgumentException("factor", "must be finite and above 0 but was " + factor);
    }
    if (limit.limit().learning().isSteady()) {
      return Double.NaN;
    }
    if (limit.limit().key().isEmpty()) {
      var unused = learner(store.bucket(limit, BucketKey.NONE, nowNanos), nowNanos);
    }
    double lowest = Double.MAX_VALUE;
    for (Learner learner : of(limit)) {
      learner.adjust(factor, nowNanos);
      settle(learner, nowNanos);
      lowest = Math.min(lowest, learner.inForce());
    }
    return lowest == Double.MAX_VALUE ? 0 : lowest;
  }

  /**
   * Returns what was learned, to be known after a restart.
   *
   * @param all also what has not changed since this was last asked
   */
  public List<SavedLearning> save(boolean all, long nowNanos) {
    return learners.values().stream()
        .filter(learner -> all || learner.isChanged())
        .map(learner -> learner.save(nowNanos))
        .toList();
  }

  /** Goes on where a bucket of a limit was when it was saved. */
  public void restore(ActiveLimit limit, SavedLearning saved, long nowNanos) {
    if (limit.limit().learning().isAny() && limit.limit().key().size() == saved.key().size()) {
      Bucket bucket = store.bucket(limit, new BucketKey(saved.key()), nowNanos);
      Learner learner = learner(bucket, nowNanos);
      learner.restore(saved);
      settle(learner, nowNanos);
    }
  }

  /** Takes in a lease that was brought back: nobody knows any more whether it was a probe. */
  public void restore(Lease lease, long nowNanos) {
    started(lease, lease.claim().charges(), nowNanos);
  }

  /** Goes on by limits that may be others now. */
  public void limitsChanged(long nowNanos) {
    for (Learner learner : List.copyOf(learners.values())) {
      ActiveLimit limit = learner.bucket().limit();
      if (limit.isRetired() || !limit.limit().learning().isAny()) {
        forget(learner, nowNanos);
      } else {
        learner.follow(nowNanos);
        settle(learner, nowNanos);
      }
    }
    gatesChanged = true;
  }

  /** Moves time on. */
  public void advance(long nowNanos) {
    wheel.advance(
        nowNanos,
        learner -> {
          if (learner.isForgettable(nowNanos)) {
            forget(learner, nowNanos);
          } else {
            settle(learner, nowNanos);
          }
        });
  }

  /** Returns when to call {@link #advance} next. */
  public long nextEventNanos() {
    return wheel.nextEventNanos();
  }

  /** Returns whether something closed or opened since this was last asked. */
  public boolean takeGatesChanged() {
    boolean changed = gatesChanged;
    gatesChanged = false;
    return changed;
  }

  /**
   * Returns where an adaptive limit stands: its bucket that may give out least; as it begins, if
   * none has been asked yet. Null if it is not adaptive.
   */
  public @Nullable AdaptiveState adaptive(ActiveLimit limit, long nowNanos) {
    if (limit.limit().learning().isSteady()) {
      return null;
    }
    AdaptiveState least = null;
    for (Learner learner : of(limit)) {
      AdaptiveState state = learner.adaptive(nowNanos);
      if (state != null && (least == null || state.current() < least.current())) {
        least = state;
      }
    }
    return least == null ? unasked(limit, nowNanos).adaptive(nowNanos) : least;
  }

  /**
   * Returns where the breaker of a limit stands: that of its bucket which fails most. Null if it
   * has none.
   */
  public @Nullable BreakerState breaker(ActiveLimit limit, long nowNanos) {
    if (limit.limit().learning().breaker() == null) {
      return null;
    }
    BreakerState worst = null;
    long opened = 0;
    for (Learner learner : of(limit)) {
      BreakerState state = learner.breaker(nowNanos);
      if (state != null) {
        opened += state.opened();
        worst = worst == null || severity(state) > severity(worst) ? state : worst;
      }
    }
    return worst == null
        ? unasked(limit, nowNanos).breaker(nowNanos)
        : new BreakerState(
            worst.state(), worst.openForNanos(), worst.failureRatio(), worst.slowRatio(), opened);
  }

  private static double severity(BreakerState state) {
    double share = Math.max(state.failureRatio(), state.slowRatio());
    return switch (state.state()) {
      case "OPEN" -> 4 + share;
      case "HALF_OPEN" -> 2 + share;
      default -> share;
    };
  }

  /** Returns what a bucket would learn by, that nobody has asked for yet. */
  private Learner unasked(ActiveLimit limit, long nowNanos) {
    return new Learner(store.peekBucket(limit, BucketKey.NONE, nowNanos), random, nowNanos);
  }

  /** Returns how many buckets learn. */
  public int size() {
    return learners.size();
  }

  private List<Learner> of(ActiveLimit limit) {
    return learners.values().stream().filter(one -> one.bucket().limit() == limit).toList();
  }

  private static boolean isLearning(Charge charge) {
    return charge.bucket().limit().limit().learning().isAny();
  }

  private Learner learner(Bucket bucket, long nowNanos) {
    Learner known = learners.get(Name.of(bucket));
    if (known != null) {
      return known;
    }
    store.retain(bucket);
    Learner learner = new Learner(bucket, random, nowNanos);
    learners.put(Name.of(bucket), learner);
    settle(learner, nowNanos);
    return learner;
  }

  private void forget(Learner learner, long nowNanos) {
    wheel.cancel(learner);
    learners.remove(Name.of(learner.bucket()));
    store.adapt(learner.bucket(), null, false, nowNanos);
    store.unretain(learner.bucket(), nowNanos);
    mayHaveMore.accept(learner.bucket());
  }

  /** Puts into force what was learned. */
  private void settle(Learner learner, long nowNanos) {
    gatesChanged |= learner.advance(nowNanos);
    boolean resumes = learner.resumes(nowNanos);
    Policy next = learner.next(nowNanos);
    if (next != null || resumes) {
      Policy policy = next != null ? next : learner.bucket().policy();
      store.adapt(learner.bucket(), policy, resumes, nowNanos);
      mayHaveMore.accept(learner.bucket());
    }
    long due = learner.nextNanos(nowNanos);
    if (due == Long.MAX_VALUE) {
      wheel.cancel(learner);
    } else if (!learner.isScheduled() || learner.deadlineNanos() != due) {
      wheel.schedule(learner, due);
    }
  }

  /**
   * What lets nothing start.
   *
   * @param blocker why, and for how long
   * @param deny nobody waits for it
   */
  public record Closed(Blocker blocker, boolean deny) {}

  /** Places of probes that are kept while a store is asked. */
  public static final class Reservation {
    private final Learner learner;
    private final long ticket;
    private final @Nullable Reservation next;

    private Reservation(Learner learner, long ticket, @Nullable Reservation next) {
      this.learner = learner;
      this.ticket = ticket;
      this.next = next;
    }
  }
}
