package io.sluice.engine.adaptive.concurrency;

import java.util.random.RandomGenerator;

/**
 * Keeps a few pieces of work waiting inside the service, as TCP Vegas does with packets.
 *
 * <p>With {@code L} the limit, {@code R} the latency at it and {@code R₀} the baseline, {@code L·(1
 * − R₀/R)} pieces wait. Fewer than {@code lg L}: the limit grows by {@code 6·lg L}; fewer than
 * {@code 3·lg L}: by {@code lg L}; more than {@code 6·lg L}, or a drop: it shrinks by {@code lg L}.
 * After Netflix's {@code VegasLimit}. <em>Our differences:</em> a cohort is judged, not a piece;
 * and the baseline is measured with the limit down to half, every 15 to 30 cohorts, so that it
 * never is the latency of an overloaded service (Netflix/concurrency-limits#165).
 */
final class VegasJudge implements Judge {
  private static final long COHORT = 50;
  private static final int COHORTS_BETWEEN_PROBES = 30;
  private static final double DEPTH = 0.5;

  private final Dial dial;
  private final RandomGenerator random;
  private final Baseline base = new Baseline();
  private double root;
  private int cohortsToProbe = 1;

  VegasJudge(Dial dial, RandomGenerator random) {
    this.dial = dial;
    this.random = random;
  }

  @Override
  public long cohortSize() {
    return COHORT;
  }

  @Override
  public boolean isOverloaded(Cohort cohort) {
    return cohort.dropped() > 0;
  }

  @Override
  public double atLimit(Cohort cohort, boolean probed, long nowNanos) {
    double step = Math.max(1, Math.log10(dial.level()));
    if (isOverloaded(cohort)) {
      dial.set(dial.level() - step, LimitMove.Cause.DROPS, nowNanos);
      return NO_PROBE;
    }
    if (cohort.samples() < ProbingController.MIN_ANSWERS || !isHalfUsed(cohort)) {
      return NO_PROBE;
    }
    root = cohort.meanRoot();
    if (!base.isKnown()) {
      base.learn(cohort, true);
    }
    if (--cohortsToProbe <= 0 || base.isDoubted()) {
      return DEPTH;
    }
    double share = base.root() / root;
    double waiting = dial.limit() * (1 - share * share);
    if (waiting <= step) {
      dial.set(dial.level() + 6 * step, LimitMove.Cause.ROOM, nowNanos);
    } else if (waiting < 3 * step) {
      dial.set(dial.level() + step, LimitMove.Cause.ROOM, nowNanos);
    } else if (waiting > 6 * step) {
      dial.set(dial.level() - step, LimitMove.Cause.CONGESTION, nowNanos);
    }
    return NO_PROBE;
  }

  @Override
  public void below(Cohort cohort, long tookNanos, long nowNanos) {
    base.learn(cohort, root > 0.95 * cohort.meanRoot());
    cohortsToProbe = (int) (COHORTS_BETWEEN_PROBES * (0.5 + 0.5 * random.nextDouble()));
  }

  @Override
  public Baseline baseline() {
    return base;
  }

  @Override
  public void resume() {
    cohortsToProbe = 1;
  }

  private boolean isHalfUsed(Cohort cohort) {
    return cohort.peak() >= dial.limit() - cohort.peak();
  }
}
