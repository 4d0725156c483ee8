package io.sluice.server.grpc;

import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LimitState;
import io.sluice.proto.v1.SessionRoute;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers that a session has for the limits of its grants. Bounded: beyond {@value #MAX} the
 * numbers begin anew. Not thread-safe.
 */
final class SessionRoutes {
  private static final int MAX = 4096;

  private final Map<Route, Integer> numbers = new HashMap<>();
  private int last;

  /** Returns the number for the limits of a grant; negative if the client is still to be told. */
  int number(Decision.Granted granted) {
    Route route = Route.of(granted);
    Integer known = numbers.get(route);
    if (known != null) {
      return known;
    }
    if (last == MAX) {
      numbers.clear();
      last = 0;
    }
    numbers.put(route, ++last);
    return -last;
  }

  static SessionRoute toWire(int number, Decision.Granted granted) {
    SessionRoute.Builder route =
        SessionRoute.newBuilder().setNumber(number).setLimited(granted.limited());
    for (LimitState state : granted.states()) {
      route.addLimits(
          io.sluice.proto.v1.LimitState.newBuilder()
              .setLimit(state.limit())
              .setLimitValue(state.limitValue()));
    }
    return route.build();
  }

  private record Route(boolean limited, List<Limit> limits) {
    static Route of(Decision.Granted granted) {
      return new Route(
          granted.limited(),
          granted.states().stream().map(s -> new Limit(s.limit(), s.limitValue())).toList());
    }
  }

  private record Limit(String name, long value) {}
}
