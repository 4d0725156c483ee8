package io.sluice.engine.store.memory;

import io.sluice.engine.model.Release;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Settlement;
import java.util.ArrayList;
import java.util.List;

/** Makes what was charged on an estimate what was taken in truth. */
final class Settling {
  private Settling() {}

  /** Returns the bucket to debit in the place of the one that was charged. */
  interface Present {
    MemoryBucket of(Bucket bucket, long nowNanos);
  }

  /** Settles with the release of a live lease: gives back or debits. */
  static List<Settlement> inTime(Claim claim, Release release, long takenAtNanos, long nowNanos) {
    List<Settlement> settlements = List.of();
    if (release.settles()) {
      settlements = new ArrayList<>();
      for (Charge charge : claim.charges()) {
        if (charge.isSettled()) {
          MemoryBucket bucket = (MemoryBucket) charge.bucket();
          long more = release.actualPermits() - charge.estimate();
          if (more < 0) {
            bucket.refund(-more, takenAtNanos, nowNanos);
          }
          long overrun = more > 0 ? bucket.debit(more, nowNanos) : 0;
          settlements.add(new Settlement(charge, more, overrun));
        }
      }
    }
    return settlements;
  }

  /** Settles after the lease ended otherwise: debits only, because the estimate was charged. */
  static List<Settlement> late(Claim claim, Release release, long nowNanos, Present present) {
    List<Settlement> settlements = List.of();
    if (release.settles()) {
      settlements = new ArrayList<>();
      for (Charge charge : claim.charges()) {
        long more = release.actualPermits() - charge.estimate();
        if (charge.isSettled() && more > 0) {
          long overrun = present.of(charge.bucket(), nowNanos).debit(more, nowNanos);
          settlements.add(new Settlement(charge, more, overrun));
        }
      }
    }
    return settlements;
  }
}
