package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A named policy over the demands that it matches.
 *
 * @param name its unique name, 1..128 bytes
 * @param match which demands it applies to
 * @param key the attributes that split it into independent buckets, at most 8; none = one bucket. A
 *     demand without an attribute counts as having it empty.
 * @param policy what it counts
 * @param maxPermitsPerRequest the most that one acquire may ask of it, 1..2^40; 0 = its capacity
 * @param queueMax waiters that it bears at once, over all its buckets, 0..1000000; 0 = nobody waits
 * @param maxKeys buckets that it bears at once, 1..10000000. While so many exist, further keys
 *     share one bucket: nothing is admitted beyond a whole limit, and no other key's bucket is
 *     dropped.
 */
public record Limit(
    String name,
    Match match,
    List<String> key,
    Policy policy,
    long maxPermitsPerRequest,
    int queueMax,
    int maxKeys) {
  /** Waiters that a limit bears unless it says otherwise. */
  public static final int DEFAULT_QUEUE_MAX = 1000;

  /** Buckets that a limit bears unless it says otherwise. */
  public static final int DEFAULT_MAX_KEYS = 100_000;

  private static final int MAX_KEY_ATTRIBUTES = 8;

  /** Checks the bounds. */
  public Limit {
    Bounds.requireText("name", name, 1, Bounds.MAX_ID_BYTES);
    key = List.copyOf(key);
    Bounds.requireRange("key entries", key.size(), 0, MAX_KEY_ATTRIBUTES);
    for (String attribute : key) {
      Bounds.requireText("key", attribute, 1, Bounds.MAX_NAME_BYTES);
    }
    if (new LinkedHashSet<>(key).size() != key.size()) {
      throw new InvalidArgumentException("key", "must name each attribute once but was " + key);
    }
    Bounds.requireRange("max_permits_per_request", maxPermitsPerRequest, 0, Bounds.MAX_PERMITS);
    Bounds.requireRange("queue.max", queueMax, 0, 1_000_000);
    Bounds.requireRange("max_keys", maxKeys, 1, 10_000_000);
    if (policy instanceof Policy.Devices && !key.isEmpty()) {
      throw new InvalidArgumentException(
          "key", "must be empty for a pool of devices but was " + key);
    }
  }

  /** A limit without a key and with every default. */
  public static Limit of(String name, String resourcePattern, Policy policy) {
    return new Limit(
        name,
        Match.resource(resourcePattern),
        List.of(),
        policy,
        0,
        DEFAULT_QUEUE_MAX,
        DEFAULT_MAX_KEYS);
  }

  /** The same limit, split by attributes. */
  public Limit withKey(String... attributes) {
    return new Limit(
        name, match, List.of(attributes), policy, maxPermitsPerRequest, queueMax, maxKeys);
  }

  /** The same limit with another policy. */
  public Limit withPolicy(Policy newPolicy) {
    return new Limit(name, match, key, newPolicy, maxPermitsPerRequest, queueMax, maxKeys);
  }

  /** The same limit with another bound on its queue. */
  public Limit withQueueMax(int newQueueMax) {
    return new Limit(name, match, key, policy, maxPermitsPerRequest, newQueueMax, maxKeys);
  }

  /** The same limit with another bound on one request. */
  public Limit withMaxPermitsPerRequest(long newMax) {
    return new Limit(name, match, key, policy, newMax, queueMax, maxKeys);
  }

  /** The same limit with another bound on its buckets. */
  public Limit withMaxKeys(int newMaxKeys) {
    return new Limit(name, match, key, policy, maxPermitsPerRequest, queueMax, newMaxKeys);
  }

  /** Returns the most that one acquire can ever get. */
  public long largestAsk() {
    long capacity = policy.capacity();
    return maxPermitsPerRequest == 0 ? capacity : Math.min(capacity, maxPermitsPerRequest);
  }
}
