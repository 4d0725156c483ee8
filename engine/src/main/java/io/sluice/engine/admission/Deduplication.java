package io.sluice.engine.admission;

import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/** What becomes of acquires that ask for work which is asked for already. */
final class Deduplication {
  private final StateStore store;
  private final WaitingRoom room;
  private final WorkTable works;
  private final Explainer explainer;
  private final Answers answers;
  private final BiConsumer<Ask, Ticket> redecide;
  private final LongSupplier clock;

  /**
   * Creates it.
   *
   * @param redecide decides an ask some time after it was resolved
   */
  Deduplication(
      StateStore store,
      WaitingRoom room,
      WorkTable works,
      Explainer explainer,
      Answers answers,
      BiConsumer<Ask, Ticket> redecide,
      LongSupplier clock) {
    this.store = store;
    this.room = room;
    this.works = works;
    this.explainer = explainer;
    this.answers = answers;
    this.redecide = redecide;
    this.clock = clock;
  }

  /**
   * Notes the work that an ask is for. Returns whether that is asked for already, so that the ask
   * is answered, or waits, without a decision of its own.
   */
  boolean takes(Ask ask, Ticket ticket) {
    Dedup dedup = ask.acquire().dedup();
    if (dedup == null || works.pending(ask.acquire()) != null) {
      return false;
    }
    Work work = works.find(ask.acquire(), clock.getAsLong());
    if (work != null && !collide(ask, ticket, Collision.of(ask.acquire(), work))) {
      return true;
    }
    if (!works.hasRoom(dedup)) {
      answers.deny(ask, ticket, Decision.Denied.of(DenialReason.SHED, ask.firstResource(), 0));
      return true;
    }
    works.begin(ask.acquire(), clock.getAsLong());
    return false;
  }

  /** Notes that an ask has to wait. */
  void waits(Ask ask, Waiter waiter) {
    Work work = works.pending(ask.acquire());
    if (work != null) {
      work.waiter = waiter;
    }
  }

  /** Lets those go on who asked for the same work while it was not known what becomes of it. */
  void decided(Ask ask) {
    Work work = works.pending(ask.acquire());
    if (work != null && work.waiter == null) {
      works.dropped(work);
    } else if (work != null) {
      WorkTable.resumeParked(work);
    }
  }

  /** Notes that a waiter has left the queue. */
  void left(Waiter waiter) {
    Work work = works.pending(waiter.ask.acquire());
    if (work != null && !waiter.granted) {
      works.dropped(work);
    }
  }

  /** Returns whether a grant was told to another call, too. */
  boolean isShared(Verdict.Admitted admitted) {
    Lease lease = admitted.lease();
    Work work = lease == null ? null : works.running(lease);
    return work != null && work.shared;
  }

  /** Does what becomes of an acquire that repeats work; returns whether it goes on all the same. */
  private boolean collide(Ask ask, Ticket ticket, Collision collision) {
    Work work = collision.work();
    switch (collision.course()) {
      case PARK -> {
        room.retain(ask);
        work.parked.add(() -> again(ask, ticket));
      }
      case JOIN ->
          room.join(
              Objects.requireNonNull(work.waiter),
              ticket,
              ask.acquire().maxWaitNanos(),
              clock.getAsLong());
      case SHARE -> {
        work.shared = true;
        answers.grant(ask, ticket, Objects.requireNonNull(work.admitted).again(), 0);
      }
      case REPLAY -> {
        room.retain(ask);
        store.decide(
            ask.claim(),
            StateStore.Mode.PEEK,
            clock.getAsLong(),
            verdict -> replayed(ask, ticket, collision, verdict));
      }
      case DUPLICATE ->
          answers.deny(ask, ticket, Denials.duplicate(collision.existing(), ask.firstResource()));
      case CONFLICT ->
          Answers.close(
              ticket,
              new Decision.Conflict(collision.existing().requestId(), collision.existing()));
      case REPLACE -> {
        Waiter replaced = Objects.requireNonNull(work.waiter);
        Blocker full = room.full(ask, replaced);
        if (full != null) { // before the other is sent away for it
          answers.deny(ask, ticket, Denials.full(full, List.of()));
          return false;
        }
        ticket.heirOf = replaced;
        Decision.Existing heir =
            new Decision.Existing(
                ask.acquire().requestId(),
                null,
                LeaseState.QUEUED,
                Differences.between(ask.acquire(), work.acquire));
        answers.dismiss(replaced, Denials.duplicate(heir, replaced.ask.firstResource()));
        return true;
      }
    }
    return false;
  }

  /** Answers a retry as its first call was; as a duplicate if the store has forgotten that one. */
  private void replayed(Ask ask, Ticket ticket, Collision collision, Verdict verdict) {
    boolean known = verdict instanceof Verdict.Admitted admitted && admitted.replayed();
    boolean forgotten = verdict instanceof Verdict.Admitted || verdict instanceof Verdict.Refused;
    boolean cancelled = ticket.state == Ticket.State.CLOSED;
    if (known && !cancelled) {
      answers.grant(ask, ticket, (Verdict.Admitted) verdict, 0);
    } else if (forgotten && !cancelled) {
      answers.deny(ask, ticket, Denials.duplicate(collision.existing(), ask.firstResource()));
    } else if (!cancelled) {
      answers.deny(ask, ticket, explainer.decision(ask, verdict, clock.getAsLong()));
    }
    room.unretain(ask, clock.getAsLong());
  }

  private void again(Ask ask, Ticket ticket) {
    if (ticket.state != Ticket.State.CLOSED) {
      redecide.accept(ask, ticket);
    }
    room.unretain(ask, clock.getAsLong());
  }
}
