package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineProbe;
import io.sluice.engine.admission.EngineProbe.Waiting;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.RequestKey;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What callers were told, and the invariants that it has to keep: calls and their answers, leases
 * and their ends, tokens and what came back.
 */
public final class History {
  private static final long LATENESS_NANOS = 2 * TimerWheel.TICK_NANOS;
  private static final long MIN_GRACE_NANOS = 200_000_000L;

  /** The arrival of a call of which nobody waits before it. */
  private static final long OUT_OF_ORDER = Long.MIN_VALUE;

  private final AdmissionEngine engine;
  private final StateStore store;
  private final boolean late;
  private final Where where;
  private final TokenLedger tokens;
  private final Statistics statistics;
  private final Map<LeaseId, Held> live = new LinkedHashMap<>();
  private final Map<LeaseId, Held> ended = new LinkedHashMap<>();
  private final Map<RequestKey, LeaseId> leaseOfRequest = new LinkedHashMap<>();
  private final Map<RequestKey, Integer> claimants = new LinkedHashMap<>();
  private final List<Call> open = new ArrayList<>();
  private final List<Call> sinceCancel = new ArrayList<>();
  private final Map<LeaseState, Integer> ends = new LinkedHashMap<>();
  private boolean cancelling;
  private boolean changingLimits;
  private boolean changedOnTheWay;
  private int handOvers;

  /**
   * Begins a history.
   *
   * @param store where the state is, at hand
   * @param late whether the engine learns the store's answers later than they are true
   */
  public History(AdmissionEngine engine, StateStore store, boolean late, Where where) {
    this.engine = engine;
    this.store = store;
    this.late = late;
    this.where = where;
    this.tokens = new TokenLedger(engine, where);
    this.statistics = new Statistics(where);
  }

  /** Notes that a call is about to be made. */
  public Call asked(Acquire acquire, Consumer<Decision> answer) {
    Call call = new Call(this, acquire, null, Need.of(engine, acquire), arrival(acquire), answer);
    open.add(call);
    if (!acquire.requestId().isEmpty()) {
      claimants.merge(RequestKey.of(acquire), 1, Integer::sum);
    }
    return call;
  }

  /** Notes that a call to resume a lease is about to be made; null if there is no such lease. */
  public Call resuming(LeaseId id, Consumer<Decision> answer) {
    Lease lease = store.lease(id);
    if (lease == null) {
      return null;
    }
    Acquire acquire = lease.claim().acquire();
    Call call = new Call(this, acquire, id, Need.resuming(engine, acquire), OUT_OF_ORDER, answer);
    open.add(call);
    return call;
  }

  /**
   * Returns the place of an acquire in the order of arrival; that of its own wait if it has one.
   * One that may join others, or ride on what its client holds, may go before who came first.
   */
  private long arrival(Acquire acquire) {
    if (acquire.dedup() != null || acquire.parent() != null) {
      return OUT_OF_ORDER;
    }
    boolean named = !acquire.requestId().isEmpty();
    long arrival = 0;
    for (Waiting waiting : EngineProbe.waiting(engine)) {
      if (named
          && waiting.claim().resumes() == null
          && RequestKey.of(waiting.acquire()).equals(RequestKey.of(acquire))) {
        return waiting.sequence();
      }
      arrival = Math.max(arrival, waiting.sequence() + 1);
    }
    return arrival;
  }

  void answered(Call call, Decision decision) {
    Invariant.NO_LOST_WAKE_UP.require(call.decision() == null, where, "%s answered twice", call);
    Invariant.CANCEL_IS_FINAL.require(
        !call.isCancelled(), where, "%s was cancelled and is told %s", call.acquire, decision);
    open.remove(call);
    if (changingLimits) {
      call.need = needOf(call);
    }
    statistics.answered(call, decision);
    if (decision instanceof Decision.Granted granted) {
      handOvers += granted.waitedNanos() > 0 ? 1 : 0;
      if (granted.replayed()) {
        replayed(call, granted);
      } else if (call.resumes != null) {
        sweep();
      } else if (!call.acquire.isPeek()) {
        granted(call, granted);
      }
    }
  }

  private void granted(Call call, Decision.Granted granted) {
    sweep();
    long now = EngineProbe.clockNanos(engine);
    if (granted.leaseId() != null) {
      leased(call, granted, now);
    }
    if (cancelling) {
      sinceCancel.add(call); // what the cancelled call took may come back first
    } else if (!late) {
      tokens.take(call.need, now);
    }
    for (Waiting other : EngineProbe.waiting(engine)) {
      boolean first =
          other.sequence() < call.arrival
              && !other.paused()
              && other.claim().resumes() == null
              && other.acquire().priority() == call.acquire.priority()
              && sameFlow(other.acquire(), call.acquire)
              && mayGoAsEarly(other.acquire(), call.acquire);
      Invariant.FIRST_COME.require(
          !first || other.deciding() || !Need.of(engine, other.acquire()).isWithin(call.need),
          where,
          "%s goes before %s",
          call.acquire,
          other.acquire());
    }
  }

