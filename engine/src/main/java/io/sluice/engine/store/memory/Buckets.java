package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.timer.Timer;
import io.sluice.engine.timer.TimerWheel;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The buckets of all limits: made when they are asked for, forgotten when they are as new. */
final class Buckets {
  /** A bucket that fills in no time is still not worth forgetting at once. */
  private static final long MIN_KEEP_NANOS = 10_000_000_000L;

  /** How often to look at a bucket that fills only in ages. */
  private static final long MAX_KEEP_NANOS = 86_400_000_000_000L;

  private final TimerWheel<Timer> wheel;
  private final WallClock wall;
  private @Nullable BucketTable[] tables = {}; // by the order of the limit

  Buckets(TimerWheel<Timer> wheel, WallClock wall) {
    this.wheel = wheel;
    this.wall = wall;
  }

  MemoryBucket bucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    BucketTable table = table(limit);
    MemoryBucket bucket = table.find(key);
    if (bucket == null) {
      bucket = table.add(key, nowNanos);
      if (bucket instanceof SpendingBucket spent && !bucket.key().values().isEmpty()) {
        scheduleForgetting(spent, nowNanos);
      }
    }
    return bucket;
  }

  MemoryBucket peek(ActiveLimit limit, BucketKey key, long nowNanos) {
    return table(limit).peek(key, nowNanos);
  }

  List<MemoryBucket> all(ActiveLimit limit) {
    return table(limit).all();
  }

  /** Returns the bucket that stands in the place of one that may have been forgotten since. */
  MemoryBucket present(Bucket bucket, long nowNanos) {
    MemoryBucket present = table(bucket.limit()).present((MemoryBucket) bucket);
    return present != null ? present : bucket(bucket.limit(), bucket.key(), nowNanos);
  }

  void retain(Bucket bucket) {
    ((MemoryBucket) bucket).retain();
  }

  void unretain(Bucket bucket, long nowNanos) {
    ((MemoryBucket) bucket).unretain();
    forgetIfEmpty((MemoryBucket) bucket, nowNanos);
  }

  /** Forgets a bucket that came to exist for a question, and in which nothing is taken. */
  void forgetIfEmpty(MemoryBucket bucket, long nowNanos) {
    if (bucket instanceof CountBucket && !bucket.key().values().isEmpty()) {
      table(bucket.limit()).forget(bucket, nowNanos);
    }
  }

  /** Forgets a bucket of a rate that may be full again, or looks again later. */
  void due(SpendingBucket bucket, long nowNanos) {
    if (!table(bucket.limit()).forget(bucket, nowNanos)) {
      scheduleForgetting(bucket, nowNanos);
    }
  }

  private void scheduleForgetting(SpendingBucket bucket, long nowNanos) {
    long full = bucket.asNewInNanos(nowNanos);
    long keep = Math.max(MIN_KEEP_NANOS, Math.min(MAX_KEEP_NANOS, full));
    wheel.schedule(bucket, nowNanos + keep);
  }

  private BucketTable table(ActiveLimit limit) {
    int order = limit.order();
    if (order < tables.length && tables[order] != null) {
      return tables[order];
    }
    if (order >= tables.length) {
      tables = Arrays.copyOf(tables, order + 1);
    }
    BucketTable table = new BucketTable(limit, wall);
    tables[order] = table;
    return table;
  }
}
