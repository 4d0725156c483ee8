package io.sluice.engine.admission;

import io.sluice.engine.learning.Learners;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.PauseTable;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.GrantedWork;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Restored;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of an acquire: from the ask through the store's verdict, and perhaps the waiting room,
 * to the one answer; and back again if the answer cannot be delivered.
 */
final class Admissions implements Desk {
  private final EngineSettings settings;
  private final StateStore store;
  private final Bookkeeper books;
  private final LongSupplier clock;
  private final Resolver resolver;
  private final WaitingRoom room;
  private final Explainer explainer;
  private final WorkTable works;
  private final Answers answers;
  private final Deduplication deduplication;
  private final Gates gates;
  private final Learners learners;
  private final Endings endings;
  private boolean draining;

  Admissions(
      LimitTable limits,
      EngineSettings settings,
      StateStore store,
      Bookkeeper books,
      PauseTable pauses,
      Learners learners,
      LongSupplier clock) {
    this.settings = settings;
    this.store = store;
    this.books = books;
    this.gates = new Gates(pauses, learners);
    this.learners = learners;
    this.clock = clock;
    this.resolver = new Resolver(limits, store);
    this.room = new WaitingRoom(store, settings, clock, this);
    this.explainer = new Explainer(store, room);
    this.works = new WorkTable(room::schedule);
    this.answers = new Answers(books, learners, works, room, clock);
    this.deduplication =
        new Deduplication(store, room, works, explainer, answers, this::redecide, clock);
    this.endings = new Endings(store, books, learners, room, works, clock, answers);
  }

  /** Returns where those wait who have not been answered. */
  WaitingRoom room() {
    return room;
  }

  /** Returns what tells callers what was decided. */
  Answers answers() {
    return answers;
  }

  /** Returns what is to be told of leases that end. */
  Endings endings() {
    return endings;
  }

  /**
   * Decides an acquire, at once or within its longest wait.
   *
   * @return the caller's stake
   */
  Ticket acquire(Acquire acquire, Reply reply) {
    Ticket ticket = new Ticket(reply, room);
    boolean peek = acquire.isPeek() || draining;
    Ask ask = resolver.resolve(acquire, peek, clock.getAsLong());
    Decision.Denied impossible = peek ? known(ask) : impossible(ask);
    if (resolver.unmatched(ask) != null) {
      books.unmatched(ask);
    }
    if (impossible != null && acquire.isPeek()) {
      Answers.close(ticket, impossible);
    } else if (impossible != null) {
      decideImpossible(ask, ticket, impossible);
    } else if (peek) {
      store.decide(
          claimToPeek(ask),
          StateStore.Mode.PEEK,
          clock.getAsLong(),
          verdict -> Answers.close(ticket, explainer.decision(ask, verdict, clock.getAsLong())));
    } else {
      decide(ask, ticket);
    }
    return ticket;
  }

  /**
   * Lets a suspended lease hold again, at once or within a longest wait.
   *
   * @return the caller's stake
   */
  Ticket resume(LeaseId id, long maxWaitNanos, Reply reply) {
    Ticket ticket = new Ticket(reply, room);
    Lease lease = store.lease(id);
    if (lease == null) {
      Answers.close(ticket, new Decision.Lost(null));
      return ticket;
    }
    decideUnlessImpossible(resolver.resuming(lease, maxWaitNanos, clock.getAsLong()), ticket);
    return ticket;
  }

  /** Gives back whatever a caller has got or waits for. */
  void cancel(Ticket ticket) {
    Waiter waiter = ticket.waiter;
    if (ticket.state == Ticket.State.WAITING && waiter != null) {
      waiter.places.forEach(place -> place.queue.bucket.limit().counters().cancelled());
      room.quit(ticket, waiter, clock.getAsLong());
    } else if (ticket.state == Ticket.State.GRANTED) {
      boolean last = true;
      if (waiter != null) {
        waiter.tickets.remove(ticket);
        last = waiter.tickets.isEmpty();
      }
      if (last && ticket.admitted != null && !deduplication.isShared(ticket.admitted)) {
        endings.undo(ticket.admitted, true);
      }
    }
    ticket.state = Ticket.State.CLOSED;
  }

