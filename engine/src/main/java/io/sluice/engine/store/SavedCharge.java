package io.sluice.engine.store;

import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LimitKind;
import java.util.List;

/**
 * A {@link Charge} of a lease, to be kept beyond a restart.
 *
 * @param bucket the bucket
 * @param kind what its limit counted
 * @param resource as in the charge
 * @param permits as in the charge
 * @param asks as in the charge
 * @param estimate as in the charge
 * @param ridden as in the charge
 * @param borrowed as in the charge
 * @param held whether the lease holds it, and was not only charged for it once
 * @param holdings the devices that it holds of a pool, else empty
 */
public record SavedCharge(
    BucketName bucket,
    LimitKind kind,
    String resource,
    long permits,
    List<DeviceAsk> asks,
    long estimate,
    long ridden,
    List<Allotment> borrowed,
    boolean held,
    List<SavedHolding> holdings) {
  /** Returns the charge, of a bucket that stands for the one it was of. */
  public Charge of(Bucket found) {
    return new Charge(found, resource, permits, asks, estimate, ridden, borrowed);
  }
}
