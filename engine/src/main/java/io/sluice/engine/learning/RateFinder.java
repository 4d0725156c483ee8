package io.sluice.engine.learning;

import io.sluice.engine.adaptive.rate.Feedback;
import io.sluice.engine.adaptive.rate.RateChange;
import io.sluice.engine.adaptive.rate.RateController;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ProviderHint;
import io.sluice.engine.model.ProviderHint.Left;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.store.Charge;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Finds the rate of a token bucket. */
final class RateFinder implements Finder {
  /** How often a rate that is used, and so changes with time, is put into force. */
  private static final long REFRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A change that is worth putting into force. */
  private static final double STEP = 0.001;

  private static final long NEVER = Long.MAX_VALUE;

  private final RateController controller;
  private RateRules rules;
  private long refreshAtNanos = NEVER;

  private RateFinder(RateRules rules, RandomGenerator random, long nowNanos) {
    this.rules = rules;
    this.controller = rules.controller(random, nowNanos);
  }

  static Finder following(
      @Nullable Finder before, RateRules rules, RandomGenerator random, long nowNanos) {
    if (before instanceof RateFinder same && same.rules.getClass() == rules.getClass()) {
      if (!same.rules.equals(rules)) {
        same.controller.rules(rules, nowNanos);
        same.rules = rules;
      }
      return same;
    }
    return new RateFinder(rules, random, nowNanos);
  }

  @Override
  public void started(Charge charge, long nowNanos) {
    controller.granted(charge.taken(), nowNanos);
    if (refreshAtNanos == NEVER) {
      refreshAtNanos = nowNanos + REFRESH_NANOS;
    }
  }

  @Override
  public void lost(Work work, long nowNanos) {
    // That nobody says how work ended says nothing about the provider.
  }

  @Override
  public void ended(Work work, Told told, long latencyNanos, long nowNanos) {
    boolean ofTokens = work.charge().estimate() != Charge.CERTAIN;
    Left left = ofTokens ? told.hint().tokens() : told.hint().requests();
    tell(told, work.charge().taken(), work.atNanos(), left, nowNanos);
  }

  @Override
  public void reported(Told told, long latencyNanos, long nowNanos) {
    long began = latencyNanos >= 0 ? nowNanos - latencyNanos : Feedback.UNKNOWN;
    tell(told, 1, began, told.hint().requests(), nowNanos);
  }

  /** An error that says when to come back is a refusal, as with status 503. */
  private void tell(Told told, long permits, long beganNanos, @Nullable Left left, long nowNanos) {
    ProviderHint hint = told.hint();
    boolean overloaded = told.outcome() == Outcome.ERROR && hint.tellsRetryAfter();
    controller.ended(
        new Feedback(told.outcome(), permits, beganNanos, hint.retryAfterNanos(), overloaded),
        nowNanos);
    if (left != null) {
      controller.provider(left.remaining(), left.resetNanos(), nowNanos);
    }
  }

  @Override
  public void advance(long nowNanos) {
    if (refreshAtNanos <= nowNanos) {
      refreshAtNanos = NEVER; // until it is used again
    }
  }

  @Override
  public long nextNanos(long nowNanos) {
    return refreshAtNanos;
  }

  @Override
  public long heldForNanos(long nowNanos) {
    long until = controller.heldUntilNanos();
    return until == Long.MIN_VALUE ? 0 : Math.max(0, until - nowNanos);
  }

  @Override
  public void adjust(double factor, long nowNanos) {
    controller.adjust(factor, nowNanos);
  }

  @Override
  public double found(long nowNanos) {
    return controller.permitsPerSecond(nowNanos);
  }

  @Override
  public boolean isWorth(double found, double inForce) {
    return Math.abs(found - inForce) > STEP * inForce;
  }

  @Override
  public @Nullable Policy policy(Policy configured, double found) {
    return configured instanceof Policy.Rate rate ? rate.at(found) : null;
  }

  @Override
  public AdaptiveState state(long nowNanos) {
    RateChange last = controller.lastChange();
    return new AdaptiveState(
        found(nowNanos),
        rules.floor(),
        rules.ceiling(),
        last == null ? "" : last.cause().name(),
        last == null ? 0 : last.from(),
        last == null ? 0 : nowNanos - last.atNanos(),
        heldForNanos(nowNanos));
  }

  @Override
  public void restore(SavedLearning saved) {
    if (saved.found().rate() != null) {
      controller.restore(saved.found().rate(), saved.atNanos());
    }
  }

  @Override
  public SavedLearning.Found save(long nowNanos) {
    return new SavedLearning.Found(controller.save(nowNanos), null);
  }
}
