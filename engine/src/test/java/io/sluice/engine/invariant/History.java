package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineProbe;
import io.sluice.engine.admission.EngineProbe.Waiting;
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
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What callers were told, and the invariants that it has to keep: calls and their answers, leases
 * and their ends, tokens and what came back.
 */
public final class History {
  private static final long LATENESS_NANOS = 2 * TimerWheel.TICK_NANOS;
  private static final long MIN_GRACE_NANOS = 200_000_000L;

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
    Call call = new Call(this, acquire, Need.of(engine, acquire), arrival(acquire), answer);
    open.add(call);
    if (!acquire.requestId().isEmpty()) {
      claimants.merge(RequestKey.of(acquire), 1, Integer::sum);
    }
    return call;
  }

  /**
   * Returns the place of an acquire in the order of arrival; that of its own wait if it has one.
   */
  private long arrival(Acquire acquire) {
    boolean named = !acquire.requestId().isEmpty();
    long arrival = 0;
    for (Waiting waiting : EngineProbe.waiting(engine)) {
      if (named && RequestKey.of(waiting.acquire()).equals(RequestKey.of(acquire))) {
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
    statistics.answered(call, decision);
    if (decision instanceof Decision.Granted granted) {
      handOvers += granted.waitedNanos() > 0 ? 1 : 0;
      if (granted.replayed()) {
        replayed(call, granted);
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
              && other.acquire().priority() == call.acquire.priority()
              && other.acquire().clientId().equals(call.acquire.clientId())
              && mayGoAsEarly(other.acquire(), call.acquire);
      Invariant.FIRST_COME.require(
          !first || other.deciding() || !Need.of(engine, other.acquire()).isWithin(call.need),
          where,
          "%s goes before %s",
          call.acquire,
          other.acquire());
    }
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
    Held held = new Held(lease, call.need, lease.grantedAtNanos() + granted.ttlNanos());
    Invariant.FENCES_RISE.require(
        live.put(lease.id(), held) == null, where, "%s is granted twice", lease.id());
    statistics.leased(held);
    requireWhole(held);
    if (!call.acquire.requestId().isEmpty()) {
      LeaseId before = leaseOfRequest.put(RequestKey.of(call.acquire), lease.id());
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
        charged.equals(needed), where, "%s were charged and %s needed", charged, needed);
  }

  private void requireRoom(Held granted, long now) {
    for (Need.Key key : granted.need.permits.keySet()) {
      Policy policy = key.limit().limit().policy();
      if (!EngineInvariants.isCounted(policy)) {
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
    if (granted.leaseId() == null) {
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
    boolean granted = call.decision() instanceof Decision.Granted g && !g.replayed();
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
    if (!call.acquire.requestId().isEmpty()) {
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
    if (late || !wasOpen || claimants.containsKey(RequestKey.of(call.acquire))) {
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

  /** Notes what a release was answered. */
  public void released(LeaseId id, Outcome outcome, ReleaseStatus status) {
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
      statistics.outcome(held);
    }
    sweep();
  }

  /** Notes that a revocation is about to be asked. */
  public void revoking(LeaseId id) {
    Held held = live.get(id);
    if (held != null) {
      held.endAsked = true;
    }
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
      if (lease.isEnded() || lease.isQuarantined()) {
        each.remove();
        ended(held);
      }
    }
    ended.keySet().removeIf(id -> store.lease(id) == null);
    leaseOfRequest.values().removeIf(id -> !live.containsKey(id) && store.lease(id) == null);
  }

  private void ended(Held held) {
    Lease lease = held.lease;
    ends.merge(lease.endState(), 1, Integer::sum);
    ended.put(lease.id(), held);
    statistics.ended(held);
    if (lease.endState() != LeaseState.EXPIRED) {
      Invariant.RELEASE_ONCE.require(
          held.endAsked, where, "%s is %s and nobody asked", lease.id(), lease.state());
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
    Invariant.PROMISED_TIME.require(
        late || at <= held.validUntilNanos + grace + LATENESS_NANOS,
        where,
        "%s was promised until %d and lived until %d",
        lease.id(),
        held.validUntilNanos,
        at);
  }

  /** Returns the leases that callers hold or held and the store still knows. */
  public List<LeaseId> knownLeases() {
    List<LeaseId> ids = new ArrayList<>(live.keySet());
    ids.addAll(ended.keySet());
    return ids;
  }

  /** Returns how many leases have ended so, and forgets the number. */
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
