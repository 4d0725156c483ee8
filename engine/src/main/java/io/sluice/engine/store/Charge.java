package io.sluice.engine.store;

import io.sluice.engine.model.DeviceAsk;
import java.util.ArrayList;
import java.util.List;

/**
 * What an acquire takes of one bucket; demands that fall into one bucket are added up.
 *
 * @param bucket the bucket
 * @param resource the resource of the first demand that falls into it
 * @param permits how much
 * @param asks what is asked of a pool of devices, else empty
 */
public record Charge(Bucket bucket, String resource, long permits, List<DeviceAsk> asks) {
  /** Adds another demand on the same bucket. */
  public Charge plus(long morePermits, List<DeviceAsk> moreAsks) {
    List<DeviceAsk> both = asks;
    if (!moreAsks.isEmpty()) {
      both = new ArrayList<>(asks);
      both.addAll(moreAsks);
    }
    return new Charge(bucket, resource, permits + morePermits, List.copyOf(both));
  }

  /** Returns the name of the limit. */
  public String limitName() {
    return bucket.limit().name();
  }
}