  /** Returns whether two are of one flow, whatever a queue is fair between. */
  private static boolean sameFlow(Acquire one, Acquire other) {
    return one.clientId().equals(other.clientId())
        && one.demands().get(0).attributes().equals(other.demands().get(0).attributes());
  }

  /** Who says how briefly it will hold may go where it delays nobody, before one who does not. */
  private static boolean mayGoAsEarly(Acquire one, Acquire other) {
    return other.expectedHoldNanos() == 0
        || (one.expectedHoldNanos() > 0 && one.expectedHoldNanos() <= other.expectedHoldNanos());
  }

  private void leased(Call call, Decision.Granted granted, long now) {
    Lease lease = store.lease(granted.leaseId());
    if (lease == null || !lease.isLive()) {
      Invariant.CONSERVATION.require(late, where, "%s is granted and not live", granted.leaseId());
      return;
    }
    if (call.acquire.hasEstimate()) {
      call.need.chargedFor(lease.claim());
    }
    Held held = new Held(lease, call.need, lease.grantedAtNanos() + granted.ttlNanos());
    Invariant.FENCES_RISE.require(
        live.put(lease.id(), held) == null, where, "%s is granted twice", lease.id());
    statistics.takenUp(held);
    requireWhole(held);
    if (!lease.claim().acquire().requestId().isEmpty()) {
      LeaseId before = leaseOfRequest.put(RequestKey.of(lease.claim().acquire()), lease.id());
      Invariant.ONE_GRANT.require(
          before == null || store.lease(before) == null,
          where,
          "request %s led to %s and %s",
          call.acquire.requestId(),
          before,
          lease.id());
    }
    if (!late) {
      requireRoom(held, now);
    }
  }

  private void requireWhole(Held held) {
    Map<String, Long> charged = new LinkedHashMap<>();
    held.lease.claim().charges().forEach(c -> charged.merge(c.limitName(), c.permits(), Long::sum));
    Map<String, Long> needed = new LinkedHashMap<>();
    held.need.permits.forEach((key, n) -> needed.merge(key.limit().name(), n, Long::sum));
    Invariant.ATOMICITY.require(
        charged.equals(needed) || changedOnTheWay,
        where,
        "%s were charged and %s needed",
        charged,
        needed);
  }

  private void requireRoom(Held granted, long now) {
    for (Need.Key key : granted.need.permits.keySet()) {
      Policy policy = key.limit().limit().policy();
      if (!EngineInvariants.isCounted(policy) || granted.taken(key) == 0) {
        continue;
      }
      long sum = 0;
      for (Held held : live.values()) {
        sum += held.taken(key);
      }
      Invariant.NEVER_OVER.require(
          sum <= policy.capacity(), where, "%s holds %d at %d after a grant", key, sum, now);
    }
  }

  private void replayed(Call call, Decision.Granted granted) {
    if (granted.leaseId() == null || call.resumes != null || call.acquire.dedup() != null) {
      return;
    }
    LeaseId known = leaseOfRequest.get(RequestKey.of(call.acquire));
    Invariant.ONE_GRANT.require(
        late || granted.leaseId().equals(known),
        where,
        "request %s was granted %s and is told %s",
        call.acquire.requestId(),
        known,
        granted.leaseId());
  }

  /** Cancels a call through the engine. */
  public void cancel(Call call, long nowNanos) {
    boolean wasOpen = call.isOpen();
    open.remove(call);
    call.cancel();
    // Of several calls that waited for one grant, it is the last to be cancelled that undoes it.
    boolean granted = call.decision() instanceof Decision.Granted && call.resumes == null;
    Held held = granted ? live.get(((Decision.Granted) call.decision()).leaseId()) : null;
    if (held != null) {
      held.endAsked = true;
    }
    long refundedBefore = refunded();
    cancelling = true;
    engine.cancel(call.ticket(), nowNanos);
    cancelling = false;
    long now = EngineProbe.clockNanos(engine);
    if (refunded() > refundedBefore && granted) {
      undone(call, now);
    }
    if (!late) {
      sinceCancel.forEach(next -> tokens.take(next.need, now));
    }
    sinceCancel.clear();
    if (!call.isNameless()) {
      claimants.computeIfPresent(RequestKey.of(call.acquire), (k, n) -> n == 1 ? null : n - 1);
    }
    requireNothingKept(call, wasOpen);
  }

