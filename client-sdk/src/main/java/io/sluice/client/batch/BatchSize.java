package io.sluice.client.batch;

import io.sluice.client.internal.Checks;
import java.time.Duration;

/**
 * How many items a batch has: always the same, or as many as take about a given time. Then a batch
 * that took longer halves the next one, and one that did not adds a tenth of the most, within their
 * bounds. Immutable.
 */
public final class BatchSize {
  private static final int MAX = 1_000_000;
  private static final Duration LONGEST = Duration.ofHours(24);

  private final int min;
  private final int first;
  private final int max;
  private final Duration target;

  private BatchSize(int min, int first, int max, Duration target) {
    this.min = Checks.inRange("min", min, 1, MAX);
    this.max = Checks.inRange("max", max, min, MAX);
    this.first = Checks.inRange("first", first, min, max);
    this.target = Checks.inRange("target", target, Duration.ofMillis(1), LONGEST);
  }

  /**
   * Always the same.
   *
   * @param items 1..1000000
   * @return the size
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public static BatchSize fixed(int items) {
    Checks.inRange("items", items, 1, MAX);
    return new BatchSize(items, items, items, LONGEST);
  }

  /**
   * As many as take about the target.
   *
   * @param min the fewest, 1 or more
   * @param first those of the first batch
   * @param max the most, up to 1000000
   * @param target how long the work on a batch should take, waits apart, 1 ms..24 h
   * @return the size
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public static BatchSize dynamic(int min, int first, int max, Duration target) {
    return new BatchSize(min, first, max, target);
  }

  int first() {
    return first;
  }

  /** The size after a batch that took so long. */
  int next(int present, long elapsedNanos) {
    return elapsedNanos > target.toNanos()
        ? Math.max(min, present / 2)
        : Math.min(max, present + Math.max(1, max / 10));
  }
}
