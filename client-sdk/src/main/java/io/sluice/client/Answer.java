package io.sluice.client;

import io.sluice.proto.v1.Denial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of an acquire: a lease, or why there is none.
 *
 * @param lease what was granted; null if it was denied
 * @param denial why not; null if it was granted
 */
record Answer(@Nullable Lease lease, @Nullable Denial denial) {

  static Answer granted(Lease lease) {
    return new Answer(lease, null);
  }

  static Answer denied(Denial denial) {
    return new Answer(null, denial);
  }

  /** The lease, or the denial as an exception with the stack of the caller. */
  Lease leaseOrThrow() {
    if (denial != null) {
      throw Messages.denial(denial);
    }
    return Objects.requireNonNull(lease);
  }

  boolean isDeniedForNow() {
    return denial != null && Messages.reason(denial.getReason()).isCuredByTime();
  }

  /** Gives back what nobody took. */
  void discard() {
    if (lease != null) {
      var unused = lease.giveBack(Outcome.UNUSED);
    }
  }
}
