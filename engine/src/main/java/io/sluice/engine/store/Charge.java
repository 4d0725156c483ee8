package io.sluice.engine.store;

import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LimitKind;
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
 * @param estimate how much of {@code permits} is a guess that a release settles; {@link #CERTAIN} =
 *     no demand on it was an estimate
 * @param ridden how much of the permits rides on what the leases above hold, and so takes nothing
 * @param borrowed the devices, held by the leases above, that the ridden part works on
 */
public record Charge(
    Bucket bucket,
    String resource,
    long permits,
    List<DeviceAsk> asks,
    long estimate,
    long ridden,
    List<Allotment> borrowed) {
  /** Nothing of it is a guess. */
  public static final long CERTAIN = -1;

  /** A charge of which nothing is a guess and that rides on nothing. */
  public Charge(Bucket bucket, String resource, long permits, List<DeviceAsk> asks) {
    this(bucket, resource, permits, asks, CERTAIN, 0, List.of());
  }

  /** Adds another demand on the same bucket. */
  public Charge plus(long morePermits, List<DeviceAsk> moreAsks) {
    List<DeviceAsk> both = asks;
    if (!moreAsks.isEmpty()) {
      both = new ArrayList<>(asks);
      both.addAll(moreAsks);
    }
    return new Charge(
        bucket, resource, permits + morePermits, List.copyOf(both), estimate, ridden, borrowed);
  }

  /** The same charge, so much of it a guess. */
  public Charge withEstimate(long guessed) {
    return new Charge(bucket, resource, permits, asks, guessed, ridden, borrowed);
  }

  /** Returns whether a release may settle it: an estimate of what is spent, not held. */
  public boolean isSettled() {
    return estimate != CERTAIN && bucket.limit().limit().policy().kind() == LimitKind.RATE;
  }

  /** The same charge, of which some rides on the leases above; {@code rest} is what does not. */
  public Charge riding(long permitsRidden, List<DeviceAsk> rest, List<Allotment> devices) {
    return new Charge(
        bucket,
        resource,
        permits,
        List.copyOf(rest),
        estimate,
        permitsRidden,
        List.copyOf(devices));
  }

  /** The same charge of another bucket. */
  public Charge of(Bucket other) {
    return new Charge(other, resource, permits, asks, estimate, ridden, borrowed);
  }

  /** Adds another charge of the same bucket, of which nothing is a guess. */
  public Charge plus(Charge other) {
    List<Allotment> bothBorrowed = new ArrayList<>(borrowed);
    bothBorrowed.addAll(other.borrowed);
    Charge both = plus(other.permits, other.asks);
    return both.riding(ridden + other.ridden, both.asks, bothBorrowed);
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
