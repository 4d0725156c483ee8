package io.sluice.engine.admission;

import io.sluice.engine.learning.Learners;
import io.sluice.engine.limit.PauseTable;
import io.sluice.engine.model.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lets nothing start for a while, however much is left: a pause that an administrator ordered,
 * a hold that a provider asked for, a breaker that is open.
 */
final class Gates {
  private final PauseTable pauses;
  private final Learners learners;

  Gates(PauseTable pauses, Learners learners) {
    this.pauses = pauses;
    this.learners = learners;
  }

  /** Returns what keeps an ask from starting now, one that denies before one that lets wait. */
  @Nullable Closed closed(Ask ask, long nowNanos) {
    PauseTable.Paused paused = pauses.of(ask.acquire());
    if (paused != null && paused.pause().deny()) {
      return new Closed(Denials.paused(paused), true);
    }
    Learners.Closed learned = learners.closed(ask.charges(), nowNanos);
    if (paused != null && (learned == null || !learned.deny())) {
      return new Closed(Denials.paused(paused), false);
    }
    return learned == null
        ? null
        : new Closed(Denials.blocked(List.of(learned.blocker()), null), learned.deny());
  }

  /**
   * Why nothing starts.
   *
   * @param denial what those are told who cannot wait
   * @param deny nobody waits for it to open
   */
  record Closed(Decision.Denied denial, boolean deny) {}
}
