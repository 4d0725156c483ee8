package io.sluice.engine.admission;

import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import java.util.List;

/**
 * An acquire resolved: what it charges, and where it is counted.
 *
 * @param claim what it charges
 * @param routes one for each demand
 * @param version the version of the limits that it was resolved by
 */
record Ask(Claim claim, List<Route> routes, long version) {
  Acquire acquire() {
    return claim.acquire();
  }

  List<Charge> charges() {
    return claim.charges();
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

  /** Returns whether another ask charges the same buckets by the same. */
  boolean sameBuckets(Ask other) {
    if (charges().size() != other.charges().size()) {
      return false;
    }
    for (int i = 0; i < charges().size(); i++) {
      Charge mine = charges().get(i);
      Charge theirs = other.charges().get(i);
      if (mine.bucket() != theirs.bucket() || mine.permits() != theirs.permits()) {
        return false;
      }
    }
    return true;
  }

  String firstResource() {
    return acquire().demands().get(0).resource();
  }
}
