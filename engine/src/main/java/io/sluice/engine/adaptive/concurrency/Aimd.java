package io.sluice.engine.adaptive.concurrency;

import io.sluice.engine.model.InvalidArgumentException;
import org.jspecify.annotations.Nullable;

/**
 * A limit that drops cut and use raises: additive increase, multiplicative decrease.
 *
 * <p>A drop multiplies the limit by the back-off. Work that was served while at least half of the
 * limit was in flight adds one. After Netflix's {@code AIMDLimit}. <em>Our differences:</em> what
 * began before the last cut says nothing any more, so that one overload cuts once however many of
 * its victims come back; and the limit grows by one in each round (a limit's worth of work), not
 * with each piece, so that services of any speed are sought the same way.
 */
final class Aimd implements ConcurrencyController {
  private final Dial dial;
  private AimdRules rules;
  private long cutNanos;

  Aimd(AimdRules rules, long nowNanos) {
    this.rules = rules;
    dial = new Dial(rules);
    cutNanos = nowNanos - 1;
  }

  @Override
  public void started(long inFlight, long nowNanos) {
    // Only endings say something.
  }

  @Override
  public void ended(Ending ending, long startedNanos, long inFlight, long nowNanos) {
    if (ending == Ending.IGNORED || startedNanos - cutNanos <= 0) {
      return;
    }
    if (ending == Ending.DROPPED || nowNanos - startedNanos >= rules.timeoutNanos()) {
      cutNanos = nowNanos;
      dial.set(dial.level() * rules.backoff(), LimitMove.Cause.DROPS, nowNanos);
    } else if (inFlight >= dial.limit() - inFlight) {
      dial.set(dial.level() + 1 / dial.level(), LimitMove.Cause.ROOM, nowNanos);
    }
  }

  @Override
  public void advance(long nowNanos) {
    // Nothing happens by time alone.
  }

  @Override
  public long nextNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public long limit() {
    return dial.limit();
  }

  @Override
  public void adjust(double factor, long nowNanos) {
    dial.adjust(factor, nowNanos);
  }

  @Override
  public void rules(ConcurrencyRules newRules, long nowNanos) {
    if (!(newRules instanceof AimdRules aimdRules)) {
      throw new InvalidArgumentException("controller", "must stay aimd but was " + newRules);
    }
    rules = aimdRules;
    dial.rules(newRules, nowNanos);
  }

  @Override
  public @Nullable LimitMove lastMove() {
    return dial.lastMove();
  }

  @Override
  public SavedConcurrency save() {
    return new SavedConcurrency(dial.level(), 0, 0);
  }

  @Override
  public void restore(SavedConcurrency saved, long nowNanos) {
    dial.set(saved.limit(), LimitMove.Cause.RESTORED, nowNanos);
  }
}
