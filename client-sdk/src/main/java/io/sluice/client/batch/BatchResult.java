package io.sluice.client.batch;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a batch.
 *
 * @param <T> the items
 * @param <R> what comes of one
 * @param number which batch of its source, from 1
 * @param size how many items
 * @param values what came of each, in the order of the source; null for one that failed
 * @param failures the items that failed in every attempt
 * @param attempts how often it was tried, at least 1
 * @param elapsed how long it took, all attempts and waits included
 */
public record BatchResult<T, R>(
    long number,
    int size,
    List<@Nullable R> values,
    List<ItemFailure<T>> failures,
    int attempts,
    Duration elapsed) {

  /**
   * Keeps the lists from being changed.
   *
   * @param number which batch
   * @param size how many items
   * @param values what came of each
   * @param failures copied
   * @param attempts how often it was tried
   * @param elapsed how long it took
   */
  public BatchResult {
    values = Collections.unmodifiableList(values);
    failures = List.copyOf(failures);
  }

  /**
   * Whether every item succeeded in the end.
   *
   * @return false = there are failures
   */
  public boolean isSuccess() {
    return failures.isEmpty();
  }
}
