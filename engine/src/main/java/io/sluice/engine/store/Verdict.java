package io.sluice.engine.store;

import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.LimitState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store's answer to a claim. */
public sealed interface Verdict {
  /**
   * All charges fit, and with {@link StateStore.Mode#COMMIT} were taken, except those that limits
   * in shadow would have refused.
   *
   * @param claim the claim, with the charges that were taken
   * @param lease the lease that was made; null if none was
   * @param replayed it was granted before, for the same request id
   * @param states what each bucket that was asked has left
   * @param atNanos when it was taken
   */
  record Admitted(
      Claim claim, @Nullable Lease lease, boolean replayed, List<LimitState> states, long atNanos)
      implements Verdict {
    /** Returns what is charged now; the limits of a lease may have changed since the grant. */
    public List<Charge> charges() {
      return lease == null ? claim.charges() : lease.claim().charges();
    }

    /** The same, as told to another call. */
    public Admitted again() {
      return new Admitted(claim, lease, true, states, atNanos);
    }
  }

  /**
   * Some charge does not fit; nothing was taken.
   *
   * @param obstacles every charge that does not fit, in the order they were checked
   */
  record Refused(List<Obstacle> obstacles) implements Verdict {}

  /** The store holds as many leases as it may; nothing was taken. */
  record Full() implements Verdict {}

  /**
   * The request id was granted before, and that lease has ended.
   *
   * @param lease the lease
   */
  record Ended(Lease lease) implements Verdict {}

  /**
   * The lease to resume has ended.
   *
   * @param lease the lease; null if it is not known
   */
  record Lost(@Nullable Lease lease) implements Verdict {}

  /**
   * The claim cannot be nested on its parent; nothing was taken.
   *
   * @param problem what is wrong with {@code parent_lease_id}: "must be ..."
   */
  record BadParent(String problem) implements Verdict {}

  /** The request id was used before with another body. */
  record Conflict() implements Verdict {}

  /**
   * A charge that does not fit.
   *
   * @param bucket the bucket
   * @param blocker why, and until when
   */
  record Obstacle(Bucket bucket, Blocker blocker) {}
}
