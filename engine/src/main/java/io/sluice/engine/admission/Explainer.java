package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says why: turns verdicts, and who waits before, into answers. Changes nothing. */
final class Explainer {
  private final StateStore store;
  private final WaitingRoom room;

  Explainer(StateStore store, WaitingRoom room) {
    this.store = store;
    this.room = room;
  }

  /**
   * Returns the claim to peek with for one that is behind others: with what they wait for added, so
   * that the time told is when its own turn comes.
   */
  Claim behindOthers(Ask ask, long nowNanos) {
    List<Charge> charges = new ArrayList<>(ask.charges().size());
    for (Charge charge : ask.charges()) {
      WaitQueue queue = charge.isCovered() ? null : room.queue(charge.bucket());
      charges.add(
          queue == null || !queue.isAhead(ask, nowNanos)
              ? charge
              : charge.plus(queue.ahead(ask, nowNanos).permits(), List.of()));
    }
    return ask.claim().withCharges(charges);
  }

  /** Returns a claim that no request id answers for. */
  Claim anonymous(Claim claim) {
    Acquire nameless =
        Acquire.builder(claim.acquire().demands())
            .priority(claim.acquire().priority())
            .clientId(claim.acquire().clientId())
            .parent(claim.acquire().parent())
            .build();
    return new Claim(nameless, claim.charges(), claim.terms());
  }

  /** Returns the answer that a verdict means for an ask that has not been granted by it. */
  Decision decision(Ask ask, Verdict verdict, long nowNanos) {
    if (verdict instanceof Verdict.Ended ended) {
      return Denials.duplicate(ended.lease(), ask.firstResource());
    }
    if (verdict instanceof Verdict.Conflict) {
      return new Decision.Conflict(ask.acquire().requestId(), null);
    }
    if (verdict instanceof Verdict.BadParent bad) {
      return invalidParent(bad.problem());
    }
    if (verdict instanceof Verdict.Lost lost) {
      Lease lease = lost.lease();
      return new Decision.Lost(lease == null ? null : lease.state());
    }
    if (verdict instanceof Verdict.Full) {
      return Decision.Denied.of(DenialReason.SHED, ask.firstResource(), 0);
    }
    List<Blocker> blockers = blockers(ask, verdict, nowNanos);
    if (!blockers.isEmpty()) {
      int ahead = 0;
      for (Charge charge : ask.charges()) {
        ahead = Math.max(ahead, ahead(charge, ask, nowNanos));
      }
      return Denials.blocked(blockers, null).at(ahead + 1);
    }
    return new Decision.Granted(
        null, 0, 0, 0, false, !ask.charges().isEmpty(), List.of(), states(ask, nowNanos));
  }

  /** Returns the answer to an ask that cannot be nested on its parent. */
  static Decision invalidParent(String problem) {
    return new Decision.Invalid(new InvalidArgumentException("parent_lease_id", problem));
  }

  /** Returns the buckets that stand in the way of an ask. */
  List<Bucket> blocking(Ask ask, Verdict verdict, long nowNanos) {
    List<Bucket> buckets = new ArrayList<>();
    for (Charge charge : ask.contended()) {
      if (obstacle(charge, verdict) != null || isBehind(charge, ask, nowNanos)) {
        buckets.add(charge.bucket());
      }
    }
    return buckets;
  }

  /** Returns what keeps a waiter from going, at least one blocker. */
  List<Blocker> blockers(Waiter waiter, Verdict verdict, long nowNanos) {
    if (verdict instanceof Verdict.Refused refused) {
      return Denials.blockers(refused.obstacles(), waiter.ask.charges());
    }
    List<Blocker> blockers = new ArrayList<>();
    for (Charge charge : waiter.ask.contended()) {
      if (room.queue(charge.bucket()) != null) {
        blockers.add(behind(charge, nowNanos));
      }
    }
    return blockers;
  }

  /** Returns what a queue that stands says to one that is shed from it. */
  Blocker standing(Waiter waiter, WaitQueue queue, long nowNanos) {
    return behind(waiter.ask.chargeOf(queue.bucket), nowNanos);
  }

  /** Returns what each limit says to an ask that got a decision. */
  Explanation explain(Ask ask, Decision decision, long nowNanos) {
    List<Blocker> blockers =
        decision instanceof Decision.Denied denied ? denied.blockers() : List.of();
    List<Explanation.ByLimit> limits = new ArrayList<>();
    for (Charge charge : ask.charges()) {
      Bucket bucket = charge.bucket();
      limits.add(
          new Explanation.ByLimit(
              charge.limitName(),
              bucket.limit().limit().policy().kind(),
              bucket.key().values(),
              charge.taken(),
              store.state(bucket, nowNanos),
              charge.isCovered() ? 0 : ahead(charge, ask, nowNanos),
              blockers.stream()
                  .filter(blocker -> blocker.limit().equals(charge.limitName()))
                  .findFirst()
                  .orElse(null)));
    }
    return new Explanation(decision, limits);
  }

  private List<Blocker> blockers(Ask ask, Verdict verdict, long nowNanos) {
    List<Blocker> blockers = new ArrayList<>();
    for (Charge charge : ask.contended()) {
      Verdict.Obstacle obstacle = obstacle(charge, verdict);
      if (obstacle != null) {
        blockers.addAll(Denials.blockers(List.of(obstacle), ask.charges()));
      } else if (isBehind(charge, ask, nowNanos)) {
        blockers.add(behind(charge, nowNanos));
      }
    }
    return blockers;
  }

  private static Verdict.@Nullable Obstacle obstacle(Charge charge, Verdict verdict) {
    if (verdict instanceof Verdict.Refused refused) {
      for (Verdict.Obstacle obstacle : refused.obstacles()) {
        if (obstacle.bucket() == charge.bucket()) {
          return obstacle;
        }
      }
    }
    return null;
  }

  private boolean isBehind(Charge charge, Ask ask, long nowNanos) {
    WaitQueue queue = room.queue(charge.bucket());
    return queue != null && queue.isAhead(ask, nowNanos);
  }

  private int ahead(Charge charge, Ask ask, long nowNanos) {
    WaitQueue queue = room.queue(charge.bucket());
    return queue == null ? 0 : (int) queue.ahead(ask, nowNanos).waiters();
  }

  /** What blocks a charge that would fit, were it not for those who wait before. */
  private Blocker behind(Charge charge, long nowNanos) {
    return new Blocker(
        charge.limitName(),
        charge.resource(),
        charge.bucket().limit().limit().policy().shortage(),
        TimerWheel.TICK_NANOS,
        charge.taken(),
        store.state(charge.bucket(), nowNanos).remaining(),
        "others wait before");
  }

  private List<LimitState> states(Ask ask, long nowNanos) {
    return ask.charges().stream().map(charge -> store.state(charge.bucket(), nowNanos)).toList();
  }
}