  /** Says what an acquire would be answered now. */
  void explain(Acquire acquire, Consumer<Explanation> answer) {
    long now = clock.getAsLong();
    Ask ask = resolver.resolve(acquire, true, now);
    Decision.Denied impossible = known(ask);
    if (impossible != null) {
      answer.accept(explainer.explain(ask, impossible, now));
      return;
    }
    store.decide(
        explainer.anonymous(claimToPeek(ask)),
        StateStore.Mode.PEEK,
        now,
        verdict -> {
          long then = clock.getAsLong();
          answer.accept(explainer.explain(ask, explainer.decision(ask, verdict, then), then));
        });
  }

  /** Denies everybody who waits, and from now on everybody who asks. */
  void drain() {
    draining = true;
    for (Waiter waiter : room.all()) {
      answers.dismiss(waiter, draining(waiter.ask));
    }
  }

  /** Denies those who wait for more than there can be. */
  void dismissImpossible() {
    for (Waiter waiter : room.all()) {
      Decision.Denied impossible = impossible(waiter.ask);
      if (impossible != null) {
        answers.dismiss(waiter, impossible);
      }
    }
  }

  /**
   * Brings those who wait in line with limits that lead elsewhere, or queue otherwise: everybody
   * keeps its place and waits for what its acquire leads to now; who can never get it is denied.
   *
   * @param requeue the rules of a queue changed
   */
  void reroute(boolean requeue) {
    for (Waiter waiter : room.all()) {
      Ask ask = resolver.again(waiter.ask, clock.getAsLong());
      room.retain(ask);
      Decision.Denied impossible = impossible(ask);
      if (impossible != null) {
        answers.dismiss(waiter, impossible);
      } else {
        room.reroute(waiter, ask, requeue, clock.getAsLong());
      }
      room.unretain(ask, clock.getAsLong());
    }
  }

  /**
   * Sends those away, or lets them wait apart, for whom nothing starts; lets all others be tried.
   */
  void gatesChanged() {
    for (Waiter waiter : room.all()) {
      Gates.Closed closed = gates.closed(waiter.ask, clock.getAsLong());
      if (closed == null) {
        room.unpark(waiter);
      } else if (closed.deny()) {
        answers.dismiss(waiter, closed.denial());
      } else {
        room.park(waiter);
      }
    }
  }

  /** Ends the wait of a ticket that has waited long enough. */
  void timeIsUp(Ticket ticket) {
    Waiter waiter = ticket.waiter;
    if (ticket.state == Ticket.State.WAITING && waiter != null) {
      store.decide(
          waiter.ask.claim(),
          StateStore.Mode.PEEK,
          clock.getAsLong(),
          verdict -> timeOut(ticket, waiter, verdict));
    }
  }

  private Decision.@Nullable Denied impossible(Ask ask) {
    if (draining) {
      return draining(ask);
    }
    Blocker impossible = resolver.impossible(ask, clock.getAsLong());
    if (impossible != null) {
      return Denials.blocked(List.of(impossible), null);
    }
    boolean mayBeUnmatched = settings.denyUnmatched() && ask.claim().resumes() == null;
    Demand unmatched = mayBeUnmatched ? resolver.unmatched(ask) : null;
    return unmatched == null
        ? null
        : Decision.Denied.of(DenialReason.UNMATCHED, unmatched.resource(), Blocker.NEVER);
  }

  /** Returns what a question is answered without asking the store; null if the store knows. */
  private Decision.@Nullable Denied known(Ask ask) {
    Decision.Denied impossible = impossible(ask);
    Gates.Closed closed = impossible == null ? gates.closed(ask, clock.getAsLong()) : null;
    return closed == null ? impossible : closed.denial();
  }

