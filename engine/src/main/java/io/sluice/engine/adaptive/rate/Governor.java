package io.sluice.engine.adaptive.rate;

import io.sluice.engine.adaptive.rate.RateChange.Cause;
import io.sluice.engine.model.Outcome;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rate of a provider whose limit nobody knows and which changes: CUBIC as TCP has it (RFC
 * 9438), with growth as a share of the rate instead of an amount, so that it fits any scale.
 *
 * <p>Only refusals that speak of a limit lower the rate; failures and time-outs do not.
 *
 * <ul>
 *   <li><em>Start:</em> 1.5 times what was accepted in the last sample, until the first refusal.
 *   <li><em>Cut:</em> the {@linkplain Curve plateau} becomes the share of the rate that was
 *       accepted; with few answers not less than {@code backoff²} of it. The rate becomes {@code
 *       backoff} of the plateau. At most one cut in an epoch, which is the 95th percentile of the
 *       time that answers take and at least a second; what was admitted before a cut is old news.
 *   <li><em>Outage:</em> when all is refused, only a hundredth is sent, to see when it ends. From
 *       then on the rate doubles about each second, up to where it was before.
 *   <li><em>Slow providers:</em> recovery and growth take as many times longer as ten permits, or
 *       four times the delay of answers, are longer than the recovery.
 *   <li><em>Costly refusals:</em> so they do where thirty times the hold that the last refusal
 *       asked for is longer, of holds up to two seconds: a refusal that stops everybody is worth
 *       the fewer.
 * </ul>
 */
final class Governor implements RateController {
  private static final double START_GROWTH = 1.5;

  /** Refusals in a row from which on there is an outage. */
  private static final int OUTAGE_REFUSALS = 3;

  private static final double OUTAGE_SHARE = 1 / 100.0;
  private static final double MOST_OUTAGE_SHARE = 1 / 4.0;

  /** What is sent at once when an outage is over, as a share of the rate before. */
  private static final double RETURN_SHARE = 1 / 8.0;

  /** What each accepted permit adds to the rate after an outage, per second: e^0.7 ≈ 2. */
  private static final double RETURN_PER_PERMIT = 0.7;

  private static final double MOST_RETURN_GROWTH = 0.2;

  private static final double RECOVERY_PERMITS = 10;
  private static final double RECOVERY_DELAYS = 4;
  private static final double RECOVERY_HOLDS = 30;

  /** A longer hold is told by a window that is spent, and wastes nothing of it. */
  private static final double LONGEST_COSTLY_SECONDS = 2;

  private static final double LEAST_EPOCH_SECONDS = 1;

  private final Dial dial;
  private final Curve curve;
  private final Usage usage = new Usage();
  private final Acceptance acceptance = new Acceptance();
  private final Delay delay = new Delay();
  private double backoff;
  private double recoverySeconds;
  private long clockNanos;

  /** Whether the provider has refused anything, or an operator has told what to send. */
  private boolean learned;

  private boolean cut;
  private long cutAtNanos;

  /** How long the last refusal let nothing start. */
  private double costSeconds;

  /** The plateau when the refusals began that come in a row. */
  private double borne;

  /** The rate before an outage that is not made up for; 0 = none. */
  private double before;

