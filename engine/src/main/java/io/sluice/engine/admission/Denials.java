package io.sluice.engine.admission;

import io.sluice.engine.limit.PauseTable;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes denials out of what stands in the way. Pure. */
final class Denials {
  private Denials() {}

  /** A denial by the first blocker, with its reason unless another is given. */
  static Decision.Denied blocked(List<Blocker> blockers, @Nullable DenialReason reason) {
    Blocker first = blockers.get(0);
    long wait = 0;
    for (Blocker blocker : blockers) {
      wait = Math.max(wait, blocker.waitNanos());
    }
    return new Decision.Denied(
        reason != null ? reason : first.reason(),
        first.limit(),
        first.resource(),
        wait,
        blockers,
        0,
        null);
  }

  /** A denial because of a pause, which only an administrator ends. */
  static Decision.Denied paused(PauseTable.Paused paused) {
    return byOrder(DenialReason.PAUSED, paused.resource(), Blocker.NEVER, paused.pause().reason());
  }

  /** A denial that an administrator ordered, for which no limit is to blame. */
  static Decision.Denied byOrder(
      DenialReason reason, String resource, long waitNanos, String detail) {
    return blocked(List.of(new Blocker("", resource, reason, waitNanos, 0, 0, detail)), null);
  }

  /**
   * What stands in the way of one that may not wait.
   *
   * @param limit whose queue is full; empty if it is a bound over all limits
   * @param most the most that may wait
   * @param key the key of the configuration that says so
   */
  static Blocker full(String limit, String resource, int most, String key) {
    String bound = key + (limit.isEmpty() ? "" : " of limit " + limit) + " is " + most;
    return new Blocker(limit, resource, DenialReason.QUEUE_FULL, 0, 0, 0, bound);
  }

  /** A denial by a bound on those who wait, beside what it would have waited for. */
  static Decision.Denied full(Blocker full, List<Blocker> others) {
    List<Blocker> blockers = new ArrayList<>(others.size() + 1);
    blockers.add(full);
    blockers.addAll(others);
    return blocked(List.copyOf(blockers), null);
  }

  /** A denial of a request id whose lease has ended. */
  static Decision.Denied duplicate(Lease lease, String resource) {
    return new Decision.Denied(
        DenialReason.DUPLICATE,
        "",
        resource,
        Blocker.NEVER,
        List.of(),
        0,
        new Decision.Existing(
            lease.claim().acquire().requestId(), lease.id(), lease.state(), List.of()));
  }

  /** A denial of work that is asked for already. */
  static Decision.Denied duplicate(Decision.Existing existing, String resource) {
    return new Decision.Denied(
        DenialReason.DUPLICATE, "", resource, Blocker.NEVER, List.of(), 0, existing);
  }

  /**
   * The blockers of a refusal, with what was asked by {@code asked} instead of the store's view.
   */
  static List<Blocker> blockers(List<Verdict.Obstacle> obstacles, List<Charge> asked) {
    List<Blocker> blockers = new ArrayList<>(obstacles.size());
    for (Verdict.Obstacle obstacle : obstacles) {
      Blocker blocker = obstacle.blocker();
      for (Charge charge : asked) {
        if (charge.bucket() == obstacle.bucket() && charge.taken() != blocker.asked()) {
          blocker =
              new Blocker(
                  blocker.limit(),
                  blocker.resource(),
                  blocker.reason(),
                  blocker.waitNanos(),
                  charge.taken(),
                  blocker.remaining(),
                  "others wait before");
        }
      }
      blockers.add(blocker);
    }
    return blockers;
  }
}
