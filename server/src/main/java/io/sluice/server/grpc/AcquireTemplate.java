package io.sluice.server.grpc;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LimitState;
import io.sluice.proto.v1.SessionAcquire;
import java.util.List;

/**
 * An acquire that a session asks for again and again, and what its grants said last: which lets the
 * next answer be short.
 */
final class AcquireTemplate {
  private final Acquire acquire;
  private volatile boolean leases = true; // as far as is known

  // Guarded by the outbox of the session.
  private int route;
  private List<LimitState> routed = List.of();

  AcquireTemplate(Acquire acquire) {
    this.acquire = acquire;
  }

  /**
   * Returns an acquire of this shape. One that leads to a lease has an identity, so that a client
   * can ask a new process of the server for the same lease again; one of which nothing is owed
   * needs none.
   */
  Acquire again(String sessionId, long call) {
    return acquire.again(leases ? identity(sessionId, call) : "");
  }

  /** Returns an acquire of this shape, but for what the call tells by itself. */
  Acquire again(String sessionId, SessionAcquire call) {
    String told = call.getRequestId();
    String requestId = told.isEmpty() && leases ? identity(sessionId, call.getCall()) : told;
    if (!call.hasPermits() && !call.hasMaxWait()) {
      return acquire.again(requestId);
    }
    return acquire.again(
        requestId,
        call.hasPermits() ? call.getPermits() : acquire.demands().get(0).permits(),
        call.hasMaxWait() ? FromWire.maxWait(call.getMaxWait()) : acquire.maxWaitNanos());
  }

  /** The request id of a call that tells none. */
  static String identity(String sessionId, long call) {
    return sessionId + "/" + call;
  }

  /** Learns from a grant. */
  void granted(Decision.Granted granted) {
    leases = granted.leaseId() != null;
  }

  /** Returns the route of the last grant, if this one has the same; else 0. */
  int route(Decision.Granted granted) {
    return isSame(routed, granted.states()) ? route : 0;
  }

  /** Notes the route of a grant. */
  void routed(Decision.Granted granted, int number) {
    routed = granted.states();
    route = number;
  }

  private static boolean isSame(List<LimitState> some, List<LimitState> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      LimitState one = some.get(i);
      LimitState other = others.get(i);
      if (one.limitValue() != other.limitValue() || !one.limit().equals(other.limit())) {
        return false;
      }
    }
    return true;
  }
}
