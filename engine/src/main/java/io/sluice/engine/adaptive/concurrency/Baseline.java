package io.sluice.engine.adaptive.concurrency;

/**
 * The latency of the service with nothing waiting inside: a mean of roots over the last cohorts
 * that ran below the limit.
 *
 * <p>A mean, not a minimum: the minimum of windows is a minimum of noise, and a limit that is
 * judged by it starves. A cohort that differs by more than chance explains begins it anew.
 */
final class Baseline {
  /** The pieces of work that are remembered at most. */
  private static final double MAX_WEIGHT = 600;

  /** From how many standard errors a difference is no chance. */
  private static final double SIGNIFICANT = 3;

  private static final double SIGNIFICANT_RISE = 4;

  private static final double DROP_SMOOTHING = 0.3;
  private static final double MAX_ROOT = 1e10;

  private static final double SLOWER = 0.05;

  private static final double MUCH_SLOWER = 0.28;

  private double root;
  private double variance;
  private double weight;
  private double dropShare;
  private boolean doubted;

  boolean isKnown() {
    return weight > 0;
  }

  /** Returns whether the last cohort was slower than chance explains, and the next must tell. */
  boolean isDoubted() {
    return doubted;
  }

  double root() {
    return root;
  }

  /** Returns the variance of the roots, relative to the square of their mean. */
  double variance() {
    return variance;
  }

  double weight() {
    return weight;
  }

  double dropShare() {
    return dropShare;
  }

  /** Returns the square of the standard error, relative to the root. */
  double error() {
    return variance / weight;
  }

  /** Forgets part of what it is worth. */
  void fade(double factor) {
    weight = Math.max(1, weight * factor);
  }

  /**
   * Learns from a cohort that ran below the limit.
   *
   * @param confirmed a rise is no accident: work at the limit is slow, too
   * @return whether it is much slower than before
   */
  boolean learn(Cohort cohort, boolean confirmed) {
    double difference = Math.log(cohort.meanRoot() / root);
    double error = Math.sqrt(cohort.variance() / cohort.samples() + error());
    if (weight == 0 || difference < -SIGNIFICANT * error) {
      replace(cohort);
    } else if (difference > Math.max(SLOWER, SIGNIFICANT_RISE * error)) {
      if (confirmed || doubted) {
        replace(cohort);
        return difference > MUCH_SLOWER;
      } else {
        doubted = true;
      }
    } else {
      doubted = false;
      double share = cohort.samples() / (weight + cohort.samples());
      root += share * (cohort.meanRoot() - root);
      variance += share * (cohort.variance() - variance);
      dropShare += Math.max(share, DROP_SMOOTHING) * (cohort.dropShare() - dropShare);
      weight = Math.min(MAX_WEIGHT, weight + cohort.samples());
    }
    return false;
  }

  private void replace(Cohort cohort) {
    root = cohort.meanRoot();
    variance = cohort.variance();
    dropShare = cohort.dropShare();
    weight = Math.min(MAX_WEIGHT, (double) cohort.samples());
    doubted = false;
  }

  /** Takes up what was saved, if it makes sense. */
  void restore(double savedRoot, double savedWeight) {
    if (savedRoot >= 1 && savedRoot < MAX_ROOT && savedWeight >= 1) {
      root = savedRoot;
      variance = 1;
      weight = Math.min(MAX_WEIGHT, savedWeight);
    }
  }
}
