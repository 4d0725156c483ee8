package io.sluice.engine.store;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;

/**
 * What makes two acquires the same request.
 *
 * @param clientId who asks
 * @param requestId the name that the client gave it, not empty
 */
public record RequestKey(String clientId, String requestId) {
  /** Returns the key of all calls that resume a lease; no client can choose it. */
  public static RequestKey ofResuming(LeaseId id) {
    return new RequestKey(id.toString(), "\u0000");
  }

  /** Returns the key of an acquire that has a request id. */
  public static RequestKey of(Acquire acquire) {
    return new RequestKey(acquire.clientId(), acquire.requestId());
  }
}
