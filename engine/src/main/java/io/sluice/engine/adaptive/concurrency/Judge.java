package io.sluice.engine.adaptive.concurrency;

/** Decides from cohorts what becomes of a limit. */
interface Judge {
  /** The depth that means: go on without a probe. */
  double NO_PROBE = 1;

  /** Returns how many pieces of work a cohort at the limit needs. */
  long cohortSize();

  /** Returns whether so many of a cohort were dropped already that its latency does not matter. */
  boolean isOverloaded(Cohort cohort);

  /**
   * Judges work that ran at the limit, and may change it.
   *
   * @param probed whether the cohort before this one was a probe
   * @return to what share of the limit to go down for a probe, 0..1; {@link #NO_PROBE} = none
   */
  double atLimit(Cohort cohort, boolean probed, long nowNanos);

  /**
   * Learns from work that ran below the limit.
   *
   * @param tookNanos how long the probe took
   */
  void below(Cohort cohort, long tookNanos, long nowNanos);

  /** Returns what it knows of the service with nothing waiting inside. */
  Baseline baseline();

  /** Goes on after a restart, with a limit and a baseline that were found before. */
  void resume();
}
