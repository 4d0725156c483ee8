package io.sluice.engine.store;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is to be known of a lease after a restart, live or ended.
 *
 * @param id its name
 * @param fencingToken its fencing token
 * @param acquire what was asked
 * @param charges what is charged for it
 * @param terms its terms
 * @param allotments its devices
 * @param grantedAtNanos when it was granted
 * @param heldSinceNanos since when it is held without a break
 * @param ttlNanos the time to live that it got last
 * @param revokedByNanos by when a revocation ends it, or its quarantine; {@link Long#MAX_VALUE} =
 *     none
 * @param state where it stands
 * @param endState how it ended, also while it is quarantined for that
 * @param outcome how the work ended, once that was told
 * @param endedAtNanos when it ended, or was quarantined
 * @param message of its end, or of the revocation that will end it
 */
public record SavedLease(
    LeaseId id,
    long fencingToken,
    Acquire acquire,
    List<SavedCharge> charges,
    LeaseTerms terms,
    List<Allotment> allotments,
    long grantedAtNanos,
    long heldSinceNanos,
    long ttlNanos,
    long revokedByNanos,
    LeaseState state,
    LeaseState endState,
    @Nullable Outcome outcome,
    long endedAtNanos,
    String message) {
  /** Returns whether nothing more will happen to it. */
  public boolean isEnded() {
    return state == endState && state != LeaseState.GRANTED;
  }
}
