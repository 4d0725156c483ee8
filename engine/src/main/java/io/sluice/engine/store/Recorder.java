package io.sluice.engine.store;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;

/**
 * Is told, in the step that changes it, what a store has to know again after a restart. What it was
 * told, in order, brings the store back ({@link SavedLease}); a renewal that promises no more than
 * was promised before is not told, as a lease that is brought back gets its full time.
 */
public interface Recorder {
  /** A lease began, or something of it is another. */
  void lease(Lease lease);

  /** A lease of which was told before has ended. */
  void ended(Lease lease);

  /** A lease never was. */
  void undone(LeaseId lease);

  /** It was told how the work of a lease ended that had ended before. */
  void outcome(LeaseId lease, Outcome outcome);

  /** An acquire with a request id, or a name of its work, was granted without a lease. */
  void granted(Acquire acquire, long atNanos);

  /** A grant without a lease never was. */
  void forgotten(Acquire acquire);
}
