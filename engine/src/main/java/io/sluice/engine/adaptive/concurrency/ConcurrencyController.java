package io.sluice.engine.adaptive.concurrency;

import org.jspecify.annotations.Nullable;

/**
 * Finds how many pieces of work a service bears at once.
 *
 * <p>Times are nanoseconds of one monotonic clock of any origin that never goes back. A piece of
 * work of several permits counts so many in flight. The same calls in the same order always give
 * the same limits. Not thread-safe.
 */
public interface ConcurrencyController {
  /** Tells that work began. {@code inFlight} counts it. */
  void started(long inFlight, long nowNanos);

  /**
   * Tells that work ended.
   *
   * @param startedNanos when it began, or now less a latency that the caller told
   * @param inFlight how much was in flight with it
   */
  void ended(Ending ending, long startedNanos, long inFlight, long nowNanos);

  /** Moves time on: windows that are over are judged. */
  void advance(long nowNanos);

  /**
   * Returns when to call {@link #advance} next; {@code Long.MAX_VALUE} = after other calls only.
   */
  long nextNanos();

  /** Returns the limit now, within the bounds of the rules. */
  long limit();

  /**
   * Multiplies the limit now, within the bounds of the rules.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if the factor is not finite or not
   *     above 0
   */
  void adjust(double factor, long nowNanos);

  /**
   * Goes on under other rules of the same controller: the limit stays, within their bounds.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if they are of another controller
   */
  void rules(ConcurrencyRules rules, long nowNanos);

  /** Returns what changed the limit last; null = nothing yet. */
  @Nullable LimitMove lastMove();

  /** Returns what must survive a restart. */
  SavedConcurrency save();

  /** Takes up what was saved; what is out of bounds is brought within, what makes no sense left. */
  void restore(SavedConcurrency saved, long nowNanos);
}
