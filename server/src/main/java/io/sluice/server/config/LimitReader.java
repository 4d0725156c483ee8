package io.sluice.server.config;

import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitMode;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.limit.Sharing;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.store.shared.SharedStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads limits. Those on a pool of devices get the devices later, when the inventory is known. */
final class LimitReader {
  private static final String RATE = "rate";
  private static final String CONCURRENCY = "concurrency";
  private static final String DEVICES = "devices";
  static final String ADAPTIVE = "adaptive";
  private static final String BREAKER = "breaker";
  private static final List<String> KINDS = List.of(RATE, CONCURRENCY, DEVICES);

  private final Set<String> pools;
  private final int processors;
  private final boolean isShared;
  private final Map<String, String> limitByPool = new HashMap<>();

  LimitReader(Set<String> pools, int processors, boolean isShared) {
    this.isShared = isShared;
    this.pools = pools;
    this.processors = processors;
  }

  /** Reads the limit of a name; null if anything is wrong with it. */
  @Nullable Limit read(String name, Section limit) {
    int problemsBefore = limit.problemCount();
    Section match = limit.section("match");
    Match matched = new Match(match.get(Keys.RESOURCE), match.get(Keys.ATTRIBUTES));
    List<String> key = limit.get(Keys.KEY);
    Policy policy = policy(name, limit);
    QueueRules queue = queue(limit.section("queue"));
    long maxPermitsPerRequest = limit.get(Keys.MAX_PERMITS_PER_REQUEST);
    LimitMode mode = limit.get(Keys.MODE);
    int headroom = limit.get(Keys.HEADROOM);
    int maxKeys = limit.get(Keys.MAX_KEYS);
    Section shared = limit.section("shared");
    Sharing sharing = new Sharing(shared.get(Keys.ON_LOSS), shared.get(Keys.SLICE));
    Learning learning = learning(limit, policy);
    if (policy == null || queue == null || limit.problemCount() > problemsBefore) {
      return null;
    }
    try {
      Limit read =
          new Limit(
                  name, matched, key, policy, mode, headroom, maxPermitsPerRequest, queue, maxKeys)
              .withSharing(sharing)
              .withLearning(learning);
      if (isShared) {
        SharedStore.requireCountable(read);
      }
      return read;
    } catch (InvalidArgumentException e) {
      limit.problem(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static Learning learning(Section limit, @Nullable Policy policy) {
    Learning learning = Learning.NONE;
    if (limit.has(ADAPTIVE) && policy != null) {
      learning = AdaptiveReader.read(limit.section(ADAPTIVE), policy);
    }
    if (limit.has(BREAKER)) {
      BreakerRules breaker = BreakerReader.read(limit.section(BREAKER));
      learning = breaker == null ? learning : learning.withBreaker(breaker);
    }
    return learning;
  }

  private static @Nullable QueueRules queue(Section queue) {
    int max = queue.get(Keys.QUEUE_MAX);
    QueueMode mode = queue.get(Keys.QUEUE_MODE);
    Fairness fairness = queue.get(Keys.FAIRNESS);
    Map<String, Integer> weights = queue.get(Keys.WEIGHTS);
    long agingNanos = queue.get(Keys.AGING);
    int maxBypasses = queue.get(Keys.MAX_BYPASSES);
    try {
      return new QueueRules(max, mode, fairness.withWeights(weights), agingNanos, maxBypasses);
    } catch (InvalidArgumentException e) {
      queue.problem(Keys.WEIGHTS.name(), Text.withoutField(e));
      return null;
    }
  }

  private @Nullable Policy policy(String name, Section limit) {
    List<String> kinds = KINDS.stream().filter(limit::has).toList();
    if (kinds.size() != 1) {
      String but = kinds.isEmpty() ? "none" : String.join(" and ", kinds);
      limit.problem("must have exactly one of rate, concurrency and devices but has " + but);
    }
    Policy policy = null;
    for (String kind : kinds) {
      Section section = limit.section(kind);
      policy =
          switch (kind) {
            case RATE -> RateReader.read(section);
            case CONCURRENCY -> concurrency(section);
            default -> devices(name, limit, section);
          };
    }
    return policy;
  }

  private @Nullable Policy concurrency(Section section) {
    long max = section.get(Keys.CONCURRENCY_MAX);
    LeaseTerms terms = LeaseKeys.CONCURRENCY.read(section);
    return terms == null
        ? null
        : new Policy.Concurrency(max == Keys.CORES ? Math.max(1, processors) : max, terms);
  }

  private @Nullable Policy devices(String name, Section limit, Section section) {
    boolean counted = section.has(Keys.SLOTS.name());
    if (counted == section.has(Keys.POOL.name())) {
      section.problem(
          "must have exactly one of pool and slots but has " + (counted ? "both" : "none"));
    }
    return counted ? slots(section) : pool(name, limit, section);
  }

  private static @Nullable Policy slots(Section section) {
    long slots = section.get(Keys.SLOTS);
    Stream.of(Keys.PLACEMENT.name(), Keys.MAX_SHARERS.name())
        .filter(section::has)
        .forEach(key -> section.problem(key, "must not be there with slots, only with a pool"));
    LeaseTerms terms = LeaseKeys.DEVICES.read(section);
    return terms == null ? null : new Policy.Slots(slots, terms);
  }

  private @Nullable Policy pool(String name, Section limit, Section section) {
    String pool = section.get(Keys.POOL);
    if (section.has(Keys.POOL.name())) {
      refuseUnknown(pool, section);
      refuseShared(pool, name, section);
    }
    if (!limit.get(Keys.KEY).isEmpty()) {
      limit.problem(Keys.KEY.name(), "must be empty for a pool of devices");
    }
    Placement placement = section.get(Keys.PLACEMENT);
    int maxSharers = section.get(Keys.MAX_SHARERS);
    LeaseTerms terms = LeaseKeys.DEVICES.read(section);
    return terms == null ? null : new Policy.Devices(pool, List.of(), placement, maxSharers, terms);
  }

  private void refuseUnknown(String pool, Section section) {
    if (!pools.contains(pool)) {
      String nearest = Spelling.nearest(pool, pools);
      String hint = nearest == null ? "" : "; did you mean " + nearest + "?";
      section.problem(
          Keys.POOL.name(), "must be a pool under devices but was " + Quoted.of(pool) + hint);
    }
  }

  private void refuseShared(String pool, String name, Section section) {
    String other = limitByPool.putIfAbsent(pool, name);
    if (other != null) {
      section.problem(
          Keys.POOL.name(), "must be of one limit but " + pool + " is of " + other + " already");
    }
  }
}