  Governor(GovernorRules rules, RandomGenerator random, long nowNanos) {
    dial = new Dial(rules, random);
    backoff = rules.backoff();
    curve = new Curve(backoff);
    recoverySeconds = rules.recoveryNanos() / 1e9;
    curve.restAt(dial.rate());
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
    boolean held = dial.hold().holds(nowNanos);
    dial.hold().retryAfter(feedback.retryAfterNanos(), nowNanos);
    if (feedback.outcome() == Outcome.UNUSED) {
      usage.unused(feedback.permits());
      return;
    }
    delay.observe(feedback.delayNanos(nowNanos));
    if (cut && feedback.grantedBefore(cutAtNanos)) {
      return;
    }
    if (feedback.throttled()) {
      acceptance.refused(feedback.permits());
      if (!held && !inEpoch(nowNanos)) {
        double told = Math.max(0, feedback.retryAfterNanos()) / 1e9;
        costSeconds = told > LONGEST_COSTLY_SECONDS ? 0 : told;
        cut(nowNanos);
      }
    } else if (feedback.accepted()) {
      acceptance.accepted(feedback.permits());
      if (before > 0) {
        comeBack(feedback.permits(), nowNanos);
      }
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
    double checked = Checks.factor(factor);
    advance(nowNanos);
    curve.restAt(dial.set(dial.rate() * checked, Cause.ADJUSTED, nowNanos));
    learned = true;
    before = 0;
  }

  @Override
  public void rules(RateRules newRules, long nowNanos) {
    GovernorRules checked = Checks.same(GovernorRules.class, newRules);
    advance(nowNanos);
    backoff = checked.backoff();
    curve.backoff(backoff);
    recoverySeconds = checked.recoveryNanos() / 1e9;
    double aim = aim();
    resume(dial.range(checked, nowNanos), aim);
  }

  @Override
  public @Nullable RateChange lastChange() {
    return dial.lastChange();
  }

  @Override
  public SavedRate save(long nowNanos) {
    advance(nowNanos);
    return dial.save(aim(), 0, learned, nowNanos);
  }

  @Override
  public void restore(SavedRate saved, long nowNanos) {
    clockNanos = nowNanos;
    learned = saved.learned();
    cut = false;
    acceptance.forget();
    resume(dial.restore(saved, nowNanos), saved.plateau());
  }

  private boolean inEpoch(long nowNanos) {
    double seconds = Math.max(LEAST_EPOCH_SECONDS, delay.seconds());
    return cut && (nowNanos - cutAtNanos) / 1e9 < seconds;
  }

  private void cut(long nowNanos) {
    double share = acceptance.share();
    if (acceptance.refusedInARow() <= 1) {
      borne = curve.plateau();
    }
    if (share == 0 && acceptance.refusedInARow() >= OUTAGE_REFUSALS) {
      curve.restAt(dial.clamp(inOutage()));
    } else {
      double least = acceptance.enough() ? 0 : backoff * backoff;
      curve.cutTo(dial.clamp(dial.rate() * Math.max(share, least)));
      if (share > 0) {
        before = before * backoff > curve.plateau() ? before * backoff : 0;
      }
    }
    learned = true;
    cut = true;
    cutAtNanos = nowNanos;
    acceptance.forget();
    dial.set(curve.rate(), Cause.THROTTLED, nowNanos);
  }

  /** Returns the rate at which to look for the end of an outage; with few answers, on the way. */
  private double inOutage() {
    before = Math.max(before, Math.max(borne, curve.plateau()));
    double look = Math.max(before * OUTAGE_SHARE, Math.min(1, before * MOST_OUTAGE_SHARE));
    double next = acceptance.enough() ? look : Math.max(look, dial.rate() / 2);
    return Math.min(dial.rate(), next);
  }

  private void comeBack(long permits, long nowNanos) {
    double more = permits * Math.min(RETURN_PER_PERMIT, dial.rate() * MOST_RETURN_GROWTH);
    double rate = Math.max(dial.rate() + more, before * RETURN_SHARE);
    if (rate < before * backoff) {
      curve.restAt(dial.clamp(rate));
    } else {
      curve.cutTo(before);
      before = 0;
    }
    dial.set(curve.rate(), Cause.GROWTH, nowNanos);
  }

  private void advance(long nowNanos) {
    double seconds = dial.hold().freeSeconds(clockNanos, nowNanos);
    clockNanos += Math.max(0, nowNanos - clockNanos);
    if (seconds == 0) {
      return;
    }
    boolean sampled = usage.offered(dial.permitsPerSecond(nowNanos), seconds);
    boolean grows = usage.used() && before == 0 && !dial.capped(nowNanos);
    curve.pass(seconds / stepSeconds(), grows);
    if (sampled) {
      acceptance.roll();
      if (!learned && usage.used()) {
        start();
      }
    }
    if (curve.rate() >= dial.ceiling()) {
      curve.restAt(dial.ceiling());
    }
    dial.set(curve.rate(), Cause.GROWTH, nowNanos);
  }

  private void start() {
    double rate = START_GROWTH * acceptance.lastAccepted() / usage.sampleSeconds();
    if (rate > curve.rate()) {
      curve.restAt(dial.clamp(rate));
    }
  }

  private double stepSeconds() {
    double slowest = Math.max(RECOVERY_PERMITS / dial.rate(), RECOVERY_DELAYS * delay.seconds());
    double costly = Math.max(slowest, RECOVERY_HOLDS * costSeconds);
    return Math.max(recoverySeconds, costly) / Curve.RECOVERY_STEPS;
  }

  /** Returns the rate that is returned to. */
  private double aim() {
    return before > 0 ? before : curve.plateau();
  }

  private void resume(double rate, double aim) {
    double clamped = dial.clamp(aim);
    before = 0;
    if (clamped <= rate) {
      curve.restAt(rate);
    } else if (rate >= clamped * backoff) {
      curve.resume(rate, clamped);
    } else {
      curve.restAt(rate);
      before = clamped;
    }
  }
}