  private static Decision.Denied draining(Ask ask) {
    return Decision.Denied.of(DenialReason.DRAINING, ask.firstResource(), 0);
  }

  private void decide(Ask ask, Ticket ticket) {
    room.retain(ask);
    Waiter same = room.waiterOf(ask.requestKey());
    if (same != null) {
      if (same.ask.acquire().sameBody(ask.acquire())) {
        room.join(same, ticket, ask.acquire().maxWaitNanos(), clock.getAsLong());
      } else {
        Answers.close(ticket, new Decision.Conflict(ask.acquire().requestId(), null));
      }
      room.unretain(ask, clock.getAsLong());
      return;
    }
    if (deduplication.takes(ask, ticket)) {
      room.unretain(ask, clock.getAsLong());
      return;
    }
    learners.attend(ask.charges(), clock.getAsLong());
    // Closed, it only asks whether the request was granted before.
    boolean closed = gates.closed(ask, clock.getAsLong()) != null;
    boolean behind = closed || isBehind(ask);
    ticket.reserved = behind ? null : learners.reserve(ask.charges(), clock.getAsLong());
    store.decide(
        behind && !closed ? explainer.behindOthers(ask, clock.getAsLong()) : ask.claim(),
        behind ? StateStore.Mode.PEEK : StateStore.Mode.COMMIT,
        clock.getAsLong(),
        verdict -> decided(ask, ticket, behind, verdict));
  }

  /** Denies what cannot be now, unless it repeats a request that was answered while it could. */
  private void decideImpossible(Ask ask, Ticket ticket, Decision.Denied impossible) {
    room.retain(ask); // so that what came to exist for this question goes again
    if (ask.requestKey() == null) {
      answers.deny(ask, ticket, impossible);
      room.unretain(ask, clock.getAsLong());
      return;
    }
    store.decide(
        ask.claim(),
        StateStore.Mode.PEEK,
        clock.getAsLong(),
        verdict -> {
          if (ticket.state != Ticket.State.CLOSED) {
            answerImpossible(ask, ticket, verdict, impossible);
          }
          room.unretain(ask, clock.getAsLong());
        });
  }

  private void answerImpossible(
      Ask ask, Ticket ticket, Verdict verdict, Decision.Denied impossible) {
    if (verdict instanceof Verdict.Admitted admitted && admitted.replayed()) {
      answers.grant(ask, ticket, admitted, 0);
    } else if (verdict instanceof Verdict.Ended || verdict instanceof Verdict.Conflict) {
      answers.deny(ask, ticket, explainer.decision(ask, verdict, clock.getAsLong()));
    } else {
      answers.deny(ask, ticket, impossible);
    }
  }

  /** Decides an ask, unless the limits alone say that it cannot be. */
  private void decideUnlessImpossible(Ask ask, Ticket ticket) {
    LeaseId resumes = ask.claim().resumes();
    Lease lease = resumes == null ? null : store.lease(resumes);
    boolean over = lease != null && !lease.isSuspended(); // the store knows what became of it
    Decision.Denied impossible = over ? null : impossible(ask);
    room.retain(ask);
    if (impossible != null) {
      answers.deny(ask, ticket, impossible);
    } else {
      decide(ask, ticket);
    }
    room.unretain(ask, clock.getAsLong());
  }

  /** Decides an ask some time after it was resolved. */
  private void redecide(Ask asked, Ticket ticket) {
    if (!resolver.isStale(asked)) {
      decide(asked, ticket);
      return;
    }
    decideUnlessImpossible(resolver.again(asked, clock.getAsLong()), ticket);
  }

  /** Returns the claim itself if nobody waits before it, else one that says when its turn comes. */
  private Claim claimToPeek(Ask ask) {
    return isBehind(ask) ? explainer.behindOthers(ask, clock.getAsLong()) : ask.claim();
  }

