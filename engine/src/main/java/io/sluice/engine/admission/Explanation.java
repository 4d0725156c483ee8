package io.sluice.engine.admission;

import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.model.LimitState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an acquire would be answered now.
 *
 * @param decision the answer; a grant carries no lease
 * @param limits every limit that would be charged, in the order they are checked
 */
public record Explanation(Decision decision, List<ByLimit> limits) {
  /**
   * What one limit says.
   *
   * @param limit its name
   * @param kind what it counts
   * @param key the values of its key
   * @param permits what would be charged
   * @param state what it has left
   * @param waitingAhead acquires that wait for the bucket and go first
   * @param blocker why it stands in the way; null if it does not
   */
  public record ByLimit(
      String limit,
      LimitKind kind,
      List<String> key,
      long permits,
      LimitState state,
      int waitingAhead,
      @Nullable Blocker blocker) {}
}
