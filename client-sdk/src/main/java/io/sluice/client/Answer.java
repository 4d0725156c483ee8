package io.sluice.client;

import io.sluice.proto.v1.AcquireResponse;
import org.jspecify.annotations.Nullable;

/**
 * What came of an acquire.
 *
 * @param message the server's answer
 * @param lease what was granted; null if it was denied
 */
record Answer(AcquireResponse message, @Nullable Lease lease) {

  /** The lease, or the denial as an exception with the stack of the caller. */
  Lease leaseOrThrow() {
    if (lease == null) {
      throw Messages.denial(message);
    }
    return lease;
  }

  boolean isDeniedForNow() {
    return lease == null && Messages.reason(message.getDenial().getReason()).isCuredByTime();
  }

  /** Gives back what nobody took. */
  void discard() {
    if (lease != null) {
      var unused = lease.giveBack(Outcome.UNUSED);
    }
  }
}