  private boolean isBehind(Ask ask) {
    return room.isAnyAhead(ask, clock.getAsLong());
  }

  private void decided(Ask ask, Ticket ticket, boolean behind, Verdict verdict) {
    learners.unreserve(ticket.reserved, clock.getAsLong());
    ticket.reserved = null;
    Gates.Closed closed = isAboutUsage(verdict) ? gates.closed(ask, clock.getAsLong()) : null;
    if (ticket.state == Ticket.State.CLOSED) {
      cancelledBefore(ask, behind, verdict);
    } else if (verdict instanceof Verdict.Admitted admitted && (admitted.replayed() || !behind)) {
      answers.grant(ask, ticket, admitted, 0);
    } else if (draining) {
      answers.deny(ask, ticket, draining(ask));
    } else if (resolver.isStale(ask)) {
      redecide(ask, ticket); // the limits changed since the store was asked
    } else if (closed != null) {
      closed(ask, ticket, closed);
    } else if (verdict instanceof Verdict.Admitted && !isBehind(ask)) {
      decide(ask, ticket); // those it was behind have gone since the store was asked
    } else if (verdict instanceof Verdict.Refused || verdict instanceof Verdict.Admitted) {
      refused(ask, ticket, verdict);
    } else {
      answers.deny(ask, ticket, explainer.decision(ask, verdict, clock.getAsLong()));
    }
    if (ticket.state != Ticket.State.DECIDING) {
      deduplication.decided(ask);
    }
    room.unretain(ask, clock.getAsLong());
    room.pump(clock.getAsLong());
  }

  /** Takes back what a store that is elsewhere gave to a call that was cancelled meanwhile. */
  private void cancelledBefore(Ask ask, boolean behind, Verdict verdict) {
    if (verdict instanceof Verdict.Admitted admitted && !admitted.replayed() && !behind) {
      takeBack(ask, admitted);
    }
  }

  private void refused(Ask ask, Ticket ticket, Verdict verdict) {
    Decision.Denied denial = (Decision.Denied) explainer.decision(ask, verdict, clock.getAsLong());
    List<Bucket> buckets = explainer.blocking(ask, verdict, clock.getAsLong());
    boolean probing = learners.isProbing(ask.charges(), clock.getAsLong());
    if (ask.acquire().maxWaitNanos() == 0 || probing) {
      answers.deny(ask, ticket, denial);
    } else if (ticket.heirOf == null && isTooLate(ask, denial.waitNanos(), buckets)) {
      answers.deny(ask, ticket, denial.because(DenialReason.DEADLINE_TOO_SHORT));
    } else {
      Blocker full = room.full(ask, buckets);
      if (full == null) {
        enter(ask, ticket, buckets);
      } else {
        answers.deny(ask, ticket, Denials.full(full, denial.blockers()).at(denial.position()));
      }
    }
  }

  private Waiter enter(Ask ask, Ticket ticket, List<Bucket> buckets) {
    Waiter waiter = room.enter(ask, ticket, buckets, clock.getAsLong());
    deduplication.waits(ask, waiter);
    return waiter;
  }

  private void closed(Ask ask, Ticket ticket, Gates.Closed closed) {
    List<Bucket> buckets = ask.contended().stream().map(Charge::bucket).toList();
    Decision.Denied denial = closed.denial();
    if (closed.deny() || ask.acquire().maxWaitNanos() == 0) {
      answers.deny(ask, ticket, denial);
    } else {
      Blocker full = room.full(ask, buckets);
      if (full == null) {
        room.park(enter(ask, ticket, buckets));
      } else {
        answers.deny(ask, ticket, Denials.full(full, denial.blockers()));
      }
    }
  }

  /** Returns whether a verdict is about what there is, and not about the request. */
  private static boolean isAboutUsage(Verdict verdict) {
    return verdict instanceof Verdict.Admitted
        || verdict instanceof Verdict.Refused
        || verdict instanceof Verdict.Full;
  }

