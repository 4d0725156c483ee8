package io.sluice.engine.adaptive.concurrency;

import java.util.random.RandomGenerator;

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
 * little in flight as with much, the limit doubles with each cohort until latency follows it. What
 * does not use the limit moves nothing. More drops than those of the baseline, by 2 % and what
 * chance explains, multiply the limit by 0.9.
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

  /** How far latency may lie above the baseline, as a logarithm, beyond one waiting piece. */
  private static final double TOLERANCE = 0.025;

  /** How much of what chance explains is tolerated besides. */
  private static final double DOUBT = 0.7;

  /** From here on latency is so high that a probe must tell why. */
  private static final double SUSPICIOUS = 0.25;

  /** What ends the doubling, for twice the limit gives twice the latency: 0.69. */
  private static final double DOUBLED = 0.3;

  private static final double DROPS = 0.02;
  private static final double BACKOFF = 0.9;

  /** After drops the limit grows no faster for so many cohorts, however much is borne. */
  private static final int CAREFUL_COHORTS = 10;

  private static final double GAIN = 0.5;
  private static final double NOISE = 0.06;
  private static final double LARGEST_CUT = 0.3;
  private static final double CUT_GAIN = 0.8;
  private static final double DEPTH = 0.75;
  private static final double DEEPEST = 0.4;
  private static final double BUSY = 0.1;
  private static final double RARE_NANOS = 60e9;
  private static final double RARE = 100;
  private static final double WELL_KNOWN = 500;

  private final Dial dial;
  private final RandomGenerator random;
  private final Baseline base = new Baseline();
  private boolean doubling = true;
  private boolean first = true;
  private double levelBefore;
  private double root;
  private int growths;
  private long probedNanos;
  private long probeDueNanos;

  GradientJudge(Dial dial, RandomGenerator random, long nowNanos) {
    this.dial = dial;
    this.random = random;
    levelBefore = dial.level();
    probedNanos = nowNanos;
    probeDueNanos = nowNanos;
  }

  @Override
  public long cohortSize() {
    return first ? FIRST_COHORT : COHORT;
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
      doubling = false;
      growths = -CAREFUL_COHORTS;
      dial.set(BACKOFF * dial.level(), LimitMove.Cause.DROPS, nowNanos);
      return probed ? NO_PROBE : DEPTH; // are there as many with less in flight?
    }
    if (cohort.samples() < ProbingController.MIN_ANSWERS) {
      return NO_PROBE;
    }
    root = cohort.meanRoot();
    if (!base.isKnown()) {
      base.learn(cohort, true);
    }
    double excess = 2 * Math.log(root / base.root());
    double variance = 4 * (cohort.variance() / cohort.samples() + base.error());
    if (doubling) {
      return twice(cohort, excess, variance, nowNanos);
    }
    if (!inUse(cohort)) {
      growths = 0;
      return NO_PROBE;
    }
    if (needsProbe(cohort, excess, probed, nowNanos)) {
      return excess > 2 * SUSPICIOUS ? Math.max(DEEPEST, Math.exp(-excess)) : DEPTH;
    }
    step(excess, variance, nowNanos);
    return NO_PROBE;
  }

  @Override
  public void below(Cohort cohort, long tookNanos, long nowNanos) {
    boolean slowAbove =
        root > 0.95 * cohort.meanRoot() || 2 * Math.log(root / base.root()) > SUSPICIOUS;
    boolean slower = base.learn(cohort, slowAbove);
    if (slower && root < 1.1 * cohort.meanRoot()) {
      begin(); // slower with little in flight as with much: another service than before
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
    first = false;
  }

  private void begin() {
    doubling = true;
    levelBefore = dial.level();
  }

  private double twice(Cohort cohort, double excess, double variance, long nowNanos) {
    if (excess > DOUBLED + DOUBT * Math.sqrt(variance)) {
      doubling = false;
      first = false;
      dial.set(Math.min(dial.level(), levelBefore), LimitMove.Cause.CONGESTION, nowNanos);
      base.fade(0.2);
      return DEPTH;
    }
    if (inUse(cohort)) {
      base.learn(cohort, false);
      levelBefore = dial.level();
      dial.set(2 * dial.level(), LimitMove.Cause.ROOM, nowNanos);
    }
    return NO_PROBE;
  }

  private boolean needsProbe(Cohort cohort, double excess, boolean probed, long nowNanos) {
    if (base.isDoubted() || (excess > SUSPICIOUS && !probed)) {
      return true;
    }
    boolean due = nowNanos - probeDueNanos >= 0;
    double rare = Math.max(RARE_NANOS, RARE * cohort.meanNanos());
    return due && (cohort.fullShare() >= BUSY || nowNanos - probedNanos > rare);
  }

  private void step(double excess, double variance, long nowNanos) {
    double target = TOLERANCE + 1 / dial.level() + DOUBT * Math.sqrt(variance);
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
