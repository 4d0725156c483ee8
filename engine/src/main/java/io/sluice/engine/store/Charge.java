package io.sluice.engine.store;

import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.DeviceAsk;
import java.util.ArrayList;
import java.util.List;

/**
 * What an acquire asks of one bucket, and what of that it takes; demands that fall into one bucket
 * are added up.
 *
 * @param bucket the bucket
 * @param resource the resource of the first demand that falls into it
 * @param permits how much is asked for
 * @param asks the devices to take from a pool, else empty
 * @param ridden how much of the permits rides on what the leases above hold, and so takes nothing
 * @param borrowed the devices, held by the leases above, that the ridden part works on
 */
public record Charge(
    Bucket bucket,
    String resource,
    long permits,
    List<DeviceAsk> asks,
    long ridden,
    List<Allotment> borrowed) {
  /** A charge that rides on nothing. */
  public Charge(Bucket bucket, String resource, long permits, List<DeviceAsk> asks) {
    this(bucket, resource, permits, asks, 0, List.of());
  }

  /** Adds another demand on the same bucket. */
  public Charge plus(long morePermits, List<DeviceAsk> moreAsks) {
    List<DeviceAsk> both = asks;
    if (!moreAsks.isEmpty()) {
      both = new ArrayList<>(asks);
      both.addAll(moreAsks);
    }
    return new Charge(bucket, resource, permits + morePermits, List.copyOf(both), ridden, borrowed);
  }

  /** The same charge, of which some rides on the leases above; {@code rest} is what does not. */
  public Charge riding(long permitsRidden, List<DeviceAsk> rest, List<Allotment> devices) {
    return new Charge(
        bucket, resource, permits, List.copyOf(rest), permitsRidden, List.copyOf(devices));
  }

  /** Returns how much it takes of the bucket. */
  public long taken() {
    return permits - ridden;
  }

  /** Returns whether it rides altogether, so that what is left of the bucket does not matter. */
  public boolean isCovered() {
    return ridden > 0 && taken() == 0;
  }

  /** Returns the name of the limit. */
  public String limitName() {
    return bucket.limit().name();
  }
}
