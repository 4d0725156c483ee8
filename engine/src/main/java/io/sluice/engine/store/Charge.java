package io.sluice.engine.store;

import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LimitKind;
import java.util.ArrayList;
import java.util.List;

/**
 * What an acquire takes of one bucket; demands that fall into one bucket are added up.
 *
 * @param bucket the bucket
 * @param resource the resource of the first demand that falls into it
 * @param permits how much
 * @param asks what is asked of a pool of devices, else empty
 * @param estimate how much of {@code permits} is a guess that a release settles; {@link #CERTAIN} =
 *     no demand on it was an estimate
 */
public record Charge(
    Bucket bucket, String resource, long permits, List<DeviceAsk> asks, long estimate) {
  /** Nothing of it is a guess. */
  public static final long CERTAIN = -1;

  /** A charge of which nothing is a guess. */
  public Charge(Bucket bucket, String resource, long permits, List<DeviceAsk> asks) {
    this(bucket, resource, permits, asks, CERTAIN);
  }

  /** Adds another demand on the same bucket. */
  public Charge plus(long morePermits, List<DeviceAsk> moreAsks) {
    List<DeviceAsk> both = asks;
    if (!moreAsks.isEmpty()) {
      both = new ArrayList<>(asks);
      both.addAll(moreAsks);
    }
    return new Charge(bucket, resource, permits + morePermits, List.copyOf(both), estimate);
  }

  /** The same charge, so much of it a guess. */
  public Charge withEstimate(long guessed) {
    return new Charge(bucket, resource, permits, asks, guessed);
  }

  /** Returns whether a release may settle it: an estimate of what is spent, not held. */
  public boolean isSettled() {
    return estimate != CERTAIN && bucket.limit().limit().policy().kind() == LimitKind.RATE;
  }

  /** The same charge of another bucket. */
  public Charge of(Bucket other) {
    return new Charge(other, resource, permits, asks);
  }

  /** Returns the name of the limit. */
  public String limitName() {
    return bucket.limit().name();
  }
}
