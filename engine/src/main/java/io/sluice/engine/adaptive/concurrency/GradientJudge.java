package io.sluice.engine.adaptive.concurrency;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the limit at which work begins to wait inside the service.
 *
 * <p>What tells is a pair: the latency {@code R} of work at the limit, and the latency {@code R₀}
 * of work at three quarters of it, both of cohorts chosen by when they began. While the service has
 * a free worker for every piece, both are the same; once it has not, {@code R} rises with the limit
 * and {@code R₀} does not. With {@code e = ln(R/R₀)}, {@code s} its standard error and {@code L}
 * the limit:
 *
 * <pre>
 * target = 0.025 + 1/L + 0.7·s
 * ln L  += g·clamp(target − e, −0.3, target),  g = 0.5·0.06/(0.06 + s²)
 * </pre>
 *
 * {@code g} doubles and more while the service has borne all of the last steps; an excess of more
 * than 0.25 is first probed, then cut with {@code g = 0.8}. Latencies are compared by the squared
 * mean of their roots ({@link Cohort}). At first, and again when the service turns out slower with
 * little in flight as with much and the next cohort agrees, the limit doubles with each cohort
 * until latency follows it, twice unless it is beyond chance, or until what is asked for fits. What
 * does not use the limit moves nothing.
 *
 * <p>While few find the limit full, a higher one costs nobody anything, and a lower one helps
 * nobody: an excess of less than 0.25 is let be, and one of more than 0.3 is asked about upwards,
 * with twice the limit, not downwards by a probe that would refuse work. If latency follows, all is
 * as before, and a probe comes after all; else the service is another than before. More drops than
 * those of the baseline, by 2 % and what chance explains, multiply the limit by 0.9.
 *
 * <p><em>Our differences</em> to the gradient limiters of Netflix and Envoy: the baseline is a mean
 * of drained cohorts, neither a minimum, a long average nor the first to come back; it is measured
 * a quarter below the limit, not at a pinned tiny one, for an eighth to a sixteenth of the time;
 * and what is tolerated is what chance explains, so that one set of constants serves services of
 * any spread, and few samples move little.
 */
final class GradientJudge implements Judge {
  private static final long COHORT = 50;
  private static final long FIRST_COHORT = 25;

  /** By relative variance: exponential times, of 0.27, need all 50, even ones no more than 20. */
  private static final double COHORT_PER_VARIANCE = 200;

  /** How far latency may lie above the baseline, as a logarithm, beyond one waiting piece. */
  private static final double TOLERANCE = 0.025;

  /** How much of what chance explains is tolerated besides. */
  private static final double DOUBT = 0.7;

  /** From here on latency is so high that a probe must tell why. */
  private static final double SUSPICIOUS = 0.25;

  /** What ends the doubling, for twice the limit gives twice the latency: 0.69. */
  private static final double DOUBLED = 0.3;

  /** So many standard errors are no chance, and need no second look. */
  private static final double CERTAIN = 2;

  private static final double DROPS = 0.02;
  private static final double BACKOFF = 0.9;

  /** After drops the limit grows no faster for so many cohorts, however much is borne. */
  private static final int CAREFUL_COHORTS = 10;

  private static final double GAIN = 0.5;
  private static final double NOISE = 0.06;
  private static final double LARGEST_CUT = 0.3;
  private static final double CUT_GAIN = 0.8;
  private static final double DEPTH = 0.75;

  /**
   * The least excess of a cohort over the probe after it that shows waiting, as a share of what a
   * service shows of which every worker is busy during both.
   */
  private static final double WAITING = 0.7;

  /** The share that finds the limit full when 1.25 times as much is asked for as is let through. */
  private static final double LIGHT = 0.2;

  /** How much a cohort counts in the mean of that share, which outlasts the lull between bursts. */
  private static final double LIGHT_SMOOTHING = 0.3;

  /** Each trial in a row that failed doubles the rest before the next, up to 16 times. */
  private static final int MOST_FAILED_TRIALS = 4;

  /** So many cohorts in a row that do not fill the limit show that what is asked for fits. */
  private static final int FITTING_COHORTS = 2;

  /** What is left of a baseline that may have been cut off too early. */
  private static final double FADED = 0.2;

  private static final double DEEPEST = 0.4;
  private static final double BUSY = 0.1;
  private static final double RARE_NANOS = 60e9;
  private static final double RARE = 100;
  private static final double WELL_KNOWN = 500;

  private final Dial dial;
  private final RandomGenerator random;
  private Baseline base = new Baseline();
  private @Nullable Baseline baseBeforeTrial;
  private boolean doubling = true;
  private boolean stopped;
  private double fullShare;
  private boolean light;
  private boolean primed;
  private boolean suspected;
  private boolean unconfirmed;
  private int fitting;
  private boolean first = true;
  private double levelBefore;
  private double root;
  private int growths;
  private long probedNanos;
  private long probeDueNanos;
  private long trialDueNanos;
  private int failedTrials;

