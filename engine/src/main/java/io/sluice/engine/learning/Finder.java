package io.sluice.engine.learning;

import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ProviderHint;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.store.Charge;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Finds the number that one bucket gives out by: a controller, told of the bucket's work. */
sealed interface Finder permits RateFinder, SeatsFinder {
  /** Returns what goes on by the rules that a limit has now; null if they find nothing. */
  static @Nullable Finder following(
      @Nullable Finder before, Learning rules, RandomGenerator random, long nowNanos) {
    if (rules.rate() != null) {
      return RateFinder.following(before, rules.rate(), random, nowNanos);
    }
    return rules.concurrency() == null
        ? null
        : SeatsFinder.following(before, rules.concurrency(), random, nowNanos);
  }

  /** Work began. */
  void started(Charge charge, long nowNanos);

  /** Work ended of which nothing is known. */
  void lost(Work work, long nowNanos);

  /**
   * Work ended.
   *
   * @param latencyNanos how long it took
   */
  void ended(Work work, Told told, long latencyNanos, long nowNanos);

  /** Work ended that no lease was held for. */
  void reported(Told told, long latencyNanos, long nowNanos);

  /** Moves time on. */
  void advance(long nowNanos);

  /** Returns when to call {@link #advance} next; {@link Long#MAX_VALUE} = no need. */
  long nextNanos(long nowNanos);

  /** Returns how long nothing may start from now, because the provider said so; 0 = it may. */
  long heldForNanos(long nowNanos);

  /** Multiplies what it found. */
  void adjust(double factor, long nowNanos);

  /** Returns what it found: permits per second, or permits at once. */
  double found(long nowNanos);

  /** Returns whether what it found is worth putting into force in the place of something else. */
  boolean isWorth(double found, double inForce);

  /** Returns the policy of a limit with what was found; null if it is of another kind. */
  @Nullable Policy policy(Policy configured, double found);

  /** Returns where it stands, for people. */
  AdaptiveState state(long nowNanos);

  /** Goes on where it was when it was saved. */
  void restore(SavedLearning saved);

  /** Returns what is to be known of it after a restart: a rate or a concurrency, and no more. */
  SavedLearning.Found save(long nowNanos);

  /**
   * What was told of the end of work.
   *
   * @param outcome how it ended
   * @param hint what its provider said
   */
  record Told(Outcome outcome, ProviderHint hint) {}
}