  private void undone(Call call, long now) {
    if (!late) {
      tokens.giveBack(call.need, now);
    }
    ends.merge(LeaseState.RELEASED, 1, Integer::sum);
    if (!call.acquire.requestId().isEmpty()) {
      leaseOfRequest.remove(RequestKey.of(call.acquire));
    }
  }

  private void requireNothingKept(Call call, boolean wasOpen) {
    if (late
        || !wasOpen
        || call.isNameless()
        || claimants.containsKey(RequestKey.of(call.acquire))) {
      return;
    }
    for (Lease lease : store.leases()) {
      Invariant.CANCEL_IS_FINAL.require(
          lease.claim().acquire() != call.acquire || leaseWasTold(lease),
          where,
          "%s is held for a cancelled call",
          lease.id());
    }
  }

  private boolean leaseWasTold(Lease lease) {
    return live.containsKey(lease.id());
  }

  private long refunded() {
    return engine.limits().stream().mapToLong(l -> l.counters().snapshot().permitsRefunded()).sum();
  }

  /** Notes that a release is about to be asked. */
  public void releasing(LeaseId id, Outcome outcome) {
    Held held = live.get(id);
    if (held != null) {
      held.endAsked = true;
      held.lastOutcome = outcome;
    }
  }

  /**
   * Notes what a release was answered.
   *
   * @param settled how much more was taken than was estimated; 0 = nothing was told of that
   */
  public void released(LeaseId id, Outcome outcome, long settled, ReleaseStatus status) {
    Held held = live.getOrDefault(id, ended.get(id));
    boolean first = status == ReleaseStatus.RELEASED;
    if (first && held != null) {
      Invariant.RELEASE_ONCE.require(
          late || live.containsKey(id), where, "%s is released again", id);
      if (outcome == Outcome.UNUSED && !late) {
        tokens.giveBack(held.need, EngineProbe.clockNanos(engine));
      }
    }
    if (held != null && status != ReleaseStatus.UNKNOWN && !held.outcomeTold) {
      held.outcomeTold = true;
      boolean debits = settled > 0 && status == ReleaseStatus.EXPIRED;
      if (!late && (first || debits) && outcome != Outcome.UNUSED) {
        tokens.settle(held, settled, EngineProbe.clockNanos(engine));
      }
      statistics.outcome(held);
    }
    sweep();
  }

  /** Notes that the end of some leases is about to be asked. */
  public void revoking(Predicate<Lease> which) {
    for (Held held : live.values()) {
      held.endAsked |= which.test(held.lease);
    }
  }

  /** Notes that a client is about to be said to be gone. */
  public void disconnecting(String clientId) {
    for (Held held : live.values()) {
      held.reclaimable |= held.lease.claim().acquire().clientId().equals(clientId);
    }
  }

  /** Notes that limits are about to come, to go, or to match other resources. */
  public void changingLimits() {
    changingLimits = true;
  }

  /** Notes that limits have come, gone, or come to match other resources. */
  public void limitsChanged(Map<ActiveLimit, Limit> before) {
    Set<ActiveLimit> now = new LinkedHashSet<>(engine.limits());
    for (ActiveLimit limit : now) {
      Limit old = before.get(limit);
      if (old == null) {
        statistics.forget(limit.name());
        tokens.begun(limit);
      } else if (!old.policy().equals(limit.configured().policy())) {
        policyReplaced(limit.name(), limit.limit().policy());
      }
    }
    for (ActiveLimit limit : before.keySet()) {
      if (!now.contains(limit)) {
        statistics.forget(limit.name());
      }
    }
    open.forEach(call -> call.need = needOf(call));
    changingLimits = false;
    changedOnTheWay = late; // what the store took by the limits of before is a grant all the same
  }

  private Need needOf(Call call) {
    return call.resumes == null
        ? Need.of(engine, call.acquire)
        : Need.resuming(engine, call.acquire);
  }

  /** Notes that a limit has been filled. */
  public void reset(String limit) {
    tokens.reset(limit, EngineProbe.clockNanos(engine));
  }

  /** Notes what a renewal was answered. */
  public void renewed(LeaseId id, Renewal renewal) {
    Held held = live.get(id);
    if (renewal.status() == RenewStatus.RENEWED && held != null && !late) {
      held.validUntilNanos = EngineProbe.clockNanos(engine) + renewal.ttlNanos();
    }
    Invariant.RELEASE_ONCE.require(
        late || held != null || renewal.status() != RenewStatus.RENEWED,
        where,
        "%s ended and is renewed",
        id);
  }

