package io.sluice.engine.adaptive.rate;

import io.sluice.engine.model.InvalidArgumentException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rate that a provider bears from how work ended.
 *
 * <p>Times are monotonic nanoseconds of any origin that never fall. Each call is O(1) and allocates
 * nothing, {@link #lastChange} and {@link #save} apart. Not thread-safe.
 */
public interface RateController {
  /** Work of so many permits was admitted. */
  void granted(long permits, long nowNanos);

  /** Work that was admitted ended. */
  void ended(Feedback feedback, long nowNanos);

  /**
   * The provider says that so many permits remain until its window begins anew. Until then the rate
   * is at most 0.95 · remaining / reset; if none remain, nothing starts.
   *
   * @param remaining 0 or less = none
   * @param resetNanos how long until then; 0 or less = now, which tells nothing
   */
  void provider(long remaining, long resetNanos, long nowNanos);

  /** Returns the permits per second now, within [floor, ceiling], whatever holds. */
  double permitsPerSecond(long nowNanos);

  /** Returns until when nothing may start, maybe in the past; Long.MIN_VALUE = nothing holds. */
  long heldUntilNanos();

  /**
   * Multiplies the rate now; the result is clamped. Each call counts.
   *
   * @throws InvalidArgumentException if the factor is not finite or not above 0
   */
  void adjust(double factor, long nowNanos);

  /**
   * Goes on under other rules of the same controller: the rate stays, clamped.
   *
   * @throws InvalidArgumentException if they are rules of another controller
   */
  void rules(RateRules rules, long nowNanos);

  /** Returns what changed the rate last; null = nothing yet. */
  @Nullable RateChange lastChange();

  /** Returns what must survive a restart. */
  SavedRate save(long nowNanos);

  /** Goes on where a controller of the same kind was when it was saved. */
  void restore(SavedRate saved, long nowNanos);
}
