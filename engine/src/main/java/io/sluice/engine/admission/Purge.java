package io.sluice.engine.admission;

import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.store.Claim;
import org.jspecify.annotations.Nullable;

/**
 * Whom to send away: all that match every criterion given, of which there is at least one.
 *
 * @param resource the glob that a demand must match; null = any
 * @param limit the name of a limit that is charged; empty = any
 * @param clientId who asked; empty = anybody
 * @param waiters deny those who wait, with {@link io.sluice.engine.model.DenialReason#SHED}
 * @param leases revoke those who hold or are suspended, and with them those nested on them; what
 *     has a lock delay stays taken for that long
 * @param message why, for people; 0..1024 bytes
 */
public record Purge(
    @Nullable ResourcePattern resource,
    String limit,
    String clientId,
    boolean waiters,
    boolean leases,
    String message) {
  /** Checks the bounds. */
  public Purge {
    Bounds.requireText("limit", limit, 0, Bounds.MAX_ID_BYTES);
    Bounds.requireText("client_id", clientId, 0, Bounds.MAX_ID_BYTES);
    Bounds.requireText("message", message, 0, Bounds.MAX_MESSAGE_BYTES);
    if (resource == null && limit.isEmpty() && clientId.isEmpty()) {
      throw new InvalidArgumentException(
          "resource", "or limit or client_id must be given; ** is every resource");
    }
    if (!waiters && !leases) {
      throw new InvalidArgumentException("waiters", "or leases must be true");
    }
  }

  /** Returns whether it means an acquire, which waits or holds. */
  boolean covers(Claim claim) {
    return (clientId.isEmpty() || clientId.equals(claim.acquire().clientId()))
        && (limit.isEmpty()
            || claim.charges().stream().anyMatch(charge -> limit.equals(charge.limitName())))
        && (resource == null
            || claim.acquire().demands().stream()
                .anyMatch(demand -> resource.matches(demand.resource())));
  }

  /**
   * How many were sent away.
   *
   * @param waiters acquires that waited
   * @param leases leases that ended, also those nested on others
   */
  public record Purged(int waiters, int leases) {}
}
