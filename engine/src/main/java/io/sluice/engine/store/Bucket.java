package io.sluice.engine.store;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.timer.Timer;
import org.jspecify.annotations.Nullable;

/**
 * A handle of one bucket of a limit, made by the store and carried by every charge, so that nothing
 * is looked up twice. A store extends it with what it needs; as a timer it is the store's own.
 */
public abstract class Bucket extends Timer {
  private final ActiveLimit limit;
  private final BucketKey key;
  private @Nullable Policy learned;

  /** For the stores. */
  protected Bucket(ActiveLimit limit, BucketKey key) {
    this.limit = limit;
    this.key = key;
  }

  /** Returns the limit. */
  public final ActiveLimit limit() {
    return limit;
  }

  /** Returns which of the limit's buckets it is. */
  public final BucketKey key() {
    return key;
  }

  /** Returns what it gives out by: its limit's policy, or what was learned. */
  public final Policy policy() {
    return learned == null ? limit.limit().policy() : learned;
  }

  /** Notes what was learned; null = its limit's policy holds. */
  protected final void learn(@Nullable Policy policy) {
    learned = policy;
  }
}
