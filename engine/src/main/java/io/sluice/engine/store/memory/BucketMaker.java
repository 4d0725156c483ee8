package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.WallClock;

/** Makes the buckets of limits, each of the kind that the limit's policy asks for. */
public interface BucketMaker {
  /** Makes the buckets of a store that keeps everything in this process. */
  BucketMaker IN_MEMORY = BucketMaker::inMemory;

  /**
   * Makes a bucket of which nothing is taken.
   *
   * @param nowNanos since when it counts
   */
  MemoryBucket make(ActiveLimit limit, BucketKey key, WallClock wall, long nowNanos);

  private static MemoryBucket inMemory(
      ActiveLimit limit, BucketKey key, WallClock wall, long nowNanos) {
    Policy policy = limit.limit().policy();
    if (policy instanceof Policy.Rate rate) {
      return new RateBucket(limit, key, rate, nowNanos);
    }
    if (policy instanceof Policy.Window window) {
      return new WindowBucket(limit, key, window, wall, nowNanos);
    }
    if (policy instanceof Policy.Devices devices) {
      return new DeviceBucket(limit, key, devices);
    }
    return new CountBucket(limit, key);
  }
}
