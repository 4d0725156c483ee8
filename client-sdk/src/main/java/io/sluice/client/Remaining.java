package io.sluice.client;

import io.sluice.proto.v1.SessionRoute;
import java.util.ArrayList;
import java.util.List;

/** What the limits of a grant have left. Immutable. */
final class Remaining {
  private final SessionRoute route;
  private final long[] permits;

  /**
   * Creates it.
   *
   * @param route the limits
   * @param permits of each, in their order; not to be changed any more
   */
  Remaining(SessionRoute route, long[] permits) {
    this.route = route;
    this.permits = permits;
  }

  List<LimitState> states() {
    List<LimitState> states = new ArrayList<>(permits.length);
    for (int i = 0; i < permits.length; i++) {
      io.sluice.proto.v1.LimitState limit = route.getLimits(i);
      states.add(new LimitState(limit.getLimit(), permits[i], limit.getLimitValue()));
    }
    return states;
  }
}
