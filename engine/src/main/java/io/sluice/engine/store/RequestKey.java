package io.sluice.engine.store;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import org.jspecify.annotations.Nullable;

/**
 * What makes two acquires the same request.
 *
 * @param clientId who asks; empty in the key of those that resume a lease
 * @param requestId the name that the client gave it; empty in the key of those that resume a lease
 * @param resumes the lease that all calls with this key resume; null = they ask for something new
 */
public record RequestKey(String clientId, String requestId, @Nullable LeaseId resumes) {
  /** Returns the key of all calls that resume a lease. */
  public static RequestKey ofResuming(LeaseId id) {
    return new RequestKey("", "", id);
  }

  /** Returns the key of an acquire that has a request id. */
  public static RequestKey of(Acquire acquire) {
    return new RequestKey(acquire.clientId(), acquire.requestId(), null);
  }
}
