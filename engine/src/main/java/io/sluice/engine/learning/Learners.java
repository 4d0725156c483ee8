package io.sluice.engine.learning;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
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
import java.util.ArrayList;
import java.util.HashMap;
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
  private final Upkeep upkeep;
  private final LearnerTable table;
  private final Standings standings;
  private final Map<LeaseId, List<Work>> underWay = new HashMap<>(); // looked up only

  /**
   * Creates it with nothing learned.
   *
   * @param random spreads in time what many would do at once
   * @param mayHaveMore told each bucket of which more may be had than before
   */
  public Learners(
      StateStore store, RandomGenerator random, Consumer<Bucket> mayHaveMore, long nowNanos) {
    this.store = store;
    this.upkeep = new Upkeep(store, random, mayHaveMore, nowNanos);
    this.table = upkeep.table();
    this.standings = new Standings(table, store, random);
  }

  /** Puts what is known of these buckets into force, before they are asked for the first time. */
  public void attend(List<Charge> charges, long nowNanos) {
    for (int i = 0; i < charges.size(); i++) {
      if (isLearning(charges.get(i))) {
        var unused = upkeep.learner(charges.get(i).bucket(), nowNanos);
      }
    }
  }

  /** Returns the first limit that lets nothing start, as what blocks it; null if none does. */
  public @Nullable Closed closed(List<Charge> charges, long nowNanos) {
    Closed held = null;
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      Learner learner = isLearning(charge) ? table.find(charge.bucket()) : null;
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
    for (Reservation one = reservation; one != null; one = one.next()) {
      one.learner().unreserve(one.ticket(), nowNanos);
      upkeep.settle(one.learner(), nowNanos);
    }
  }

  private @Nullable Learner probed(Charge charge) {
    boolean asks =
        charge.bucket().limit().limit().learning().breaker() != null
            && charge.bucket().limit().limit().isEnforced();
    return asks ? table.find(charge.bucket()) : null;
  }

  /** Takes in that work began. */
  public void started(@Nullable Lease lease, List<Charge> charges, long nowNanos) {
    List<Work> started = null;
    for (int i = 0; i < charges.size(); i++) {
      if (isLearning(charges.get(i))) {
        Learner learner = upkeep.learner(charges.get(i).bucket(), nowNanos);
        Work work = learner.started(charges.get(i), nowNanos);
        upkeep.settle(learner, nowNanos);
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
      upkeep.settle(work.learner(), nowNanos);
    }
  }

  /** Takes in that a lease ended; if nobody said how, nobody knows. */
  public void ended(Lease lease, long nowNanos) {
    for (Work work : taken(lease)) {
      work.learner().lost(work, nowNanos);
      upkeep.settle(work.learner(), nowNanos);
    }
  }

  /** Takes in that work never began, or rests. */
  public void undone(Lease lease, long nowNanos) {
    for (Work work : taken(lease)) {
      work.learner().undone(work, nowNanos);
      upkeep.settle(work.learner(), nowNanos);
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
        Learner learner = upkeep.learner(bucket, nowNanos);
        Finder.Told told = new Finder.Told(report.outcome(), report.hint());
        learner.reported(told, report.latencyNanos(), nowNanos);
        upkeep.settle(learner, nowNanos);
      }
    }
  }

  /**
   * Multiplies what the buckets of a limit found, now.
   *
   * @return what it came to; null if the limit finds nothing
   * @throws InvalidArgumentException if the factor is not finite or not above 0
   */
  public @Nullable Adjusted adjust(ActiveLimit limit, double factor, long nowNanos) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new InvalidArgumentException("factor", "must be finite and above 0 but was " + factor);
    }
    if (limit.limit().learning().isSteady()) {
      return null;
    }
    if (limit.limit().key().isEmpty()) {
      var unused = upkeep.learner(store.bucket(limit, BucketKey.NONE, nowNanos), nowNanos);
    }
    double from = lowest(limit);
    for (Learner learner : table.of(limit)) {
      learner.adjust(factor, nowNanos);
      upkeep.settle(learner, nowNanos);
    }
    return new Adjusted(from, lowest(limit));
  }

  private double lowest(ActiveLimit limit) {
    return table.of(limit).stream().mapToDouble(Learner::inForce).min().orElse(0);
  }

  /**
   * Returns what was learned, to be known after a restart.
   *
   * @param all also what has not changed since this was last asked
   */
  public List<SavedLearning> save(boolean all, long nowNanos) {
    return table.all().stream()
        .filter(learner -> all || learner.isChanged())
        .map(learner -> learner.save(nowNanos))
        .toList();
  }

  /** Goes on where a bucket of a limit was when it was saved. */
  public void restore(ActiveLimit limit, SavedLearning saved, long nowNanos) {
    if (limit.limit().learning().isAny() && limit.limit().key().size() == saved.key().size()) {
      Bucket bucket = store.bucket(limit, new BucketKey(saved.key()), nowNanos);
      Learner learner = upkeep.learner(bucket, nowNanos);
      learner.restore(saved);
      upkeep.settle(learner, nowNanos);
    }
  }

  /** Takes in a lease that was brought back: nobody knows any more whether it was a probe. */
  public void restore(Lease lease, long nowNanos) {
    started(lease, lease.claim().charges(), nowNanos);
  }

  /** Goes on by limits that may be others now. */
  public void limitsChanged(long nowNanos) {
    upkeep.limitsChanged(nowNanos);
  }

  /** Moves time on. */
  public void advance(long nowNanos) {
    upkeep.advance(nowNanos);
  }

  /** Returns when to call {@link #advance} next. */
  public long nextEventNanos() {
    return upkeep.nextEventNanos();
  }

  /** Returns whether something closed or opened since this was last asked. */
  public boolean takeGatesChanged() {
    return upkeep.takeGatesChanged();
  }

  /**
   * Returns where an adaptive limit stands: its bucket that may give out least; as it begins, if
   * none has been asked yet. Null if it is not adaptive.
   */
  public @Nullable AdaptiveState adaptive(ActiveLimit limit, long nowNanos) {
    return standings.adaptive(limit, nowNanos);
  }

  /**
   * Returns where the breaker of a limit stands: that of its bucket which fails most. Null if it
   * has none.
   */
  public @Nullable BreakerState breaker(ActiveLimit limit, long nowNanos) {
    return standings.breaker(limit, nowNanos);
  }

  /** Returns how many buckets learn. */
  public int size() {
    return table.size();
  }

  private static boolean isLearning(Charge charge) {
    return charge.bucket().limit().limit().learning().isAny();
  }

  /**
   * What lets nothing start.
   *
   * @param blocker why, and for how long
   * @param deny nobody waits for it
   */
  public record Closed(Blocker blocker, boolean deny) {}
}
