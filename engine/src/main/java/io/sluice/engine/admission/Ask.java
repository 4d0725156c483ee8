package io.sluice.engine.admission;

import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
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

  String firstResource() {
    return acquire().demands().get(0).resource();
  }
}
