package io.sluice.client.invocations;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * When an invocation ran, on the clock of its application.
 *
 * @param startNanos when its work began
 * @param endNanos when it ended; only differences mean something
 */
public record RunInterval(long startNanos, long endNanos) {

  /**
   * Whether any two of these invocations ran at the same time: for tests of a control.
   *
   * @param results of one application, retries included
   * @return false = they ran one after the other
   */
  public static boolean anyRunInParallel(Collection<? extends InvocationResult<?>> results) {
    List<RunInterval> runs = new ArrayList<>();
    results.forEach(result -> runs.addAll(result.runs()));
    if (runs.isEmpty()) {
      return false;
    }
    long origin = runs.get(0).startNanos;
    runs.sort(Comparator.comparingLong(run -> run.startNanos - origin));
    for (int i = 1; i < runs.size(); i++) {
      if (runs.get(i).startNanos - runs.get(i - 1).endNanos < 0) {
        return true;
      }
    }
    return false;
  }
}
