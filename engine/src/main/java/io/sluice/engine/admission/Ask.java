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
 */
record Ask(Claim claim, List<Route> routes) {
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

  String firstResource() {
    return acquire().demands().get(0).resource();
  }
}
