package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.store.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Work that was asked for under a name, from the ask to its end. */
final class Work {
  final Acquire acquire;
  final long askedAtNanos;

  /** The waiter, while it waits. */
  @Nullable Waiter waiter;

  /** The grant, once there is one. */
  Verdict.@Nullable Admitted admitted;

  /** Another call was given the same grant, so it may not be undone for the sake of one. */
  boolean shared;

  /** Those who asked for the same work before it was known what becomes of this one. */
  final List<Runnable> parked = new ArrayList<>(0);

  Work(Acquire acquire, long askedAtNanos) {
    this.acquire = acquire;
    this.askedAtNanos = askedAtNanos;
  }

  /** Returns whether it is neither granted nor given up. */
  boolean isPending() {
    return admitted == null;
  }

  /** Returns whether another acquire is a retry of this one. */
  boolean isSameRequest(Acquire other) {
    return !other.requestId().isEmpty()
        && other.requestId().equals(acquire.requestId())
        && other.clientId().equals(acquire.clientId());
  }
}
