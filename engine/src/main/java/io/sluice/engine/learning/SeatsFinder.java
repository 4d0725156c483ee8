package io.sluice.engine.learning;

import io.sluice.engine.adaptive.concurrency.ConcurrencyController;
import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.concurrency.Ending;
import io.sluice.engine.adaptive.concurrency.LimitMove;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.store.Charge;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Finds how much of a concurrency limit may be held at once. */
final class SeatsFinder implements Finder {
  private final ConcurrencyController controller;
  private ConcurrencyRules rules;
  private long inFlight;

  private SeatsFinder(ConcurrencyRules rules, RandomGenerator random, long nowNanos) {
    this.rules = rules;
    this.controller = rules.controller(random, nowNanos);
  }

  static Finder following(
      @Nullable Finder before, ConcurrencyRules rules, RandomGenerator random, long nowNanos) {
    if (before instanceof SeatsFinder same && same.rules.getClass() == rules.getClass()) {
      if (!same.rules.equals(rules)) {
        same.controller.rules(rules, nowNanos);
        same.rules = rules;
      }
      return same;
    }
    SeatsFinder finder = new SeatsFinder(rules, random, nowNanos);
    finder.inFlight = before instanceof SeatsFinder other ? other.inFlight : 0;
    return finder;
  }

  @Override
  public void started(Charge charge, long nowNanos) {
    inFlight += charge.taken();
    controller.started(inFlight, nowNanos);
  }

  @Override
  public void lost(Work work, long nowNanos) {
    end(Ending.IGNORED, work, work.atNanos(), nowNanos);
  }

  @Override
  public void ended(Work work, Told told, long latencyNanos, long nowNanos) {
    end(Words.ending(told.outcome()), work, nowNanos - latencyNanos, nowNanos);
  }

  private void end(Ending ending, Work work, long beganNanos, long nowNanos) {
    controller.ended(ending, beganNanos, inFlight, nowNanos);
    inFlight -= work.charge().taken();
  }

  @Override
  public void reported(Told told, long latencyNanos, long nowNanos) {
    // It held nothing, so it says nothing about how much may be held.
  }

  @Override
  public void advance(long nowNanos) {
    controller.advance(nowNanos);
  }

  @Override
  public long nextNanos(long nowNanos) {
    return controller.nextNanos();
  }

  @Override
  public long heldForNanos(long nowNanos) {
    return 0;
  }

  @Override
  public void adjust(double factor, long nowNanos) {
    controller.adjust(factor, nowNanos);
  }

  @Override
  public double found(long nowNanos) {
    return controller.limit();
  }

  @Override
  public boolean isWorth(double found, double inForce) {
    return found != inForce;
  }

  @Override
  public @Nullable Policy policy(Policy configured, double found) {
    return configured instanceof Policy.Concurrency concurrency
        ? new Policy.Concurrency((long) found, concurrency.terms())
        : null;
  }

  @Override
  public AdaptiveState state(long nowNanos) {
    LimitMove last = controller.lastMove();
    return new AdaptiveState(
        found(nowNanos),
        rules.min(),
        rules.max(),
        last == null ? "" : last.cause().name(),
        last == null ? 0 : last.from(),
        last == null ? 0 : nowNanos - last.atNanos(),
        0);
  }

  @Override
  public void restore(SavedLearning saved) {
    if (saved.found().concurrency() != null) {
      controller.restore(saved.found().concurrency(), saved.atNanos());
    }
  }

  @Override
  public SavedLearning.Found save(long nowNanos) {
    return new SavedLearning.Found(null, controller.save());
  }
}
