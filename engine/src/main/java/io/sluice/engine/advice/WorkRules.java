package io.sluice.engine.advice;

import static io.sluice.engine.advice.Said.evidence;
import static io.sluice.engine.advice.Said.inSeconds;
import static io.sluice.engine.advice.Said.percent;
import static io.sluice.engine.advice.Said.seconds;

import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.stats.Recent;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.TopKeys;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about the work on a resource, and about keys. */
final class WorkRules {
  private static final double ERROR_RATIO = 0.1;
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long ENOUGH_DENIED = 100;
  private static final double HOT = 0.5;

  static final List<Function<ResourceTable.Resource, @Nullable Recommendation>> OF_RESOURCES =
      List.of(WorkRules::errors, WorkRules::slow);

  private WorkRules() {}

  private static @Nullable Recommendation errors(ResourceTable.Resource resource) {
    Recent recent = resource.recent();
    if (recent.tried() < UsageRules.ENOUGH || recent.errorRatio() <= ERROR_RATIO) {
      return null;
    }
    return Recommendation.ofResource(
        "errors",
        Severity.CRITICAL,
        resource.counts().resource(),
        percent(recent.errorRatio()) + " of the work fails",
        evidence("error_ratio", recent.errorRatio(), "tried", recent.tried()),
        "give the limit a breaker, so that work which fails is not sent");
  }

  private static @Nullable Recommendation slow(ResourceTable.Resource resource) {
    long mean = resource.recent().latency().meanNanos();
    long count = resource.recent().latency().count();
    if (count < UsageRules.ENOUGH || mean <= SLOW_NANOS) {
      return null;
    }
    return Recommendation.ofResource(
        "slow",
        Severity.WARNING,
        resource.counts().resource(),
        "work takes " + seconds(mean) + " on average",
        evidence("mean_latency", inSeconds(mean), "count", count),
        "let fewer run at once, if they slow each other down");
  }

  /** One key has most of the denials of its limit. */
  static @Nullable Recommendation hotKey(TopKeys.Denied key, Snapshot.ByLimit limit) {
    long surely = key.count() - key.error();
    long denied = limit.counts().denied();
    if (surely < ENOUGH_DENIED || surely <= HOT * denied) {
      return null;
    }
    return Recommendation.ofLimit(
        "hot_key",
        Severity.INFO,
        key.limit(),
        "the key " + key.key() + " has " + surely + " of " + denied + " denials",
        evidence("denied_of_key", surely, "denied", denied),
        "give this key a limit of its own, or have its caller slow down");
  }

  /** One for all: there may be any number of names. */
  static @Nullable Recommendation unmatched(Snapshot snapshot) {
    long unmatched = 0;
    String first = "";
    for (ResourceTable.Resource resource : snapshot.resources()) {
      if (resource.counts().unmatched() > 0) {
        first = first.isEmpty() ? resource.counts().resource() : first;
        unmatched += resource.counts().unmatched();
      }
    }
    if (unmatched == 0) {
      return null;
    }
    return Recommendation.ofResource(
        "unmatched",
        Severity.INFO,
        first,
        unmatched + " acquires asked for resources that no limit matches, first " + first,
        evidence("unmatched", unmatched),
        "add a limit that matches it, or set server.unmatched to deny");
  }
}
