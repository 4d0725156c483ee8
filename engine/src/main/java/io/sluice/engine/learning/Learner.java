package io.sluice.engine.learning;

import io.sluice.engine.adaptive.concurrency.ConcurrencyController;
import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.concurrency.Ending;
import io.sluice.engine.adaptive.concurrency.LimitMove;
import io.sluice.engine.adaptive.rate.Feedback;
import io.sluice.engine.adaptive.rate.RateChange;
import io.sluice.engine.adaptive.rate.RateController;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.breaker.Breaker;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.breaker.BreakerSnapshot;
import io.sluice.engine.breaker.Permission;
import io.sluice.engine.breaker.Result;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ProviderHint;
import io.sluice.engine.model.ProviderHint.Left;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.timer.Timer;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one bucket learns: its controller, its breaker, and the work of it that is under way. As a
 * timer it is due when time alone may change something.
 */
final class Learner extends Timer {
  /** How often a rate that changes with time is put into force. */
  private static final long REFRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long a bucket that nobody uses remembers what it learned. */
  private static final long KEEP_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** A change of a rate that is worth putting into force. */
  private static final double STEP = 0.001;

  private static final long NEVER = Long.MAX_VALUE;

  private final Bucket bucket;
  private final RandomGenerator random;
  private Learning rules;
  private @Nullable RateController rate;
  private @Nullable ConcurrencyController seats;
  private @Nullable Breaker breaker;
  private long inFlight;
  private int underWay;
  private long usedNanos;

  /** What is in force: permits per second, or permits at once. */
  private double inForce;

  private boolean stale = true;
  private long refreshAtNanos = NEVER;
  private boolean holds;
  private boolean changed = true;
  private long transitions;

  Learner(Bucket bucket, RandomGenerator random, long nowNanos) {
    this.bucket = bucket;
    this.random = random;
    this.rules = Learning.NONE;
    usedNanos = nowNanos;
    follow(nowNanos);
  }

  Bucket bucket() {
    return bucket;
  }

