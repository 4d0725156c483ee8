package io.sluice.engine.rate;

import java.util.List;

/** The shares of a window's permits whose use is told, once in each window. */
public final class QuotaThreshold {
  /** In percent, rising. */
  public static final List<Integer> PERCENTS = List.of(50, 80, 90);

  private QuotaThreshold() {}

  /** Returns the one after another; 0 = none. After 0 comes the first. */
  static int after(int percent) {
    for (int next : PERCENTS) {
      if (next > percent) {
        return next;
      }
    }
    return 0;
  }
}
