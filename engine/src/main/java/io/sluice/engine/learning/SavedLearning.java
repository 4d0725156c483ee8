package io.sluice.engine.learning;

import io.sluice.engine.adaptive.concurrency.SavedConcurrency;
import io.sluice.engine.adaptive.rate.SavedRate;
import io.sluice.engine.breaker.SavedBreaker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one bucket has learned, to be known after a restart.
 *
 * @param limit the name of its limit
 * @param key the values of the limit's key; none if it has no key
 * @param atNanos when it was saved; the times in it count from then
 * @param found what its controller found
 * @param breaker of its breaker; null = it has none
 */
public record SavedLearning(
    String limit, List<String> key, long atNanos, Found found, @Nullable SavedBreaker breaker) {
  /** Copies the list. */
  public SavedLearning {
    key = List.copyOf(key);
  }

  /**
   * What a controller found.
   *
   * @param rate a rate; null = none
   * @param concurrency a concurrency; null = none
   */
  public record Found(@Nullable SavedRate rate, @Nullable SavedConcurrency concurrency) {
    /** There is no controller. */
    public static final Found NOTHING = new Found(null, null);
  }
}
