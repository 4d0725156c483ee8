package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one limit. A bucket leaves only when it is as new, so that forgetting one never
 * gives anybody tokens. While {@code max_keys} exist, further keys share one more bucket.
 */
final class BucketTable {
  private static final BucketKey OTHERS = new BucketKey(List.of("*"));

  private final ActiveLimit limit;
  private final Map<BucketKey, MemoryBucket> buckets = new HashMap<>();
  private @Nullable MemoryBucket only;
  private @Nullable MemoryBucket others;

  BucketTable(ActiveLimit limit) {
    this.limit = limit;
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
    if (buckets.size() >= limit.limit().maxKeys()) {
      if (others == null) {
        others = create(OTHERS, nowNanos);
      }
      return others;
    }
    MemoryBucket bucket = create(key, nowNanos);
    buckets.put(key, bucket);
    return bucket;
  }

  /** Makes a bucket that is not in the table. */
  MemoryBucket create(BucketKey key, long nowNanos) {
    Policy policy = limit.limit().policy();
    if (policy instanceof Policy.Rate rate) {
      return new RateBucket(limit, key, rate, nowNanos);
    }
    if (policy instanceof Policy.Devices devices) {
      return new DeviceBucket(limit, key, devices);
    }
    return new CountBucket(limit, key);
  }

  /** Drops a bucket of a limit with a key if nobody can notice. */
  boolean forget(MemoryBucket bucket, long nowNanos) {
    return bucket.isForgettable(nowNanos) && buckets.remove(bucket.key(), bucket);
  }

  List<MemoryBucket> all() {
    List<MemoryBucket> all = new ArrayList<>(buckets.values());
    if (only != null) {
      all.add(only);
    }
    if (others != null) {
      all.add(others);
    }
    return all;
  }

  int size() {
    return buckets.size() + (only == null ? 0 : 1) + (others == null ? 0 : 1);
  }
}
