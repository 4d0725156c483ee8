package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Difference;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Verdict;
import java.util.List;
import java.util.Objects;

/**
 * An acquire that asks for work which is asked for already, and what becomes of it.
 *
 * @param course what to do
 * @param work the work there is
 * @param existing what to tell of it
 */
record Collision(Course course, Work work, Decision.Existing existing) {
  /** What becomes of the second acquire. */
  enum Course {
    /** It is looked at again when it is known what becomes of the first. */
    PARK,
    /** It is the same request again, and gets the answer that was given. */
    REPLAY,
    /** It waits for the answer to the first. */
    JOIN,
    /** It gets the grant of the first. */
    SHARE,
    /** It takes the place of the first, which is denied. */
    REPLACE,
    /** It is denied as a duplicate. */
    DUPLICATE,
    /** It is an error: the name stands for something else. */
    CONFLICT
  }

  /** Looks at an acquire with a dedup beside the work that it would repeat. Changes nothing. */
  static Collision of(Acquire asked, Work work) {
    Dedup dedup = Objects.requireNonNull(asked.dedup());
    List<Difference> differences = Differences.between(work.acquire, asked);
    Verdict.Admitted admitted = work.admitted;
    Lease lease = admitted == null ? null : admitted.lease();
    LeaseId id = lease == null ? null : lease.id();
    LeaseState state =
        admitted == null ? LeaseState.QUEUED : lease == null ? LeaseState.RELEASED : lease.state();
    Decision.Existing existing =
        new Decision.Existing(work.acquire.requestId(), id, state, differences);
    boolean undecided = work.isPending() && work.waiter == null;
    Course course =
        undecided
            ? Course.PARK
            : work.isSameRequest(asked)
                ? Course.REPLAY
                : course(dedup.onConflict(), asked, state, differences.isEmpty());
    return new Collision(course, work, existing);
  }

  private static Course course(
      Dedup.OnConflict onConflict, Acquire asked, LeaseState state, boolean same) {
    boolean waits = state == LeaseState.QUEUED && asked.maxWaitNanos() > 0;
    boolean runs = state == LeaseState.GRANTED;
    return switch (onConflict) {
      case REUSE -> Course.DUPLICATE;
      case REJECT -> same ? Course.DUPLICATE : Course.CONFLICT;
      case JOIN ->
          !same ? Course.DUPLICATE : waits ? Course.JOIN : runs ? Course.SHARE : Course.DUPLICATE;
      case REPLACE_WAITER -> waits ? Course.REPLACE : Course.DUPLICATE;
    };
  }
}
