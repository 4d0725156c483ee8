package io.sluice.engine.advice;

import static io.sluice.engine.advice.Said.evidence;
import static io.sluice.engine.advice.Said.inSeconds;
import static io.sluice.engine.advice.Said.number;
import static io.sluice.engine.advice.Said.percent;
import static io.sluice.engine.advice.Said.seconds;

import io.sluice.engine.admission.Snapshot.ByLimit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.stats.Distribution;
import io.sluice.engine.stats.Recent;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules about how a limit fits what is asked of it in the last minute. */
final class UsageRules {
  /** Fewer say nothing. */
  static final int ENOUGH = 20;

  private static final double THROTTLED_RATIO = 0.01;
  private static final double IDLE = 0.5;
  private static final double QUEUE_FULL = 0.8;
  private static final double KEYS_FULL = 0.9;

  static final List<Function<ByLimit, @Nullable Recommendation>> ALL =
      List.of(
          UsageRules::throttled,
          UsageRules::deniedWhileIdle,
          UsageRules::waitExceedsWork,
          UsageRules::leasesExpire,
          UsageRules::queueNearlyFull,
          UsageRules::keysNearlyFull);

  private UsageRules() {}

  /** The provider refuses what the limit lets through. */
  private static @Nullable Recommendation throttled(ByLimit limit) {
    Recent recent = limit.recent();
    if (limit.limit().policy().kind() != LimitKind.RATE
        || recent.tried() < ENOUGH
        || recent.throttledRatio() <= THROTTLED_RATIO) {
      return null;
    }
    double passed =
        recent.permitsPerSecond()
            * (1 - recent.throttledRatio())
            / Math.max(1, limit.usage().buckets());
    return Recommendation.ofLimit(
        "throttled",
        Severity.WARNING,
        limit.limit().name(),
        percent(recent.throttledRatio())
            + " of the work was refused by the provider's own limit; it let "
            + number(passed)
            + " permits a second through",
        evidence("throttled_ratio", recent.throttledRatio(), "passed_per_second", passed),
        "lower rate.permits to " + number(passed) + " a second, or make the limit adaptive");
  }

  /** Single keys or short bursts are denied while most of what there is lies idle. */
  private static @Nullable Recommendation deniedWhileIdle(ByLimit limit) {
    double share = share(limit);
    long denied = limit.recent().denied();
    if (denied == 0 || share < 0 || share >= IDLE || limit.limit().policy().isClosed()) {
      return null;
    }
    boolean isRate = limit.limit().policy().kind() == LimitKind.RATE;
    return Recommendation.ofLimit(
        "denied_while_idle",
        Severity.INFO,
        limit.limit().name(),
        denied + " acquires were denied though only " + percent(share) + " was in use",
        evidence("denied", denied, "utilization", share),
        isRate
            ? "raise rate.burst above " + limit.limit().policy().capacity() + ", or let them wait"
            : "raise the limit above " + limit.limit().policy().capacity() + ", or let them wait");
  }

  /** Returns which share of a limit is in use; −1 = nobody can tell. */
  private static double share(ByLimit limit) {
    if (limit.limit().policy() instanceof Policy.Rate rate) {
      double whole = rate.scale().permits() * 1e9 / rate.scale().periodNanos();
      double all = whole * limit.usage().buckets();
      return all == 0 ? -1 : limit.recent().permitsPerSecond() / all;
    }
    return limit.limit().policy().terms() == null ? -1 : limit.utilization();
  }

  private static @Nullable Recommendation waitExceedsWork(ByLimit limit) {
    Distribution waiting = limit.recent().waiting();
    Distribution told = limit.recent().latency();
    Distribution work = told.count() > 0 ? told : limit.recent().holding();
    if (waiting.count() < ENOUGH
        || work.count() < ENOUGH
        || waiting.p95Nanos() <= work.p95Nanos()) {
      return null;
    }
    return Recommendation.ofLimit(
        "wait_exceeds_work",
        Severity.WARNING,
        limit.limit().name(),
        "the slowest 5 % wait "
            + seconds(waiting.p95Nanos())
            + " or longer for work that takes "
            + seconds(work.p95Nanos()),
        evidence("wait_p95", inSeconds(waiting.p95Nanos()), "work_p95", inSeconds(work.p95Nanos())),
        "raise the limit if what it protects bears it, else send less");
  }

  private static @Nullable Recommendation leasesExpire(ByLimit limit) {
    long expired = limit.recent().expired();
    if (expired == 0) {
      return null;
    }
    return Recommendation.ofLimit(
        "leases_expire",
        Severity.WARNING,
        limit.limit().name(),
        expired + " leases ran out before they were released: holders died, or do not renew",
        evidence("expired", expired, "granted", limit.recent().granted()),
        "have holders renew at a third of their ttl, or lengthen ttl");
  }

  private static @Nullable Recommendation queueNearlyFull(ByLimit limit) {
    int max = limit.limit().queue().max();
    long most = limit.counts().recentWaitingHighWater();
    if (max == 0 || most <= QUEUE_FULL * max) {
      return null;
    }
    return Recommendation.ofLimit(
        "queue_nearly_full",
        Severity.WARNING,
        limit.limit().name(),
        most + " waited at once; beyond " + max + " acquires are denied QUEUE_FULL",
        evidence("waiting", most, "queue_max", max),
        "raise queue.max above " + max + ", or raise the limit");
  }

  private static @Nullable Recommendation keysNearlyFull(ByLimit limit) {
    long buckets = limit.usage().buckets();
    int max = limit.limit().maxKeys();
    if (limit.limit().key().isEmpty() || buckets <= KEYS_FULL * max) {
      return null;
    }
    return Recommendation.ofLimit(
        "keys_nearly_full",
        Severity.WARNING,
        limit.limit().name(),
        buckets + " keys are in use; beyond " + max + " further ones share one bucket",
        evidence("buckets", buckets, "max_keys", max),
        "raise max_keys above " + max);
  }
}
