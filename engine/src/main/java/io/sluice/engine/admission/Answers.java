package io.sluice.engine.admission;

import io.sluice.engine.learning.Learners;
import io.sluice.engine.model.Decision;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Verdict;
import java.util.List;
import java.util.function.LongSupplier;

/** Tells callers what was decided, and counts it. */
final class Answers {
  private final Bookkeeper books;
  private final Learners learners;
  private final WorkTable works;
  private final WaitingRoom room;
  private final LongSupplier clock;

  Answers(
      Bookkeeper books, Learners learners, WorkTable works, WaitingRoom room, LongSupplier clock) {
    this.books = books;
    this.learners = learners;
    this.works = works;
    this.room = room;
    this.clock = clock;
  }

  void grant(Ask ask, Ticket ticket, Verdict.Admitted admitted, long waitedNanos) {
    Lease lease = admitted.lease();
    ticket.state = Ticket.State.GRANTED;
    if (!admitted.replayed()) {
      if (ask.acquire().dedup() != null) {
        works.granted(ask.acquire(), admitted);
      }
      ticket.admitted = admitted;
      count(ask, admitted);
    }
    ticket.reply.decided(
        new Decision.Granted(
            lease == null ? null : lease.id(),
            lease == null ? 0 : lease.fencingToken(),
            lease == null ? 0 : lease.remainingNanos(clock.getAsLong()),
            waitedNanos,
            admitted.replayed(),
            !ask.charges().isEmpty() || (lease != null && !lease.claim().charges().isEmpty()),
            lease == null ? List.of() : lease.allotments(),
            admitted.states()));
  }

  /** Counts a grant. */
  void count(Ask ask, Verdict.Admitted admitted) {
    learners.started(admitted.lease(), admitted.claim().charges(), clock.getAsLong());
    Lease lease = admitted.lease();
    if (lease != null && ask.claim().resumes() != null) {
      books.resumed(lease);
    } else {
      books.granted(ask, admitted);
    }
  }

  void deny(Ask ask, Ticket ticket, Decision decision) {
    if (decision instanceof Decision.Denied denied) {
      books.denied(ask, denied.limit(), denied.reason());
    }
    close(ticket, decision);
  }

  /** Ends a wait without a grant. */
  void dismiss(Waiter waiter, Decision decision) {
    List<Ticket> tickets = List.copyOf(waiter.tickets);
    room.leave(waiter, clock.getAsLong());
    tickets.forEach(ticket -> deny(waiter.ask, ticket, decision));
  }

  /** Answers without counting. */
  static void close(Ticket ticket, Decision decision) {
    if (ticket.state != Ticket.State.CLOSED) {
      ticket.state = Ticket.State.CLOSED;
      ticket.reply.decided(decision);
    }
  }
}