  GradientJudge(Dial dial, RandomGenerator random, long nowNanos) {
    this.dial = dial;
    this.random = random;
    levelBefore = dial.level();
    probedNanos = nowNanos;
    probeDueNanos = nowNanos;
    trialDueNanos = nowNanos;
  }

  @Override
  public long cohortSize() {
    if (first) {
      return FIRST_COHORT;
    }
    long enough = base.isKnown() ? (long) (COHORT_PER_VARIANCE * base.variance()) : COHORT;
    return Math.max(ProbingController.MIN_ANSWERS, Math.min(COHORT, enough));
  }

  @Override
  public boolean isOverloaded(Cohort cohort) {
    double usual = base.dropShare();
    double chance = 2 * Math.sqrt(usual * (1 - usual) / cohort.started());
    return cohort.dropShare() > 0.5 || cohort.dropShare() - usual > DROPS + chance;
  }

  @Override
  public double atLimit(Cohort cohort, boolean probed, long nowNanos) {
    if (isOverloaded(cohort)) {
      double level = baseBeforeTrial == null ? dial.level() : levelBefore;
      endDoubling();
      growths = -CAREFUL_COHORTS;
      dial.set(BACKOFF * level, LimitMove.Cause.DROPS, nowNanos);
      return probed ? NO_PROBE : DEPTH; // are there as many with less in flight?
    }
    if (cohort.samples() < ProbingController.MIN_ANSWERS) {
      return NO_PROBE;
    }
    fullShare += LIGHT_SMOOTHING * (cohort.fullShare() - fullShare);
    light = fullShare < LIGHT && cohort.fullShare() < 2 * LIGHT;
    root = cohort.meanRoot();
    if (first && !primed) {
      primed = true; // it told how long to wait for others, and was not waited for as long itself
      return NO_PROBE;
    }
    boolean isBaseline = !base.isKnown();
    if (isBaseline) {
      base.learn(cohort, true);
    }
    double excess = 2 * Math.log(root / base.root());
    double variance = 4 * (cohort.variance() / cohort.samples() + base.error());
    if (doubling) {
      return twice(cohort, isBaseline, excess, variance, nowNanos);
    }
    if (!inUse(cohort)) {
      growths = 0;
      return NO_PROBE;
    }
    if (light && needsTrial(excess, variance, nowNanos)) {
      tryTwice(cohort, nowNanos);
      return NO_PROBE;
    }
    if (needsProbe(cohort, excess, probed, nowNanos)) {
      return depth(excess);
    }
    step(excess, variance, nowNanos);
    return NO_PROBE;
  }

  @Override
  public void below(Cohort cohort, long tookNanos, long nowNanos) {
    boolean slowAbove =
        root > 0.95 * cohort.meanRoot() || 2 * Math.log(root / base.root()) > SUSPICIOUS;
    double deeper = Math.log(dial.level() / Math.max(1, Math.ceil(DEPTH * dial.limit())));
    boolean stoppedByChance = stopped && 2 * Math.log(root / cohort.meanRoot()) < WAITING * deeper;
    stopped = false;
    boolean slower = base.learn(cohort, slowAbove);
    if (stoppedByChance || (slower && root < 1.1 * cohort.meanRoot())) {
      begin(!stoppedByChance); // as slow with little in flight as with much: nothing waited
    }
    double rest = (base.weight() >= WELL_KNOWN ? 15 : 7) * (0.9 + 0.2 * random.nextDouble());
    probedNanos = nowNanos;
    probeDueNanos = nowNanos + (long) (rest * tookNanos);
  }

  @Override
  public Baseline baseline() {
    return base;
  }

  @Override
  public void resume() {
    doubling = false;
    baseBeforeTrial = null;
    first = false;
  }

  private void begin(boolean toBeConfirmed) {
    doubling = true;
    unconfirmed = toBeConfirmed;
    suspected = false;
    fitting = 0;
    levelBefore = dial.level();
  }

  /** Ends a trial, too, as if it had not been. */
  private void endDoubling() {
    doubling = false;
    if (baseBeforeTrial != null) {
      base = baseBeforeTrial;
      baseBeforeTrial = null;
      failedTrials = Math.min(MOST_FAILED_TRIALS, failedTrials + 1);
    }
  }

  private void succeed() {
    if (baseBeforeTrial != null) {
      baseBeforeTrial = null;
      failedTrials = 0;
    }
  }

