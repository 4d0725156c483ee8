package io.sluice.engine.admission;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may go now.
 *
 * <p>Every call is a step: time moves to {@code nowNanos} first, so that what expired before is
 * free; then the call does its work; then whatever became free is handed to those who wait. {@code
 * nowNanos} is a monotonic time of any origin; one that is less than the last counts as the last.
 *
 * <p>One writer: calls come from one thread at a time. No call blocks.
 */
public final class AdmissionEngine {
  private final EngineSettings settings;
  private final StateStore store;
  private final LimitTable limits;
  private final ResourceTable resources = new ResourceTable();
  private final Resolver resolver;
  private final WaitingRoom room;
  private final Bookkeeper books;
  private final Explainer explainer;
  private long clockNanos;
  private boolean draining;

  /**
   * Creates an engine in which nothing is taken and nobody waits.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if the limits contradict each other
   */
  public AdmissionEngine(
      List<Limit> limits, EngineSettings settings, StateStore store, long nowNanos) {
    this.settings = settings;
    this.store = store;
    this.limits = new LimitTable(limits, resources);
    this.clockNanos = nowNanos;
    this.resolver = new Resolver(this.limits, store);
    this.books = new Bookkeeper(this.limits);
    this.room = new WaitingRoom(store, settings, () -> clockNanos, this::waiterAnswered);
    this.explainer = new Explainer(store, room);
  }

  /**
   * Decides an acquire, at once or within its longest wait.
   *
   * @return the caller's stake, to {@link #cancel} when the caller goes away
   */
  public Ticket acquire(Acquire acquire, Reply reply, long nowNanos) {
    moveTo(nowNanos);
    Ticket ticket = new Ticket(reply, room);
    boolean peek = acquire.isPeek() || draining;
    Ask ask = resolver.resolve(acquire, peek, clockNanos);
    Decision.Denied impossible = impossible(ask);
    if (impossible != null) {
      deny(ask, ticket, impossible);
      if (!peek) {
        room.retain(ask);
        room.unretain(ask, clockNanos); // so that what came to exist for this question goes again
      }
    } else if (peek) {
      store.decide(
          claimToPeek(ask),
          StateStore.Mode.PEEK,
          clockNanos,
          verdict -> close(ticket, explainer.decision(ask, verdict, clockNanos)));
    } else {
      decide(ask, ticket);
    }
    room.pump(clockNanos);
    return ticket;
  }

  /**
   * Gives back whatever a caller has got or waits for, because the answer cannot reach it. Nothing
   * happens if the caller was denied, or shares a grant with another call of the same request.
   */
  public void cancel(Ticket ticket, long nowNanos) {
    moveTo(nowNanos);
    Waiter waiter = ticket.waiter;
    if (ticket.state == Ticket.State.WAITING && waiter != null) {
      waiter.queues.forEach(queue -> queue.bucket.limit().counters().cancelled());
      room.quit(ticket, waiter, clockNanos);
    } else if (ticket.state == Ticket.State.GRANTED) {
      boolean last = true;
      if (waiter != null) {
        waiter.tickets.remove(ticket);
        last = waiter.tickets.isEmpty();
      }
      if (last && ticket.admitted != null) {
        undo(ticket.admitted);
      }
    }
    ticket.state = Ticket.State.CLOSED;
    room.pump(clockNanos);
  }

