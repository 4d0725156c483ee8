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
 * @param rate of its rate; null = nothing
 * @param concurrency of its concurrency; null = nothing
 * @param breaker of its breaker; null = nothing
 */
public record SavedLearning(
    String limit,
    List<String> key,
    long atNanos,
    @Nullable SavedRate rate,
    @Nullable SavedConcurrency concurrency,
    @Nullable SavedBreaker breaker) {
  /** Copies the list. */
  public SavedLearning {
    key = List.copyOf(key);
  }
}
