package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * A named policy over the demands that it matches.
 *
 * @param name its unique name, 1..128 bytes
 * @param match which demands it applies to
 * @param key the attributes that split it into independent buckets, at most 8; none = one bucket. A
 *     demand without an attribute counts as having it empty.
 * @param policy what it counts
 * @param mode whether it refuses
 * @param headroomPermille how much of the policy is given out, in thousandths, 1..1000; 1000 for a
 *     pool of devices
 * @param maxPermitsPerRequest the most that one acquire may ask of it, 1..2^40; 0 = the most that
 *     it can ever give
 * @param queue how acquires wait for it
 * @param maxKeys buckets that it bears at once, 1..10000000. While so many exist, further keys
 *     share one bucket: nothing is admitted beyond a whole limit, and no other key's bucket is
 *     dropped.
 * @param sharing how processes share it, where the store is one that several processes share
 * @param learning what it learns from how work ends; only what goes with the policy
 */
public record Limit(
    String name,
    Match match,
    List<String> key,
    Policy policy,
    LimitMode mode,
    int headroomPermille,
    long maxPermitsPerRequest,
    QueueRules queue,
    int maxKeys,
    Sharing sharing,
    Learning learning) {
  /** All of the policy is given out. */
  public static final int FULL_HEADROOM = 1000;

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
    Bounds.requireRange("headroom thousandths", headroomPermille, 1, FULL_HEADROOM);
    Bounds.requireRange("max_keys", maxKeys, 1, 10_000_000);
    if (policy instanceof Policy.Devices && !key.isEmpty()) {
      throw new InvalidArgumentException(
          "key", "must be empty for a pool of devices but was " + key);
    }
    if (policy instanceof Policy.Devices && headroomPermille != FULL_HEADROOM) {
      throw new InvalidArgumentException(
          "headroom thousandths",
          "must be 1000 for a pool of devices, which can reserve memory, but was "
              + headroomPermille);
    }
    learning.requireFitting(policy);
    var unused = policy.withHeadroom(headroomPermille); // refuses what cannot be counted
  }

  /** A limit that is shared as every limit is unless it says otherwise, and learns nothing. */
  public Limit(
      String name,
      Match match,
      List<String> key,
      Policy policy,
      LimitMode mode,
      int headroomPermille,
      long maxPermitsPerRequest,
      QueueRules queue,
      int maxKeys) {
    this(
        name,
        match,
        key,
        policy,
        mode,
        headroomPermille,
        maxPermitsPerRequest,
        queue,
        maxKeys,
        Sharing.DEFAULT,
        Learning.NONE);
  }

  /** A limit without a key and with every default. */
  public static Limit of(String name, String resourcePattern, Policy policy) {
    return new Limit(
        name,
        Match.resource(resourcePattern),
        List.of(),
        policy,
        LimitMode.ENFORCE,
        FULL_HEADROOM,
        0,
        QueueRules.DEFAULT,
        DEFAULT_MAX_KEYS);
  }

  /** The same limit on other demands. */
  public Limit withMatch(Match newMatch) {
    return with(draft -> draft.match = newMatch);
  }

  /** The same limit, split by attributes. */
  public Limit withKey(String... attributes) {
    return with(draft -> draft.key = List.of(attributes));
  }

  /** The same limit with another policy, with which what it learns has to go. */
  public Limit withPolicy(Policy newPolicy) {
    return with(draft -> draft.policy = newPolicy);
  }

  /** The same limit in another mode. */
  public Limit withMode(LimitMode newMode) {
    return with(draft -> draft.mode = newMode);
  }

  /** The same limit with another headroom. */
  public Limit withHeadroomPermille(int newHeadroom) {
    return with(draft -> draft.headroomPermille = newHeadroom);
  }

  /** The same limit with other rules for its queue. */
  public Limit withQueue(QueueRules newQueue) {
    return with(draft -> draft.queue = newQueue);
  }

  /** The same limit with another bound on its queue. */
  public Limit withQueueMax(int newQueueMax) {
    return withQueue(queue.withMax(newQueueMax));
  }

  /** The same limit with another bound on one request. */
  public Limit withMaxPermitsPerRequest(long newMax) {
    return with(draft -> draft.maxPermitsPerRequest = newMax);
  }

  /** The same limit with another bound on its buckets. */
  public Limit withMaxKeys(int newMaxKeys) {
    return with(draft -> draft.maxKeys = newMaxKeys);
  }

  /** The same limit, shared otherwise. */
  public Limit withSharing(Sharing newSharing) {
    return with(draft -> draft.sharing = newSharing);
  }

  /** The same limit, which learns otherwise. */
  public Limit withLearning(Learning newLearning) {
    return with(draft -> draft.learning = newLearning);
  }

  /** The limit that is enforced: so much of its policy as the headroom leaves. */
  public Limit effective() {
    return headroomPermille == FULL_HEADROOM
        ? this
        : with(
            draft -> {
              draft.policy = policy.withHeadroom(headroomPermille);
              draft.headroomPermille = FULL_HEADROOM;
            });
  }

  /** Returns whether it refuses; one in shadow counts what it would have refused. */
  public boolean isEnforced() {
    return mode == LimitMode.ENFORCE;
  }

  /** Returns the most that one acquire can ever get. */
  public long largestAsk() {
    long most = policy.largestAsk();
    return maxPermitsPerRequest == 0 ? most : Math.min(most, maxPermitsPerRequest);
  }

  private Limit with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.limit();
  }

  /** A limit while it becomes another. */
  private static final class Draft {
    private final String name;
    private Match match;
    private List<String> key;
    private Policy policy;
    private LimitMode mode;
    private int headroomPermille;
    private long maxPermitsPerRequest;
    private QueueRules queue;
    private int maxKeys;
    private Sharing sharing;
    private Learning learning;

    Draft(Limit limit) {
      name = limit.name;
      match = limit.match;
      key = limit.key;
      policy = limit.policy;
      mode = limit.mode;
      headroomPermille = limit.headroomPermille;
      maxPermitsPerRequest = limit.maxPermitsPerRequest;
      queue = limit.queue;
      maxKeys = limit.maxKeys;
      sharing = limit.sharing;
      learning = limit.learning;
    }

    Limit limit() {
      return new Limit(
          name,
          match,
          key,
          policy,
          mode,
          headroomPermille,
          maxPermitsPerRequest,
          queue,
          maxKeys,
          sharing,
          learning);
    }
  }
}
