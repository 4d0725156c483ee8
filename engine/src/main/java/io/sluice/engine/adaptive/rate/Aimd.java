package io.sluice.engine.adaptive.rate;

import io.sluice.engine.adaptive.rate.RateChange.Cause;
import io.sluice.engine.model.Outcome;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Adds a little while what there is gets used, and multiplies when work is refused or fails.
 *
 * <p>What comes within a cooldown, or was admitted before the last cut, belongs to that cut: of all
 * that belong to one, the strongest counts, taken from the rate before the first.
 */
final class Aimd implements RateController {
  private final Dial dial;
  private final Usage usage = new Usage();
  private AimdRules rules;
  private long clockNanos;
  private boolean cut;
  private long cutAtNanos;
  private double rateBefore;
  private double strongest;

  Aimd(AimdRules rules, RandomGenerator random, long nowNanos) {
    this.rules = rules;
    dial = new Dial(rules, random);
    clockNanos = nowNanos;
  }

  @Override
  public void granted(long permits, long nowNanos) {
    advance(nowNanos);
    usage.granted(permits);
  }

  @Override
  public void ended(Feedback feedback, long nowNanos) {
    advance(nowNanos);
    dial.hold().retryAfter(feedback.retryAfterNanos(), nowNanos);
    if (feedback.throttled()) {
      cut(rules.throttledFactor(), Cause.THROTTLED, feedback, nowNanos);
    } else if (feedback.outcome() == Outcome.ERROR || feedback.outcome() == Outcome.TIMEOUT) {
      cut(rules.errorFactor(), Cause.FAILED, feedback, nowNanos);
    } else if (feedback.outcome() == Outcome.UNUSED) {
      usage.unused(feedback.permits());
    }
  }

  @Override
  public void provider(long remaining, long resetNanos, long nowNanos) {
    advance(nowNanos);
    dial.provider(remaining, resetNanos, nowNanos);
  }

  @Override
  public double permitsPerSecond(long nowNanos) {
    advance(nowNanos);
    return dial.permitsPerSecond(nowNanos);
  }

  @Override
  public long heldUntilNanos() {
    return dial.hold().untilNanos();
  }

  @Override
  public void adjust(double factor, long nowNanos) {
    advance(nowNanos);
    dial.set(dial.rate() * Checks.factor(factor), Cause.ADJUSTED, nowNanos);
    rateBefore = dial.clamp(rateBefore * factor);
  }

  @Override
  public void rules(RateRules newRules, long nowNanos) {
    AimdRules checked = Checks.same(AimdRules.class, newRules);
    advance(nowNanos);
    rules = checked;
    dial.range(rules, nowNanos);
  }

  @Override
  public @Nullable RateChange lastChange() {
    return dial.lastChange();
  }

  @Override
  public SavedRate save(long nowNanos) {
    advance(nowNanos);
    return dial.save(dial.rate(), 0, cut, nowNanos);
  }

  @Override
  public void restore(SavedRate saved, long nowNanos) {
    dial.restore(saved, nowNanos);
    clockNanos = nowNanos;
    cut = false;
  }

  private void cut(double factor, Cause cause, Feedback feedback, long nowNanos) {
    boolean belongs =
        cut
            && (nowNanos - cutAtNanos < rules.cooldownNanos()
                || feedback.grantedBefore(cutAtNanos));
    if (!belongs) {
      cut = true;
      cutAtNanos = nowNanos;
      rateBefore = dial.rate();
      strongest = 1;
    }
    if (factor < strongest) {
      strongest = factor;
      dial.set(Math.min(dial.rate(), rateBefore * factor), cause, nowNanos);
    }
  }

  private void advance(long nowNanos) {
    double seconds = dial.hold().freeSeconds(clockNanos, nowNanos);
    clockNanos += Math.max(0, nowNanos - clockNanos);
    usage.offered(dial.permitsPerSecond(nowNanos), seconds);
    if (usage.used() && !dial.capped(nowNanos) && !coolsDown(nowNanos)) {
      dial.set(dial.rate() + rules.increasePerSecond() * seconds, Cause.GROWTH, nowNanos);
    }
  }

  private boolean coolsDown(long nowNanos) {
    return cut && nowNanos - cutAtNanos < rules.cooldownNanos();
  }
}
