package io.sluice.client;

import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.Grant;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of what a session carries. Told outside of its lock, each call once. */
interface SessionFront {
  /**
   * Go.
   *
   * @param remaining what the limits have left, where the grant does not say it
   * @param confirmWithin how long the lease is surely held until it is confirmed
   * @return what is held
   */
  Lease granted(
      Acquiring<?> call,
      Grant grant,
      @Nullable Remaining remaining,
      long receivedNanos,
      Duration confirmWithin);

  /** Do not go. */
  void denied(Acquiring<?> call, Denial denial);

  /** No answer, or one that says that it was asked wrongly. */
  void failed(Acquiring<?> call, Throwable failure);

  /** Leases have ended without the client's doing. */
  void lost(List<String> leaseIds);

  /** A lease may have been taken back, because the server was not told in time that it came. */
  void doubtful(Lease lease);

  /** The server knows nothing of the session any more: what is held has to be presented. */
  void forgotten();

  /** Returns whether anything is held. */
  boolean isHolding();

  /** Returns whether everything is told that was to be told; looks after what is not. */
  boolean isQuiet();
}