  /**
   * Returns whether it is better told at once that its time is too short. A queue of a {@code
   * batch} limit keeps its word to wait: others may give up, or give back what they did not use.
   */
  private static boolean isTooLate(Ask ask, long waitNanos, List<Bucket> buckets) {
    long deadline = ask.acquire().workDeadlineNanos();
    if (deadline > 0 && waitNanos > deadline - ask.holdNanos()) {
      return true;
    }
    boolean interactive =
        buckets.stream().anyMatch(b -> b.limit().limit().queue().mode() == QueueMode.INTERACTIVE);
    return interactive && waitNanos > ask.acquire().maxWaitNanos();
  }

  @Override
  public void shed(Waiter waiter, WaitQueue queue) {
    answers.dismiss(
        waiter,
        Denials.blocked(
            List.of(explainer.standing(waiter, queue, clock.getAsLong())), DenialReason.SHED));
  }

  @Override
  public void answered(Waiter waiter, Verdict verdict) {
    List<Ticket> tickets = List.copyOf(waiter.tickets);
    if (verdict instanceof Verdict.Admitted admitted) {
      long waited = clock.getAsLong() - waiter.enteredNanos;
      books.waited(waiter.ask, waited);
      Verdict.Admitted told = admitted;
      for (Ticket ticket : tickets) {
        answers.grant(waiter.ask, ticket, told, clock.getAsLong() - ticket.waitsSinceNanos);
        told = admitted.again();
        ticket.admitted = admitted;
      }
    } else {
      tickets.forEach(
          ticket ->
              answers.deny(
                  waiter.ask, ticket, explainer.decision(waiter.ask, verdict, clock.getAsLong())));
    }
  }

  @Override
  public void takeBack(Ask ask, Verdict.Admitted admitted) {
    if (!endings.undo(admitted, false)) {
      answers.count(ask, admitted);
    }
  }

  @Override
  public void left(Waiter waiter) {
    deduplication.left(waiter);
  }

  /** Takes in what was granted before a restart. */
  void restored(Restored restored) {
    for (GrantedWork granted : restored.lately()) {
      works.restoreLately(
          granted,
          new Verdict.Admitted(
              new Claim(granted.acquire(), List.of(), null),
              null,
              false,
              List.of(),
              granted.grantedAtNanos()));
    }
    for (Lease lease : restored.leases()) {
      if (lease.isLive()) {
        learners.restore(lease, clock.getAsLong());
      }
      if (lease.claim().acquire().dedup() != null && !lease.isQuarantined()) {
        works.restoreRunning(
            lease,
            new Verdict.Admitted(lease.claim(), lease, false, List.of(), lease.grantedAtNanos()));
      }
    }
  }

  /** Returns how much named work is remembered. */
  int knownWork() {
    return works.size();
  }

  private void timeOut(Ticket ticket, Waiter waiter, Verdict verdict) {
    if (ticket.state != Ticket.State.WAITING) {
      return;
    }
    Gates.Closed closed = gates.closed(waiter.ask, clock.getAsLong());
    List<Blocker> blockers =
        closed == null
            ? explainer.blockers(waiter, verdict, clock.getAsLong())
            : closed.denial().blockers();
    room.quit(ticket, waiter, clock.getAsLong());
    boolean tooLate = clock.getAsLong() >= waiter.startByNanos;
    DenialReason reason = tooLate ? DenialReason.DEADLINE_TOO_SHORT : DenialReason.WAIT_TIMEOUT;
    Decision.Denied denied =
        blockers.isEmpty() // its limits are gone, and the store has yet to say so
            ? Decision.Denied.of(reason, waiter.ask.firstResource(), 0)
            : Denials.blocked(blockers, reason);
    books.denied(waiter.ask, denied.limit(), denied.reason());
    ticket.reply.decided(denied);
    room.pump(clock.getAsLong());
  }
}
