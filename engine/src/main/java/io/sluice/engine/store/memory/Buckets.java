package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.Lease;
import io.sluice.engine.timer.Timer;
import io.sluice.engine.timer.TimerWheel;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The buckets of all limits: made when they are asked for, forgotten when they are as new. Those of
 * a limit out of force stay while they are held.
 */
final class Buckets {
  /** A bucket that fills in no time is still not worth forgetting at once. */
  private static final long MIN_KEEP_NANOS = 10_000_000_000L;

  /** How often to look at a bucket that fills only in ages. */
  private static final long MAX_KEEP_NANOS = 86_400_000_000_000L;

  private final TimerWheel<Timer> wheel;
  private final WallClock wall;
  private final SpentBuckets spent;
  private final BucketMaker maker;
  private final RetiredLimits retired = new RetiredLimits();

  /**
   * When limits of which permits are spent went out of force, by name: one that returns goes on.
   */
  private final Map<String, Long> spentSince =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > LimitTable.MAX_LIMITS;
        }
      };

  /** Looked up only, never gone through, so that the order of its entries decides nothing. */
  private final Map<ActiveLimit, BucketTable> tables = new HashMap<>();

  Buckets(TimerWheel<Timer> wheel, WallClock wall, SpentBuckets spent, BucketMaker maker) {
    this.wheel = wheel;
    this.wall = wall;
    this.spent = spent;
    this.maker = maker;
  }

  MemoryBucket bucket(ActiveLimit limit, BucketKey key, long nowNanos) {
    BucketTable table = table(limit);
    MemoryBucket bucket = table.find(key);
    if (bucket == null) {
      bucket = table.add(key, nowNanos);
      if (table.beginsExhausted(nowNanos)) {
        spent.changed(bucket);
      }
      if (bucket instanceof SpendingBucket spent && !bucket.key().values().isEmpty()) {
        scheduleForgetting(spent, nowNanos);
      }
    }
    return bucket;
  }

  /** Returns the bucket of a name that it had before a restart. */
  MemoryBucket restore(ActiveLimit limit, BucketName name, long nowNanos) {
    MemoryBucket bucket = table(limit).restore(name, nowNanos);
    if (bucket instanceof SpendingBucket spent && !bucket.key().values().isEmpty()) {
      scheduleForgetting(spent, nowNanos);
    }
    return bucket;
  }

  /** Notes that a limit was spent which is not in force after a restart. */
  void spentBefore(String limit, long nowNanos) {
    spentSince.put(limit, nowNanos);
  }

  /** Returns what finds a bucket again after a restart. */
  BucketName name(Bucket bucket) {
    BucketTable table = tables.get(bucket.limit());
    return table == null
        ? new BucketName(bucket.limit().name(), bucket.key().values(), false)
        : table.name((MemoryBucket) bucket);
  }

  MemoryBucket peek(ActiveLimit limit, BucketKey key, long nowNanos) {
    return table(limit).peek(key, nowNanos);
  }

  List<MemoryBucket> all(ActiveLimit limit) {
    return table(limit).all();
  }

  /** Returns the bucket that stands in the place of one that may have been forgotten since. */
  MemoryBucket present(Bucket bucket, long nowNanos) {
    if (bucket.limit().isRetired()) {
      return (MemoryBucket) bucket;
    }
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
    ActiveLimit limit = bucket.limit();
    if (limit.isRetired()) {
      forgetIfUnheld(bucket);
    } else if (!(bucket instanceof SpendingBucket) && !bucket.key().values().isEmpty()) {
      table(limit).forget(bucket, nowNanos);
    }
  }

  /** Forgets a bucket of a rate that may be full again, or looks again later. */
  void due(SpendingBucket bucket, long nowNanos) {
    if (!table(bucket.limit()).forget(bucket, nowNanos)) {
      scheduleForgetting(bucket, nowNanos);
    }
  }

  /** Takes a limit out of force: its buckets stay while they are held. */
  void retire(ActiveLimit limit, long nowNanos) {
    BucketTable table = table(limit);
    if (isSpent(limit)) {
      spentSince.put(limit.name(), nowNanos);
    }
    retired.add(limit);
    for (MemoryBucket bucket : table.all()) {
      wheel.cancel(bucket);
      forgetIfUnheld(bucket);
    }
    if (table.isEmpty()) {
      tables.remove(limit);
      retired.remove(limit);
    }
  }

  /**
   * Puts a limit into force. Leases move to it from a limit in whose place it comes.
   *
   * @param successor what can be spent begins empty
   */
  void add(ActiveLimit limit, boolean successor, Collection<Lease> leases, long nowNanos) {
    Long since = isSpent(limit) ? spentSince.remove(limit.name()) : null;
    if (successor) {
      table(limit).beginExhausted(nowNanos);
    } else if (since != null) {
      table(limit).beginExhausted(since);
    }
    ActiveLimit predecessor = retired.predecessor(limit);
    if (predecessor != null) {
      RetiredLimits.move(predecessor, limit, leases, key -> bucket(limit, key, nowNanos));
      retired.remove(predecessor);
      tables.remove(predecessor);
    }
  }

  /** Makes what the buckets of a limit can spend full. */
  void reset(ActiveLimit limit, long nowNanos) {
    table(limit).reset(nowNanos);
    table(limit).all().forEach(spent::changed);
  }

  private static boolean isSpent(ActiveLimit limit) {
    return limit.limit().policy().kind() == LimitKind.RATE;
  }

  private void forgetIfUnheld(MemoryBucket bucket) {
    ActiveLimit limit = bucket.limit();
    BucketTable table = tables.get(limit);
    if (table != null && table.dropIfUnheld(bucket)) {
      tables.remove(limit);
      retired.remove(limit);
    }
  }

  private void scheduleForgetting(SpendingBucket bucket, long nowNanos) {
    long full = bucket.asNewInNanos(nowNanos);
    long keep = Math.max(MIN_KEEP_NANOS, Math.min(MAX_KEEP_NANOS, full));
    wheel.schedule(bucket, nowNanos + keep);
  }

  private BucketTable table(ActiveLimit limit) {
    BucketTable table = tables.get(limit);
    if (table == null) {
      table = new BucketTable(limit, wall, maker);
      tables.put(limit, table);
    }
    return table;
  }
}
