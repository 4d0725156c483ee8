package io.sluice.engine.learning;

import io.sluice.engine.breaker.Breaker;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.breaker.BreakerSnapshot;
import io.sluice.engine.breaker.Permission;
import io.sluice.engine.breaker.Result;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.timer.Timer;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one bucket learns: what finds its number, its breaker, and how much of its work is under
 * way. As a timer it is due when time alone may change something.
 */
final class Learner extends Timer {
  /** How long a bucket that nobody uses remembers what it learned. */
  private static final long KEEP_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Bucket bucket;
  private final RandomGenerator random;
  private @Nullable Finder finder;
  private @Nullable Breaker breaker;
  private int underWay;
  private long usedNanos;
  private double inForce;
  private boolean stale = true;
  private boolean holds;
  private long transitions;
  private boolean changed = true;

  Learner(Bucket bucket, RandomGenerator random, long nowNanos) {
    this.bucket = bucket;
    this.random = random;
    usedNanos = nowNanos;
    follow(nowNanos);
  }

  Bucket bucket() {
    return bucket;
  }

  /** Goes on by the rules that its limit has now. */
  void follow(long nowNanos) {
    Learning rules = bucket.limit().limit().learning();
    finder = Finder.following(finder, rules, random, nowNanos);
    BreakerRules breaks = rules.breaker();
    if (breaks == null) {
      breaker = null;
    } else if (breaker == null) {
      breaker = new Breaker(breaks, random, nowNanos);
    } else {
      breaker.rules(breaks, nowNanos);
    }
    stale = true;
  }

  /**
   * Lets work begin.
   *
   * @return what its end is to be told with
   */
  Work started(Charge charge, long nowNanos) {
    usedNanos = nowNanos;
    underWay++;
    if (finder != null) {
      finder.started(charge, nowNanos);
    }
    long ticket = breaker == null ? Breaker.REFUSED : breaker.tryStart(nowNanos);
    return new Work(this, charge, ticket, nowNanos);
  }

  /** Takes back work that never began. */
  void undone(Work work, long nowNanos) {
    lost(work, Result.IGNORED, nowNanos);
  }

  /** Ends work of which nobody said how it ended. */
  void lost(Work work, long nowNanos) {
    lost(work, Result.LOST, nowNanos);
  }

  private void lost(Work work, Result result, long nowNanos) {
    usedNanos = nowNanos;
    underWay--;
    if (finder != null) {
      finder.lost(work, nowNanos);
    }
    if (breaker != null) {
      breaker.ended(work.ticket(), result, -1, nowNanos);
    }
  }

  /**
   * Ends work.
   *
   * @param latencyNanos how long it took; -1 = since it began
   */
  void ended(Work work, Finder.Told told, long latencyNanos, long nowNanos) {
    if (told.outcome() == Outcome.UNUSED) {
      undone(work, nowNanos);
      return;
    }
    usedNanos = nowNanos;
    underWay--;
    long took = latencyNanos >= 0 ? latencyNanos : nowNanos - work.atNanos();
    if (finder != null) {
      finder.ended(work, told, took, nowNanos);
    }
    if (breaker != null) {
      breaker.ended(work.ticket(), Words.result(told.outcome()), took, nowNanos);
    }
  }

  /** Takes in how work ended that no lease was held for. */
  void reported(Finder.Told told, long latencyNanos, long nowNanos) {
    usedNanos = nowNanos;
    if (finder != null) {
      finder.reported(told, latencyNanos, nowNanos);
    }
    if (breaker != null && breaker.peek(nowNanos) == Permission.ADMITTED) {
      long ticket = breaker.tryStart(nowNanos);
      breaker.ended(ticket, Words.result(told.outcome()), latencyNanos, nowNanos);
    }
  }

  /**
   * Keeps the place of a probe for work that may begin soon.
   *
   * @return what gives it back
   */
  long reserve(long nowNanos) {
    return breaker == null ? Breaker.REFUSED : breaker.tryStart(nowNanos);
  }

  void unreserve(long ticket, long nowNanos) {
    if (breaker != null) {
      breaker.notStarted(ticket, nowNanos);
    }
  }

  /** Returns whether its breaker lets nothing begin. */
  boolean isOpen(long nowNanos) {
    return breaker != null && breaker.peek(nowNanos) == Permission.REFUSED;
  }