  /** What is slower than a probe could make good is in trouble, and gets no more to do. */
  private boolean needsTrial(double excess, double variance, long nowNanos) {
    return excess > DOUBLED + DOUBT * Math.sqrt(variance)
        && excess < -Math.log(DEEPEST)
        && nowNanos - trialDueNanos >= 0;
  }

  private void tryTwice(Cohort cohort, long nowNanos) {
    baseBeforeTrial = base;
    base = new Baseline();
    base.learn(cohort, true);
    trialDueNanos = nowNanos + (rareNanos(cohort) << failedTrials);
    begin(false);
    fitting = FITTING_COHORTS - 1; // it nearly fitted before
    dial.set(2 * dial.level(), LimitMove.Cause.ROOM, nowNanos);
  }

  private double twice(
      Cohort cohort, boolean isBaseline, double excess, double variance, long nowNanos) {
    if (!inUse(cohort)) {
      fit(cohort, isBaseline);
      return NO_PROBE;
    }
    double deviation = Math.sqrt(variance);
    if (!first && excess < -CERTAIN * deviation) {
      base.learn(cohort, false); // faster than with less in flight: what was slow has passed
      endDoubling();
      dial.set(Math.min(dial.level(), levelBefore), LimitMove.Cause.CONGESTION, nowNanos);
      return NO_PROBE;
    }
    if (unconfirmed) {
      unconfirmed = false;
      return NO_PROBE;
    }
    if (excess > DOUBLED + (suspected ? DOUBT : CERTAIN) * deviation) {
      return stop(excess - CERTAIN * deviation, nowNanos);
    }
    suspected = !suspected && excess > DOUBLED + DOUBT * deviation;
    if (!suspected) {
      succeed();
      learn(cohort, isBaseline);
      levelBefore = dial.level();
      fitting = 0;
      dial.set(2 * dial.level(), LimitMove.Cause.ROOM, nowNanos);
    }
    return NO_PROBE;
  }

  /** Learns from what did not need the limit, and ends the doubling when that happens again. */
  private void fit(Cohort cohort, boolean isBaseline) {
    if (baseBeforeTrial != null && fitting == FITTING_COHORTS - 1) {
      base.fade(FADED); // the cohort that it was tried for was waited for too short
    }
    learn(cohort, isBaseline);
    if ((!first || cohort.peak() > levelBefore) && ++fitting >= FITTING_COHORTS) {
      succeed();
      doubling = false;
      first = false;
    }
  }

  private void learn(Cohort cohort, boolean isBaseline) {
    if (!isBaseline) {
      base.learn(cohort, false);
    }
  }

  private double stop(double sureExcess, long nowNanos) {
    double level = dial.level();
    endDoubling();
    stopped = true;
    first = false;
    dial.set(Math.min(level, levelBefore), LimitMove.Cause.CONGESTION, nowNanos);
    base.fade(FADED);
    return depth(sureExcess - Math.log(level / dial.level()));
  }

  /** Returns how deep a probe must go to see the service without so much excess. */
  private static double depth(double excess) {
    return excess > 2 * SUSPICIOUS ? Math.max(DEEPEST, Math.exp(-excess)) : DEPTH;
  }

  private boolean needsProbe(Cohort cohort, double excess, boolean probed, long nowNanos) {
    if (base.isDoubted() || (excess > SUSPICIOUS && !probed)) {
      return true;
    }
    boolean due = nowNanos - probeDueNanos >= 0;
    return due && (cohort.fullShare() >= BUSY || nowNanos - probedNanos > rareNanos(cohort));
  }

  private static long rareNanos(Cohort cohort) {
    return (long) Math.max(RARE_NANOS, RARE * cohort.meanNanos());
  }

  private void step(double excess, double variance, long nowNanos) {
    double usual = TOLERANCE + 1 / dial.level();
    if (light && excess > usual && excess <= SUSPICIOUS) {
      growths = 0;
      return;
    }
    double target = usual + DOUBT * Math.sqrt(variance);
    double room = Math.max(-LARGEST_CUT, Math.min(target, target - excess));
    double gain = GAIN * NOISE / (NOISE + variance);
    if (excess > SUSPICIOUS && excess - target > 2 * Math.sqrt(variance)) {
      gain = CUT_GAIN;
      base.fade(0.5);
      probeDueNanos = nowNanos;
    }
    growths = room > 0.6 * target ? growths + 1 : Math.min(growths + 1, 0);
    if (growths > 2) {
      gain = Math.min(2, gain * (growths - 1));
    }
    dial.set(
        dial.level() * Math.exp(gain * room),
        room > 0 ? LimitMove.Cause.ROOM : LimitMove.Cause.CONGESTION,
        nowNanos);
  }

  private boolean inUse(Cohort cohort) {
    return cohort.fullShare() > 0 || cohort.peak() > 0.9 * dial.limit() - 0.5;
  }
}