  /** Returns where it stands, for people; null if it finds nothing. */
  @Nullable AdaptiveState adaptive(long nowNanos) {
    RateRules ofRate = rules.rate();
    if (rate != null && ofRate != null) {
      RateChange last = rate.lastChange();
      return new AdaptiveState(
          rate.permitsPerSecond(nowNanos),
          ofRate.floor(),
          ofRate.ceiling(),
          last == null ? "" : last.cause().name(),
          last == null ? 0 : last.from(),
          last == null ? 0 : nowNanos - last.atNanos(),
          heldForNanos(nowNanos));
    }
    ConcurrencyRules ofSeats = rules.concurrency();
    if (seats != null && ofSeats != null) {
      LimitMove last = seats.lastMove();
      return new AdaptiveState(
          seats.limit(),
          ofSeats.min(),
          ofSeats.max(),
          last == null ? "" : last.cause().name(),
          last == null ? 0 : last.from(),
          last == null ? 0 : nowNanos - last.atNanos(),
          0);
    }
    return null;
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

  /** Returns what is to be known of it after a restart. */
  SavedLearning save(long nowNanos) {
    changed = false;
    return new SavedLearning(
        bucket.limit().name(),
        bucket.key().values(),
        nowNanos,
        rate == null ? null : rate.save(nowNanos),
        seats == null ? null : seats.save(),
        breaker == null ? null : breaker.save(nowNanos));
  }

  /** Goes on where it was when it was saved; what its limit has no rules for any more is gone. */
  void restore(SavedLearning saved) {
    if (rate != null && saved.rate() != null) {
      rate.restore(saved.rate(), saved.atNanos());
    }
    if (seats != null && saved.concurrency() != null) {
      seats.restore(saved.concurrency(), saved.atNanos());
    }
    BreakerRules breaks = rules.breaker();
    if (breaks != null && saved.breaker() != null) {
      breaker = Breaker.restored(saved.breaker(), breaks, random, saved.atNanos());
    }
    stale = true;
  }

  /** Returns whether it has learned anything since it was last saved. */
  boolean isChanged() {
    return changed;
  }

  /** Returns what is in force: permits per second, or permits at once. */
  double inForce() {
    return inForce;
  }

  /** Multiplies what it found. */
  void adjust(double factor, long nowNanos) {
    if (rate != null) {
      rate.adjust(factor, nowNanos);
    }
    if (seats != null) {
      seats.adjust(factor, nowNanos);
    }
  }

  /** Goes on by the rules that its limit has now. */
  void follow(long nowNanos) {
    Learning before = rules;
    rules = bucket.limit().limit().learning();
    rate = follow(rate, before.rate(), rules.rate(), nowNanos);
    seats = follow(seats, before.concurrency(), rules.concurrency(), nowNanos);
    breaker = follow(breaker, rules.breaker(), nowNanos);
    stale = true;
  }

  private @Nullable RateController follow(
      @Nullable RateController old,
      @Nullable RateRules before,
      @Nullable RateRules now,
      long nowNanos) {
    if (now == null) {
      return null;
    }
    if (old == null || before == null || before.getClass() != now.getClass()) {
      return now.controller(random, nowNanos);
    }
    if (!now.equals(before)) {
      old.rules(now, nowNanos);
    }
    return old;
  }

  private @Nullable ConcurrencyController follow(
      @Nullable ConcurrencyController old,
      @Nullable ConcurrencyRules before,
      @Nullable ConcurrencyRules now,
      long nowNanos) {
    if (now == null) {
      return null;
    }
    if (old == null || before == null || before.getClass() != now.getClass()) {
      return now.controller(random, nowNanos);
    }
    if (!now.equals(before)) {
      old.rules(now, nowNanos);
    }
    return old;
  }

  private @Nullable Breaker follow(
      @Nullable Breaker old, @Nullable BreakerRules now, long nowNanos) {
    if (now == null) {
      return null;
    }
    if (old == null) {
      return new Breaker(now, random, nowNanos);
    }
    old.rules(now, nowNanos);
    return old;
  }

  /**
   * Lets work begin.
   *
   * @return what its end is to be told with
   */
  Started started(Charge charge, long nowNanos) {
    long permits = charge.taken();
    usedNanos = nowNanos;
    underWay++;
    inFlight += permits;
    if (rate != null) {
      rate.granted(permits, nowNanos);
      refreshSoon(nowNanos);
    }
    if (seats != null) {
      seats.started(inFlight, nowNanos);
    }
    long ticket = breaker == null ? Breaker.REFUSED : breaker.tryStart(nowNanos);
    return new Started(this, charge, ticket, nowNanos);
  }

  /** Takes back work that never began. */
  void undone(Started work, long nowNanos) {
    end(work, Ending.IGNORED, work.atNanos(), nowNanos);
    if (breaker != null) {
      breaker.notStarted(work.ticket(), nowNanos);
    }
  }

  /** Ends work of which nobody said how it ended. */
  void lost(Started work, long nowNanos) {
    end(work, Ending.IGNORED, work.atNanos(), nowNanos);
    if (breaker != null) {
      breaker.ended(work.ticket(), Result.LOST, -1, nowNanos);
    }
  }

  /**
   * Ends work.
   *
   * @param latencyNanos how long it took; -1 = since it began
   */
  void ended(Started work, Outcome outcome, long latencyNanos, ProviderHint hint, long nowNanos) {
    if (outcome == Outcome.UNUSED) {
      undone(work, nowNanos);
      return;
    }
    long took = latencyNanos >= 0 ? latencyNanos : nowNanos - work.atNanos();
    end(work, Words.ending(outcome), nowNanos - took, nowNanos);
    boolean ofTokens = work.charge().estimate() != Charge.CERTAIN;
    Left left = ofTokens ? hint.tokens() : hint.requests();
    tellRate(
        new Feedback(
            outcome,
            work.charge().taken(),
            work.atNanos(),
            hint.retryAfterNanos(),
            isOverloaded(outcome, hint)),
        left,
        nowNanos);
    if (breaker != null) {
      breaker.ended(work.ticket(), Words.result(outcome), took, nowNanos);
    }
  }

  /** Takes in how work ended that no lease was held for. */
  void reported(Outcome outcome, long latencyNanos, ProviderHint hint, long nowNanos) {
    usedNanos = nowNanos;
    long began = latencyNanos >= 0 ? nowNanos - latencyNanos : Feedback.UNKNOWN;
    tellRate(
        new Feedback(outcome, 1, began, hint.retryAfterNanos(), isOverloaded(outcome, hint)),
        hint.requests(),
        nowNanos);
    if (breaker != null && breaker.peek(nowNanos) == Permission.ADMITTED) {
      long ticket = breaker.tryStart(nowNanos);
      breaker.ended(ticket, Words.result(outcome), latencyNanos, nowNanos);
    }
  }

  private void end(Started work, Ending ending, long beganNanos, long nowNanos) {
    usedNanos = nowNanos;
    if (seats != null) {
      seats.ended(ending, beganNanos, inFlight, nowNanos);
    }
    underWay--;
    inFlight -= work.charge().taken();
  }

  private void tellRate(Feedback feedback, @Nullable Left left, long nowNanos) {
    if (rate != null) {
      rate.ended(feedback, nowNanos);
      if (left != null) {
        rate.provider(left.remaining(), left.resetNanos(), nowNanos);
      }
    }
  }

  /** An error that says when to come back is a refusal, as with status 503. */
  private static boolean isOverloaded(Outcome outcome, ProviderHint hint) {
    return outcome == Outcome.ERROR && hint.tellsRetryAfter();
  }

  /**
   * Keeps the place of a probe for work that may begin soon.
   *
   * @return what gives it back; {@link Breaker#REFUSED} = none is needed
   */
  long reserve(long nowNanos) {
    return breaker != null && breaker.peek(nowNanos) == Permission.PROBE
        ? breaker.tryStart(nowNanos)
        : Breaker.REFUSED;
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
    long until = rate == null ? Long.MIN_VALUE : rate.heldUntilNanos();
    return until == Long.MIN_VALUE ? 0 : Math.max(0, until - nowNanos);
  }

  /** Returns whether nothing may start because its provider said so. */
  boolean isHeld(long nowNanos) {
    return holds || heldForNanos(nowNanos) > 0;
  }

  /**
   * Moves time on.
   *
   * @return whether what was closed may be open now, or the other way round
   */
  boolean advance(long nowNanos) {
    if (seats != null) {
      seats.advance(nowNanos);
    }
    boolean gates = false;
    if (breaker != null) {
      breaker.advance(nowNanos);
      gates = breaker.transitions() != transitions;
      transitions = breaker.transitions();
    }
    boolean held = heldForNanos(nowNanos) > 0;
    gates |= held != holds;
    changed |= gates;
    return gates;
  }

  /**
   * Returns whether a hold has ended that was in force: what gathered meanwhile is not sent at
   * once.
   */
  boolean resumes(long nowNanos) {
    boolean held = heldForNanos(nowNanos) > 0;
    boolean resumes = holds && !held;
    holds = held;
    return resumes;
  }

  /** Returns what is to be put into force; null = what is in force stays. */
  @Nullable Policy next(long nowNanos) {
    Policy configured = bucket.limit().limit().policy();
    if (rate != null && configured instanceof Policy.Rate base) {
      double found = rate.permitsPerSecond(nowNanos);
      if (stale || Math.abs(found - inForce) > STEP * inForce) {
        inForce = found;
        stale = false;
        changed = true;
        return base.at(found);
      }
    } else if (seats != null && configured instanceof Policy.Concurrency base) {
      long found = seats.limit();
      if (stale || found != (long) inForce) {
        inForce = found;
        stale = false;
        changed = true;
        return new Policy.Concurrency(found, base.terms());
      }
    }
    return null;
  }

  /** Returns when time alone may change something. */
  long nextNanos(long nowNanos) {
    long next = underWay > 0 ? NEVER : usedNanos + KEEP_NANOS;
    if (seats != null) {
      next = Math.min(next, seats.nextNanos());
    }
    if (breaker != null) {
      next = Math.min(next, breaker.nextNanos());
    }
    if (holds) {
      next = Math.min(next, nowNanos + heldForNanos(nowNanos));
    }
    if (refreshAtNanos <= nowNanos) {
      refreshAtNanos = NEVER;
    }
    return Math.min(next, refreshAtNanos);
  }

  /** Returns whether nobody has used it for so long that it may be forgotten. */
  boolean isForgettable(long nowNanos) {
    return underWay == 0 && nowNanos - usedNanos >= KEEP_NANOS && heldForNanos(nowNanos) == 0;
  }

  /** A rate changes with time while it is used. */
  private void refreshSoon(long nowNanos) {
    if (refreshAtNanos == NEVER) {
      refreshAtNanos = nowNanos + REFRESH_NANOS;
    }
  }

  /**
   * Work that is under way.
   *
   * @param charge what it takes
   * @param ticket of the breaker; {@link Breaker#REFUSED} = none
   * @param atNanos when it began
   */
  record Started(Learner learner, Charge charge, long ticket, long atNanos) {}
}