  /** Returns whether what begins now is a probe, for which nobody waits. */
  boolean isProbing(long nowNanos) {
    return breaker != null && breaker.peek(nowNanos) == Permission.PROBE;
  }

  /** Returns when its breaker may let something begin. */
  long opensInNanos(long nowNanos) {
    return breaker == null ? 0 : Math.max(0, breaker.retryAtNanos(nowNanos) - nowNanos);
  }

  /** Returns how long its provider asked to stay away from now; 0 = it did not. */
  long heldForNanos(long nowNanos) {
    return finder == null ? 0 : finder.heldForNanos(nowNanos);
  }

  /** Returns whether nothing may start because its provider said so. */
  boolean isHeld(long nowNanos) {
    return holds || heldForNanos(nowNanos) > 0;
  }

  /** Multiplies what it found. */
  void adjust(double factor, long nowNanos) {
    if (finder != null) {
      finder.adjust(factor, nowNanos);
    }
  }

  /** Returns what is in force: permits per second, or permits at once. */
  double inForce() {
    return inForce;
  }

  /**
   * Moves time on.
   *
   * @return whether what was closed may be open now, or the other way round
   */
  boolean advance(long nowNanos) {
    if (finder != null) {
      finder.advance(nowNanos);
    }
    boolean gates = holds != (heldForNanos(nowNanos) > 0);
    if (breaker != null) {
      breaker.advance(nowNanos);
      gates |= breaker.transitions() != transitions;
      transitions = breaker.transitions();
    }
    changed |= gates;
    return gates;
  }

  /** Returns whether a hold that was in force has ended. */
  boolean resumes(long nowNanos) {
    boolean held = heldForNanos(nowNanos) > 0;
    boolean resumes = holds && !held;
    holds = held;
    return resumes;
  }

  /** Returns what is to be put into force; null = what is in force stays. */
  @Nullable Policy next(long nowNanos) {
    if (finder == null) {
      return null;
    }
    double found = finder.found(nowNanos);
    if (!stale && !finder.isWorth(found, inForce)) {
      return null;
    }
    inForce = found;
    stale = false;
    changed = true;
    return finder.policy(bucket.limit().limit().policy(), found);
  }

  /** Returns when time alone may change something. */
  long nextNanos(long nowNanos) {
    long next = underWay > 0 ? Long.MAX_VALUE : usedNanos + KEEP_NANOS;
    if (finder != null) {
      next = Math.min(next, finder.nextNanos(nowNanos));
    }
    if (breaker != null) {
      next = Math.min(next, breaker.nextNanos());
    }
    return holds ? Math.min(next, nowNanos + heldForNanos(nowNanos)) : next;
  }

  /** Returns whether nobody has used it for so long that it may be forgotten. */
  boolean isForgettable(long nowNanos) {
    return underWay == 0 && nowNanos - usedNanos >= KEEP_NANOS && heldForNanos(nowNanos) == 0;
  }

  /** Returns where it stands, for people; null if it finds nothing. */
  @Nullable AdaptiveState adaptive(long nowNanos) {
    return finder == null ? null : finder.state(nowNanos);
  }

  /** Returns where its breaker stands, for people; null if it has none. */
  @Nullable BreakerState breaker(long nowNanos) {
    if (breaker == null) {
      return null;
    }
    BreakerSnapshot now = breaker.snapshot(nowNanos);
    return new BreakerState(
        now.state().name(),
        now.state() == Breaker.State.OPEN ? now.retryAtNanos() - nowNanos : 0,
        now.failureRatio(),
        now.slowRatio(),
        now.opened());
  }

  /** Returns whether it has learned anything since it was last saved. */
  boolean isChanged() {
    return changed;
  }

  /** Returns what is to be known of it after a restart. */
  SavedLearning save(long nowNanos) {
    changed = false;
    return new SavedLearning(
        bucket.limit().name(),
        bucket.key().values(),
        nowNanos,
        finder == null ? SavedLearning.Found.NOTHING : finder.save(nowNanos),
        breaker == null ? null : breaker.save(nowNanos));
  }

  /** Goes on where it was when it was saved; what its limit has no rules for any more is gone. */
  void restore(SavedLearning saved) {
    if (finder != null) {
      finder.restore(saved);
    }
    BreakerRules breaks = bucket.limit().limit().learning().breaker();
    if (breaks != null && saved.breaker() != null) {
      breaker = Breaker.restored(saved.breaker(), breaks, random, saved.atNanos());
    }
    stale = true;
  }
}
