package io.sluice.engine.advice;

import static io.sluice.engine.advice.Said.evidence;
import static io.sluice.engine.advice.Said.inSeconds;
import static io.sluice.engine.advice.Said.number;
import static io.sluice.engine.advice.Said.percent;

import io.sluice.engine.admission.Snapshot.ByLimit;
import io.sluice.engine.stats.AdaptiveState;
import io.sluice.engine.stats.BreakerState;
import io.sluice.engine.stats.QuotaCrossings;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about where a limit stands, and what it has counted since the start. */
final class StateRules {
  private static final long ENOUGH_IN_SHADOW = 1000;
  private static final double NEAR = 0.001;
  private static final double DEBITED_RATIO = 0.2;
  private static final int LAST_PERCENT = 90;

  static final List<Function<ByLimit, @Nullable Recommendation>> ALL =
      List.of(
          StateRules::adaptiveAtFloor,
          StateRules::adaptiveAtCeiling,
          StateRules::breakerOpen,
          StateRules::estimatesTooLow,
          StateRules::shadowRefusesNothing,
          StateRules::quotaSpent);

  private StateRules() {}

  private static @Nullable Recommendation adaptiveAtFloor(ByLimit limit) {
    AdaptiveState state = limit.adaptive();
    if (state == null || state.current() > state.floor() * (1 + NEAR)) {
      return null;
    }
    return Recommendation.ofLimit(
        "adaptive_at_floor",
        Severity.WARNING,
        limit.limit().name(),
        "it was lowered as far as it may be, to " + number(state.current()),
        evidence("current", state.current(), "floor", state.floor()),
        "find out what ails the other side, or lower the floor");
  }

  /** At its ceiling, and somebody wants more. */
  private static @Nullable Recommendation adaptiveAtCeiling(ByLimit limit) {
    AdaptiveState state = limit.adaptive();
    boolean isWanted = limit.recent().denied() > 0 || limit.counts().recentWaitingHighWater() > 0;
    if (state == null || state.current() < state.ceiling() * (1 - NEAR) || !isWanted) {
      return null;
    }
    return Recommendation.ofLimit(
        "adaptive_at_ceiling",
        Severity.INFO,
        limit.limit().name(),
        "it was raised as far as it may be, to " + number(state.current()) + ", and more is asked",
        evidence("current", state.current(), "ceiling", state.ceiling()),
        "raise the ceiling above " + number(state.ceiling()));
  }

  private static @Nullable Recommendation breakerOpen(ByLimit limit) {
    BreakerState state = limit.breaker();
    if (state == null || state.state().equals("CLOSED")) {
      return null;
    }
    return Recommendation.ofLimit(
        "breaker_open",
        Severity.CRITICAL,
        limit.limit().name(),
        "its breaker is "
            + state.state()
            + " since "
            + percent(state.failureRatio())
            + " of the work failed and "
            + percent(state.slowRatio())
            + " was slow",
        evidence(
            "failure_ratio", state.failureRatio(), "open_for", inSeconds(state.openForNanos())),
        "nothing: find out what ails the other side");
  }

  private static @Nullable Recommendation estimatesTooLow(ByLimit limit) {
    long debited = limit.counts().permitsDebited() + limit.counts().permitsOverrun();
    long granted = limit.counts().permitsGranted();
    if (debited == 0 || debited <= DEBITED_RATIO * granted) {
      return null;
    }
    return Recommendation.ofLimit(
        "estimates_too_low",
        Severity.INFO,
        limit.limit().name(),
        "work took " + debited + " permits more than the " + granted + " that were granted",
        evidence("debited", debited, "granted", granted),
        "have callers estimate more, by about " + percent((double) debited / granted));
  }

  private static @Nullable Recommendation shadowRefusesNothing(ByLimit limit) {
    long granted = limit.counts().granted();
    if (limit.limit().isEnforced()
        || granted < ENOUGH_IN_SHADOW
        || limit.counts().wouldDeny() > 0) {
      return null;
    }
    return Recommendation.ofLimit(
        "shadow_refuses_nothing",
        Severity.INFO,
        limit.limit().name(),
        "in shadow it would have refused none of " + granted + " acquires",
        evidence("granted", granted, "would_deny", 0),
        "mode: enforce");
  }

  private static @Nullable Recommendation quotaSpent(ByLimit limit) {
    for (QuotaCrossings.Counts threshold : limit.counts().thresholds()) {
      if (threshold.percent() >= LAST_PERCENT) {
        return Recommendation.ofLimit(
            "quota_spent",
            Severity.INFO,
            limit.limit().name(),
            threshold.percent()
                + " % of its window was used "
                + threshold.crossings()
                + " times"
                + (threshold.lastKey().isEmpty() ? "" : ", last by " + threshold.lastKey()),
            evidence("percent", threshold.percent(), "crossings", threshold.crossings()),
            "raise rate.permits, or spread the work over the window");
      }
    }
    return null;
  }
}
