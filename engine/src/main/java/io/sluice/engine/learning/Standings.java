package io.sluice.engine.learning;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.store.StateStore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Where limits stand with what they learn, for people: that of one bucket stands for all. */
final class Standings {
  private final LearnerTable table;
  private final StateStore store;
  private final RandomGenerator random;

  Standings(LearnerTable table, StateStore store, RandomGenerator random) {
    this.table = table;
    this.store = store;
    this.random = random;
  }

  /**
   * Returns where an adaptive limit stands: its bucket that may give out least; as it begins, if
   * none has been asked yet. Null if it is not adaptive.
   */
  @Nullable AdaptiveState adaptive(ActiveLimit limit, long nowNanos) {
    if (limit.limit().learning().isSteady()) {
      return null;
    }
    AdaptiveState least = null;
    for (Learner learner : table.of(limit)) {
      AdaptiveState state = learner.adaptive(nowNanos);
      if (state != null && (least == null || state.current() < least.current())) {
        least = state;
      }
    }
    return least == null ? unasked(limit, nowNanos).adaptive(nowNanos) : least;
  }

  /**
   * Returns where the breaker of a limit stands: that of its bucket which fails most. Null if it
   * has none.
   */
  @Nullable BreakerState breaker(ActiveLimit limit, long nowNanos) {
    if (limit.limit().learning().breaker() == null) {
      return null;
    }
    BreakerState worst = null;
    long opened = 0;
    for (Learner learner : table.of(limit)) {
      BreakerState state = learner.breaker(nowNanos);
      if (state != null) {
        opened += state.opened();
        worst = worst == null || severity(state) > severity(worst) ? state : worst;
      }
    }
    return worst == null
        ? unasked(limit, nowNanos).breaker(nowNanos)
        : new BreakerState(
            worst.state(), worst.openForNanos(), worst.failureRatio(), worst.slowRatio(), opened);
  }

  private static double severity(BreakerState state) {
    double share = Math.max(state.failureRatio(), state.slowRatio());
    return switch (state.state()) {
      case "OPEN" -> 4 + share;
      case "HALF_OPEN" -> 2 + share;
      default -> share;
    };
  }

  /** Returns what a bucket would learn by, that nobody has asked for yet. */
  private Learner unasked(ActiveLimit limit, long nowNanos) {
    return new Learner(store.peekBucket(limit, BucketKey.NONE, nowNanos), random, nowNanos);
  }
}
