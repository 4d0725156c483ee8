package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.BucketName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one limit. A bucket leaves only when it is as new, so that forgetting one never
 * gives anybody tokens. While {@code max_keys} exist, further keys share one more bucket; and also
 * until that one is as new again, or a key that has taken from it would get a second, full one.
 */
final class BucketTable {
  private final ActiveLimit limit;
  private final WallClock wall;
  private final BucketMaker maker;
  private final KeyedTable<BucketKey, MemoryBucket> buckets = new KeyedTable<>(Bucket::key);
  private @Nullable MemoryBucket only;
  private @Nullable MemoryBucket others;

  /** When everything that could be spent had been; {@link Long#MAX_VALUE} = never. */
  private long exhaustedAtNanos = Long.MAX_VALUE;

  BucketTable(ActiveLimit limit, WallClock wall, BucketMaker maker) {
    this.limit = limit;
    this.wall = wall;
    this.maker = maker;
  }

  /** Makes every bucket begin as if it had been there, and empty, at this time. */
  void beginExhausted(long nowNanos) {
    exhaustedAtNanos = nowNanos;
  }

  /** Returns whether a bucket that comes to exist now begins as if it had been there, empty. */
  boolean beginsExhausted(long nowNanos) {
    return exhaustedAtNanos <= nowNanos;
  }

  /** Makes what can be spent full, in every bucket there is or will be. */
  void reset(long nowNanos) {
    exhaustedAtNanos = Long.MAX_VALUE;
    all().forEach(bucket -> bucket.reset(nowNanos));
  }

  @Nullable MemoryBucket find(BucketKey key) {
    return key.values().isEmpty() ? only : buckets.get(key);
  }

  /** Makes the bucket of a key that {@link #find} did not find. */
  MemoryBucket add(BucketKey key, long nowNanos) {
    if (key.values().isEmpty()) {
      only = create(key, nowNanos);
      return only;
    }
    if (isShared(nowNanos)) {
      if (others == null) {
        others = create(BucketKey.NONE, nowNanos);
      }
      return others;
    }
    MemoryBucket bucket = create(key, nowNanos);
    buckets.put(bucket);
    return bucket;
  }

  /** Returns the bucket of a name, made if it does not exist, however many there are. */
  MemoryBucket restore(BucketName name, long nowNanos) {
    BucketKey key = new BucketKey(name.key());
    if (name.others()) {
      others = others == null ? full(BucketKey.NONE, nowNanos) : others;
      return others;
    }
    MemoryBucket bucket = find(key);
    if (bucket == null) {
      bucket = full(key, nowNanos);
      if (key.values().isEmpty()) {
        only = bucket;
      } else {
        buckets.put(bucket);
      }
    }
    return bucket;
  }

  /** Returns what finds a bucket of this table again after a restart. */
  BucketName name(MemoryBucket bucket) {
    return new BucketName(limit.name(), bucket.key().values(), bucket == others);
  }

  /** Returns the bucket that a key has, or would have; it is not put into the table. */
  MemoryBucket peek(BucketKey key, long nowNanos) {
    MemoryBucket bucket = find(key);
    if (bucket != null) {
      return bucket;
    }
    if (key.values().isEmpty() || !isShared(nowNanos)) {
      return create(key, nowNanos);
    }
    return others != null ? others : create(BucketKey.NONE, nowNanos);
  }

  /** Returns a bucket if it is still in the table, else the one of its key, or null. */
  @Nullable MemoryBucket present(MemoryBucket bucket) {
    return bucket == others ? bucket : find(bucket.key());
  }

  private MemoryBucket create(BucketKey key, long nowNanos) {
    if (!beginsExhausted(nowNanos)) {
      return full(key, nowNanos);
    }
    MemoryBucket bucket = full(key, exhaustedAtNanos);
    bucket.exhaust();
    return bucket;
  }

  private MemoryBucket full(BucketKey key, long nowNanos) {
    return maker.make(limit, key, wall, nowNanos);
  }

  /** Returns whether a key without a bucket shares one. */
  private boolean isShared(long nowNanos) {
    return buckets.size() >= limit.limit().maxKeys()
        || (others != null && !others.isForgettable(nowNanos));
  }

  /** Drops a bucket of a limit with a key if nobody can notice. */
  boolean forget(MemoryBucket bucket, long nowNanos) {
    if (bucket.isForgettable(nowNanos) && buckets.get(bucket.key()) == bucket) {
      buckets.remove(bucket.key());
      return true;
    }
    return false;
  }

  /** Drops a bucket of a retired limit unless it is held; returns whether none is left. */
  boolean dropIfUnheld(MemoryBucket bucket) {
    if (!bucket.isHeld()) {
      if (buckets.get(bucket.key()) == bucket) {
        buckets.remove(bucket.key());
      }
      only = only == bucket ? null : only;
      others = others == bucket ? null : others;
    }
    return isEmpty();
  }

  boolean isEmpty() {
    return buckets.size() == 0 && only == null && others == null;
  }

  List<MemoryBucket> all() {
    List<MemoryBucket> all = buckets.values();
    if (only != null) {
      all.add(only);
    }
    if (others != null) {
      all.add(others);
    }
    return all;
  }
}
