package io.sluice.engine.store.shared;

import io.sluice.engine.model.LeaseId;
import java.util.List;

/** A {@link Ledger}'s answer to a posting. */
public sealed interface Posted {
  /**
   * Everything was done.
   *
   * @param changes what each change tells; 0 where it tells nothing
   * @param readings of each take, as it is afterwards
   * @param fencingToken above that of every posting before, if there is a holder; else 0
   */
  record Done(List<Long> changes, List<Reading> readings, long fencingToken) implements Posted {}

  /**
   * The changes were made, but some take does not fit: nothing was taken.
   *
   * @param changes what each change tells; 0 where it tells nothing
   * @param readings of each take, those that fit too
   */
  record Refused(List<Long> changes, List<Reading> readings) implements Posted {}

  /**
   * The request was granted before: nothing was taken, the changes were made.
   *
   * @param changes what each change tells
   * @param lease the lease that was made then
   * @param fencingToken its fencing token
   * @param sameBody whether it asked for the same
   */
  record Repeated(List<Long> changes, LeaseId lease, long fencingToken, boolean sameBody)
      implements Posted {}

  /**
   * Nothing was done, as the ledger is not the one that this process knows: it may have lost what
   * was in it. {@link Ledger.Listener#health} tells the generation that it is now.
   */
  record Stale() implements Posted {}

  /**
   * No answer came in time, or the ledger is out of reach.
   *
   * @param maybeDone whether it may have been done, or may be yet
   */
  record Unavailable(boolean maybeDone) implements Posted {}

  /**
   * What an account has left.
   *
   * @param fits whether the take fits, and was taken unless another did not
   * @param remaining whole permits that are left; negative in debt, or after the limit was lowered
   * @param waitMicros the least time until time alone makes the take fit; {@link Long#MAX_VALUE} =
   *     never, or nobody knows
   */
  record Reading(boolean fits, long remaining, long waitMicros) {}
}
