package io.sluice.engine.admission;

import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.RequestKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An acquire resolved: what it charges, and where it is counted.
 *
 * @param claim what it charges
 * @param routes one for each demand; none for one that resumes a lease, which counts as no other
 * @param placeNanos the time of its place in a queue; {@link #LAST} = when it comes
 * @param version the version of the limits that it was resolved by
 */
record Ask(Claim claim, List<Route> routes, long placeNanos, long version) {
  static final long LAST = Long.MAX_VALUE;

  /** Returns what makes two asks the same; null = nothing. */
  @Nullable RequestKey requestKey() {
    LeaseId resumes = claim.resumes();
    if (resumes != null) {
      return RequestKey.ofResuming(resumes);
    }
    return acquire().requestId().isEmpty() ? null : RequestKey.of(acquire());
  }

  Acquire acquire() {
    return claim.acquire();
  }

  List<Charge> charges() {
    return claim.charges();
  }

  /** Returns the charges for which it matters what is left, and who waits before. */
  List<Charge> contended() {
    return acquire().parent() == null
        ? charges()
        : charges().stream().filter(charge -> !charge.isCovered()).toList();
  }

  /** Returns what it charges a bucket that it charges. */
  Charge chargeOf(Bucket bucket) {
    List<Charge> charges = charges();
    for (int i = 0; i < charges.size(); i++) {
      if (charges.get(i).bucket() == bucket) {
        return charges.get(i);
      }
    }
    throw new IllegalArgumentException("does not charge " + bucket.limit().name());
  }

  /** Returns how long it will hold what it gets: as it says, or as its limits are used to. */
  long holdNanos() {
    long told = acquire().expectedHoldNanos();
    if (told > 0) {
      return told;
    }
    long hold = 0;
    for (Charge charge : charges()) {
      hold = Math.max(hold, charge.bucket().limit().counters().recentHoldNanos(0));
    }
    return hold;
  }

  /** Returns whether another ask takes the same of the same buckets. */
  boolean sameBuckets(Ask other) {
    if (charges().size() != other.charges().size()) {
      return false;
    }
    for (int i = 0; i < charges().size(); i++) {
      Charge mine = charges().get(i);
      Charge theirs = other.charges().get(i);
      if (mine.bucket() != theirs.bucket() || mine.taken() != theirs.taken()) {
        return false;
      }
    }
    return true;
  }

  String firstResource() {
    return acquire().demands().get(0).resource();
  }
}