  /**
   * Extends a lease.
   *
   * @param ttlNanos the time to live asked for, 1 s..24 h; 0 = the default of its limits
   * @throws io.sluice.engine.model.InvalidArgumentException if it is out of its bounds
   */
  public void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer) {
    if (ttlNanos != 0) {
      Bounds.requireRange("ttl nanoseconds", ttlNanos, Bounds.MIN_TTL_NANOS, Bounds.MAX_TTL_NANOS);
    }
    moveTo(nowNanos);
    store.renew(id, ttlNanos, clockNanos, answer);
  }

  /** Ends a lease and hands on what it held. */
  public void release(Release release, long nowNanos, Consumer<ReleaseStatus> answer) {
    moveTo(nowNanos);
    store.release(
        release,
        clockNanos,
        released -> {
          Lease lease = released.lease();
          if (lease != null) {
            if (released.status() == ReleaseStatus.RELEASED) {
              books.ended(lease, clockNanos);
              if (release.outcome() == Outcome.UNUSED) {
                books.refunded(lease);
              }
              freed(lease);
            }
            books.outcome(lease, release.outcome());
          }
          answer.accept(released.status());
          room.pump(clockNanos);
        });
  }

  /**
   * Takes a lease back from its holder; told the lease as it is then, or null if unknown.
   *
   * @param message for people, at most 1024 bytes
   * @throws io.sluice.engine.model.InvalidArgumentException if it is too long
   */
  public void revoke(LeaseId id, String message, long nowNanos, Consumer<@Nullable Lease> answer) {
    Bounds.requireText("message", message, 0, Bounds.MAX_MESSAGE_BYTES);
    moveTo(nowNanos);
    store.revoke(
        id,
        message,
        clockNanos,
        released -> {
          Lease lease = released.lease();
          if (lease != null && released.status() == ReleaseStatus.RELEASED) {
            books.ended(lease, clockNanos);
            freed(lease);
          }
          answer.accept(lease);
          room.pump(clockNanos);
        });
  }

  /** Counts how work without a lease ended. */
  public void report(String resource, Map<String, String> attributes, Outcome outcome) {
    books.reported(resource, attributes, outcome);
  }

  /**
   * Changes the policy of a limit while it runs: nobody is revoked, tokens are carried over, a
   * raise is handed out in this step, and who waits for more than there can be is denied.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if there is no such limit, or the
   *     policy is of another kind; nothing is changed then
   */
  public void replacePolicy(String limit, Policy policy, long nowNanos) {
    moveTo(nowNanos);
    ActiveLimit active = limits.find(limit);
    Policy old = active == null ? policy : active.limit().policy();
    active = limits.replacePolicy(limit, policy);
    store.policyChanged(active, old, clockNanos);
    for (Waiter waiter : room.all()) {
      Blocker impossible = resolver.impossible(waiter.ask, clockNanos);
      if (impossible != null) {
        dismiss(waiter, Denials.blocked(List.of(impossible), null));
      }
    }
    room.retry(active);
    room.pump(clockNanos);
  }

  /** Denies everybody who waits, and from now on everybody who asks. */
  public void drain(long nowNanos) {
    moveTo(nowNanos);
    draining = true;
    for (Waiter waiter : room.all()) {
      dismiss(waiter, draining(waiter.ask));
    }
  }

  /** Moves time on: ends leases, ends waits, hands on what accrued. */
  public void advance(long nowNanos) {
    moveTo(nowNanos);
    room.pump(clockNanos);
  }

  /**
   * Returns when to call {@link #advance} if nothing else happens; {@link Long#MAX_VALUE} = never.
   */
  public long nextEventNanos() {
    return Math.min(store.nextExpiryNanos(), room.nextEventNanos());
  }

  /** Says what an acquire would be answered now. Changes nothing. */
  public void explain(Acquire acquire, long nowNanos, Consumer<Explanation> answer) {
    moveTo(nowNanos);
    Ask ask = resolver.resolve(acquire, true, clockNanos);
    Decision.Denied impossible = impossible(ask);
    if (impossible != null) {
      answer.accept(explainer.explain(ask, impossible, clockNanos));
      return;
    }
    store.decide(
        explainer.anonymous(claimToPeek(ask)),
        StateStore.Mode.PEEK,
        clockNanos,
        verdict ->
            answer.accept(
                explainer.explain(ask, explainer.decision(ask, verdict, clockNanos), clockNanos)));
  }

  /** Returns the store, for questions about leases and devices. */
  public StateStore store() {
    return store;
  }

  /** Returns the limits in force, in the order of the configuration. */
  public List<ActiveLimit> limits() {
    return limits.all();
  }

  /** Returns the limits whose glob matches a resource, in the order they are checked. */
  public List<ActiveLimit> limitsOf(String resource) {
    return limits.matching(resource);
  }

  /** Takes a snapshot of everything counted. */
  public Snapshot snapshot(long nowNanos) {
    moveTo(nowNanos);
    room.pump(clockNanos);
    List<Snapshot.ByLimit> byLimit =
        limits.all().stream()
            .map(
                active ->
                    new Snapshot.ByLimit(
                        active.limit(),
                        store.usage(active, clockNanos),
                        active.counters().snapshot()))
            .toList();
    return new Snapshot(byLimit, resources.snapshot(), store.leaseCount(), room.size());
  }

  private Decision.@Nullable Denied impossible(Ask ask) {
    if (draining) {
      return draining(ask);
    }
    Blocker impossible = resolver.impossible(ask, clockNanos);
    if (impossible != null) {
      return Denials.blocked(List.of(impossible), null);
    }
    Demand unmatched = resolver.unmatched(ask);
    if (unmatched != null) {
      books.unmatched(ask);
      if (settings.denyUnmatched()) {
        return Decision.Denied.of(DenialReason.UNMATCHED, unmatched.resource(), Blocker.NEVER);
      }
    }
    return null;
  }

  private static Decision.Denied draining(Ask ask) {
    return Decision.Denied.of(DenialReason.DRAINING, ask.firstResource(), 0);
  }

  private void decide(Ask ask, Ticket ticket) {
    room.retain(ask);
    Waiter same = room.waiterOf(ask.acquire());
    if (same != null) {
      if (same.ask.acquire().sameBody(ask.acquire())) {
        room.join(same, ticket, ask.acquire().maxWaitNanos(), clockNanos);
      } else {
        close(ticket, new Decision.Conflict(ask.acquire().requestId()));
      }
      room.unretain(ask, clockNanos);
      return;
    }
    boolean behind = room.isAnyAhead(ask.charges(), ask.acquire().priority());
    store.decide(
        behind ? explainer.behindOthers(ask) : ask.claim(),
        behind ? StateStore.Mode.PEEK : StateStore.Mode.COMMIT,
        clockNanos,
        verdict -> decided(ask, ticket, behind, verdict));
  }

  /** Returns the claim itself if nobody waits before it, else one that says when its turn comes. */
  private Claim claimToPeek(Ask ask) {
    return room.isAnyAhead(ask.charges(), ask.acquire().priority())
        ? explainer.behindOthers(ask)
        : ask.claim();
  }

  private void decided(Ask ask, Ticket ticket, boolean behind, Verdict verdict) {
    if (ticket.state == Ticket.State.CLOSED) {
      cancelledBefore(behind, verdict);
    } else if (verdict instanceof Verdict.Admitted admitted && (admitted.replayed() || !behind)) {
      grant(ask, ticket, admitted, 0);
    } else if (draining) {
      deny(ask, ticket, draining(ask));
    } else if (verdict instanceof Verdict.Admitted
        && !room.isAnyAhead(ask.charges(), ask.acquire().priority())) {
      decide(ask, ticket); // those it was behind have gone since the store was asked
    } else if (verdict instanceof Verdict.Refused || verdict instanceof Verdict.Admitted) {
      refused(ask, ticket, verdict);
    } else {
      deny(ask, ticket, explainer.decision(ask, verdict, clockNanos));
    }
    room.unretain(ask, clockNanos);
    room.pump(clockNanos);
  }

  /** Takes back what a store that is elsewhere gave to a call that was cancelled meanwhile. */
  private void cancelledBefore(boolean behind, Verdict verdict) {
    if (verdict instanceof Verdict.Admitted admitted && !admitted.replayed() && !behind) {
      if (store.undo(admitted, clockNanos)) {
        admitted.claim().charges().forEach(charge -> room.changed(charge.bucket()));
      }
    }
  }

  private void refused(Ask ask, Ticket ticket, Verdict verdict) {
    Decision.Denied denial = (Decision.Denied) explainer.decision(ask, verdict, clockNanos);
    List<Bucket> buckets = explainer.blocking(ask, verdict);
    if (ask.acquire().maxWaitNanos() == 0) {
      deny(ask, ticket, denial);
    } else if (room.isFull(ask.acquire(), buckets)) {
      deny(ask, ticket, Denials.blocked(denial.blockers(), DenialReason.QUEUE_FULL));
    } else {
      room.enter(ask, ticket, buckets, clockNanos);
    }
  }

  private void dismiss(Waiter waiter, Decision.Denied denied) {
    List<Ticket> tickets = List.copyOf(waiter.tickets);
    room.leave(waiter, clockNanos);
    tickets.forEach(ticket -> deny(waiter.ask, ticket, denied));
  }

  private void waiterAnswered(Waiter waiter, Verdict verdict) {
    List<Ticket> tickets = List.copyOf(waiter.tickets);
    if (verdict instanceof Verdict.Admitted admitted) {
      long waited = clockNanos - waiter.sinceNanos;
      waiter.ask.charges().forEach(c -> c.bucket().limit().counters().waited(waited));
      Verdict.Admitted shared = admitted;
      for (Ticket ticket : tickets) {
        grant(waiter.ask, ticket, shared, waited);
        shared = new Verdict.Admitted(admitted.claim(), admitted.lease(), true, admitted.states());
        ticket.admitted = admitted;
      }
    } else {
      tickets.forEach(
          ticket -> deny(waiter.ask, ticket, explainer.decision(waiter.ask, verdict, clockNanos)));
    }
  }

  private void grant(Ask ask, Ticket ticket, Verdict.Admitted admitted, long waitedNanos) {
    ticket.state = Ticket.State.GRANTED;
    if (!admitted.replayed()) {
      ticket.admitted = admitted;
      books.granted(ask, admitted);
    }
    Lease lease = admitted.lease();
    ticket.reply.decided(
        new Decision.Granted(
            lease == null ? null : lease.id(),
            lease == null ? 0 : lease.fencingToken(),
            lease == null ? 0 : lease.remainingNanos(clockNanos),
            waitedNanos,
            admitted.replayed(),
            !ask.charges().isEmpty(),
            lease == null ? List.of() : lease.allotments(),
            admitted.states()));
  }

  private void deny(Ask ask, Ticket ticket, Decision decision) {
    if (decision instanceof Decision.Denied denied) {
      books.denied(ask, denied.limit(), denied.reason());
    }
    close(ticket, decision);
  }

  private static void close(Ticket ticket, Decision decision) {
    if (ticket.state != Ticket.State.CLOSED) {
      ticket.state = Ticket.State.CLOSED;
      ticket.reply.decided(decision);
    }
  }

  private void undo(Verdict.Admitted admitted) {
    if (store.undo(admitted, clockNanos)) {
      books.undone(admitted, clockNanos);
      admitted.claim().charges().forEach(charge -> room.changed(charge.bucket()));
    }
  }

  private void freed(Lease lease) {
    List<Charge> charges = lease.claim().charges();
    for (int i = 0; i < charges.size(); i++) {
      room.changed(charges.get(i).bucket());
    }
  }

  /** Moves time to {@code nowNanos}, through every event on the way in its order. */
  private void moveTo(long nowNanos) {
    if (nowNanos <= clockNanos) {
      return;
    }
    for (long next = nextEventNanos(); next <= nowNanos; next = nextEventNanos()) {
      clockNanos = Math.max(clockNanos, next);
      step();
    }
    clockNanos = nowNanos;
  }

  private void step() {
    store.expire(
        clockNanos,
        lease -> {
          books.expired(lease, clockNanos);
          freed(lease);
        });
    List<Ticket> timedOut = room.advance(clockNanos);
    // What came free at this moment goes to those whose time is up at this moment, too.
    room.pump(clockNanos);
    for (Ticket ticket : timedOut) {
      Waiter waiter = ticket.waiter;
      if (ticket.state == Ticket.State.WAITING && waiter != null) {
        store.decide(
            waiter.ask.claim(),
            StateStore.Mode.PEEK,
            clockNanos,
            verdict -> timeOut(ticket, waiter, verdict));
      }
    }
    room.pump(clockNanos);
  }

  private void timeOut(Ticket ticket, Waiter waiter, Verdict verdict) {
    if (ticket.state != Ticket.State.WAITING) {
      return;
    }
    List<Blocker> blockers = explainer.blockers(waiter, verdict, clockNanos);
    room.quit(ticket, waiter, clockNanos);
    Decision.Denied denied = Denials.blocked(blockers, DenialReason.WAIT_TIMEOUT);
    books.denied(waiter.ask, denied.limit(), denied.reason());
    ticket.reply.decided(denied);
    room.pump(clockNanos);
  }
}
