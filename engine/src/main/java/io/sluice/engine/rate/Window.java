package io.sluice.engine.rate;

/**
 * How many permits a limit lets through in a stretch of time: what has been taken, and when it no
 * longer counts.
 *
 * <p>A {@code nowNanos} below an earlier one counts as the earlier one. Permits are not negative.
 * What is taken beyond an estimate is counted up to twice the limit. Not thread-safe.
 */
public interface Window {
  /** Returns how many are left; negative in debt, or after the limit was lowered. */
  long remaining(long nowNanos);

  /** Takes permits that {@link #remaining} has just shown. */
  void take(long permits);

  /**
   * Takes permits whether they are left or not, until twice the limit is taken.
   *
   * @return the permits beyond that
   */
  long debit(long permits, long nowNanos);

  /**
   * Gives back permits that were taken, and are counted still; those that no longer count are gone.
   *
   * @param takenAtNanos when they were taken
   */
  void giveBack(long permits, long takenAtNanos, long nowNanos);

  /**
   * Returns the least time until so many are left if nobody else takes any; 0 if they are. More
   * than the limit is counted as if each permit were taken as soon as it is left, for callers that
   * queue behind others. {@link Long#MAX_VALUE} = never, or after more than 292 years.
   */
  long waitNanos(long permits, long nowNanos);

  /** Returns the time until it is as new if nobody takes any; 0 = it is. */
  long emptyInNanos(long nowNanos);

  /**
   * Returns the next of {@link QuotaThreshold#PERCENTS} that was reached in this window and has not
   * been returned for it; 0 = none. A window that slides has none.
   */
  default int nextCrossing() {
    return 0;
  }

  /** Returns what was taken, and when, as numbers that {@link #load} understands. */
  long[] save();

  /**
   * Becomes a window of the same kind of rule that was saved, perhaps under another limit: what was
   * taken then and still counts is taken.
   *
   * @return false if it cannot have been one of the same kind, and nothing changed
   */
  boolean load(long[] saved);

  /**
   * Changes the limit and the rule, which stays of its kind. What was taken and still counts under
   * the new rule stays taken.
   */
  void change(long newPermits, WindowRule newRule, long nowNanos);
}