  /** Notes that the policy of a limit has been replaced. */
  public void policyReplaced(String limit, Policy policy) {
    tokens.rescale(limit, policy, EngineProbe.clockNanos(engine));
  }

  /** Notes a denial of a try that nobody was ahead of; it must have been right about the tokens. */
  public void deniedTry(Call call) {
    if (!late) {
      tokens.requireTooFew(call.need, EngineProbe.clockNanos(engine));
    }
  }

  /** Verifies what must hold after each step; {@code settled} when no answer is under way. */
  public void check(boolean settled) {
    sweep();
    if (settled) {
      int waiting = EngineProbe.waiting(engine).stream().mapToInt(Waiting::tickets).sum();
      Invariant.NO_LOST_WAKE_UP.require(
          waiting == open.size(), where, "%d calls are open, %d wait", open.size(), waiting);
      if (!late) {
        statistics.check(engine);
      }
    }
    tokens.forgetFull(EngineProbe.clockNanos(engine));
  }

  /** Moves leases that have ended from the live to the ended. */
  private void sweep() {
    for (Iterator<Held> each = live.values().iterator(); each.hasNext(); ) {
      Held held = each.next();
      Lease lease = held.lease;
      if (held.counted != lease.isLive()) {
        held.counted = lease.isLive();
        count(held);
      }
      if (lease.isEnded() || lease.isQuarantined()) {
        each.remove();
        ended(held);
      }
    }
    ended.keySet().removeIf(id -> store.lease(id) == null);
    leaseOfRequest.values().removeIf(id -> !live.containsKey(id) && store.lease(id) == null);
  }

  private void count(Held held) {
    if (held.counted) {
      statistics.takenUp(held);
      ends.merge(LeaseState.GRANTED, 1, Integer::sum);
    } else {
      statistics.laidDown(held);
      if (held.lease.isSuspended()) {
        ends.merge(LeaseState.SUSPENDED, 1, Integer::sum);
      }
    }
  }

  private void ended(Held held) {
    Lease lease = held.lease;
    if (lease.isQuarantined()) {
      ends.merge(LeaseState.QUARANTINED, 1, Integer::sum);
    }
    ends.merge(lease.endState(), 1, Integer::sum);
    ended.put(lease.id(), held);
    statistics.ended(held);
    boolean nested = lease.claim().acquire().parent() != null; // it may end with its parent
    if (lease.endState() != LeaseState.EXPIRED && !isHeldOut(held)) {
      Invariant.RELEASE_ONCE.require(
          held.endAsked || nested, where, "%s is %s and nobody asked", lease.id(), lease.state());
      return;
    }
    if (nested || held.reclaimable) {
      return;
    }
    long at = lease.endedAtNanos();
    long grace = Math.max(MIN_GRACE_NANOS, (held.validUntilNanos - lease.grantedAtNanos()) / 100);
    Invariant.PROMISED_TIME.require(
        late || at >= held.validUntilNanos,
        where,
        "%s was promised until %d and ended at %d",
        lease.id(),
        held.validUntilNanos,
        at);
    boolean freed = lease.isEnded() && hasLockDelay(lease); // of its quarantine, in the same step
    Invariant.PROMISED_TIME.require(
        late || freed || at <= held.validUntilNanos + grace + LATENESS_NANOS,
        where,
        "%s was promised until %d and lived until %d",
        lease.id(),
        held.validUntilNanos,
        at);
  }

  /** Whether it was revoked though nobody asked, because it was held for as long as it may be. */
  private static boolean isHeldOut(Held held) {
    Lease lease = held.lease;
    LeaseTerms terms = lease.claim().terms();
    return lease.endState() == LeaseState.REVOKED
        && !held.endAsked
        && terms != null
        && lease.endedAtNanos() - lease.grantedAtNanos() >= terms.maxHoldNanos();
  }

  private static boolean hasLockDelay(Lease lease) {
    return lease.claim().charges().stream()
        .map(charge -> charge.bucket().limit().limit().policy().terms())
        .anyMatch(terms -> terms != null && terms.lockDelayNanos() > 0);
  }

  /** Returns the leases that callers hold. */
  public List<LeaseId> liveLeases() {
    return List.copyOf(live.keySet());
  }

  /** Returns how many leases have come into a state, and forgets the number. */
  public int takeEnds(LeaseState state) {
    Integer count = ends.remove(state);
    return count == null ? 0 : count;
  }

  /** Returns how many who waited were granted, and forgets the number. */
  public int takeHandOvers() {
    int count = handOvers;
    handOvers = 0;
    return count;
  }

  /** Returns the calls that are neither answered nor cancelled. */
  public List<Call> open() {
    return open;
  }
}
