package io.sluice.engine.stats;

import io.sluice.engine.rate.QuotaThreshold;
import java.util.ArrayList;
import java.util.List;

/**
 * How often the buckets of one limit reached a share of their window's permits, and which did so
 * since somebody last asked. Not thread-safe.
 */
public final class QuotaCrossings {
  /** Most crossings that wait to be told; more are only counted. */
  private static final int MAX_UNTOLD = 64;

  private final long[] counts = new long[QuotaThreshold.PERCENTS.size()];
  private final List<List<String>> lastKeys =
      new ArrayList<>(QuotaThreshold.PERCENTS.stream().map(percent -> List.<String>of()).toList());
  private List<Crossing> untold = new ArrayList<>(0);

  /**
   * Counts a bucket that reached a share for the first time in its window.
   *
   * @param percent one of {@link QuotaThreshold#PERCENTS}
   * @param key the values of the limit's key
   */
  public void add(int percent, List<String> key) {
    int index = QuotaThreshold.PERCENTS.indexOf(percent);
    counts[index]++;
    lastKeys.set(index, key);
    if (untold.size() < MAX_UNTOLD) {
      untold.add(new Crossing(percent, key));
    }
  }

  /** Returns those that nobody was told of, in their order; they are told now. */
  public List<Crossing> takeUntold() {
    if (untold.isEmpty()) {
      return List.of();
    }
    List<Crossing> told = untold;
    untold = new ArrayList<>(0);
    return told;
  }

  /** Takes a snapshot: one for each share that was ever reached, rising. */
  List<Counts> snapshot() {
    List<Counts> snapshot = new ArrayList<>(0);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        snapshot.add(new Counts(QuotaThreshold.PERCENTS.get(i), counts[i], lastKeys.get(i)));
      }
    }
    return snapshot;
  }

  /**
   * A bucket that reached a share.
   *
   * @param percent the share
   * @param key the values of the limit's key; empty if it has none
   */
  public record Crossing(int percent, List<String> key) {}

  /**
   * How often a share was reached.
   *
   * @param percent the share
   * @param crossings windows of buckets in which it was reached
   * @param lastKey the values of the limit's key of the last of them; empty if it has none
   */
  public record Counts(int percent, long crossings, List<String> lastKey) {}
}
