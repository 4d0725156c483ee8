package io.sluice.engine.admission;

import io.sluice.engine.learning.Learners;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseEnd;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What follows from the end or the suspension of a lease: it is counted, what it took is handed on,
 * and those who wait for a lease nested on it are told that this cannot be any more.
 */
final class Endings {
  private final StateStore store;
  private final Bookkeeper books;
  private final Learners learners;
  private final WaitingRoom room;
  private final WorkTable works;
  private final LongSupplier clock;
  private final Answers answers;
  private Consumer<Lease> lost = lease -> {};

  Endings(
      StateStore store,
      Bookkeeper books,
      Learners learners,
      WaitingRoom room,
      WorkTable works,
      LongSupplier clock,
      Answers answers) {
    this.store = store;
    this.books = books;
    this.learners = learners;
    this.room = room;
    this.works = works;
    this.clock = clock;
    this.answers = answers;
  }

  void ended(List<LeaseEnd> ends) {
    for (int i = 0; i < ends.size(); i++) {
      ended(ends.get(i));
    }
  }

  void ended(LeaseEnd end) {
    books.ended(end, clock.getAsLong());
    learners.ended(end.lease(), clock.getAsLong());
    works.ended(end.lease(), false);
    if (end.lease().state() != LeaseState.RELEASED) {
      lost.accept(end.lease());
    }
    handOn(end.lease());
  }

  /** Is told of each lease that ends without a release, from now on. */
  void whenLost(Consumer<Lease> listener) {
    lost = listener;
  }

  /**
   * Takes a grant back that cannot reach its caller.
   *
   * @param counted whether the grant was counted
   * @return false if it stays a grant: it was told to another call, too, or its lease has ended
   */
  boolean undo(Verdict.Admitted admitted, boolean counted) {
    boolean takenBack =
        store.undo(
            admitted,
            clock.getAsLong(),
            end -> {
              boolean undone = end.lease() == admitted.lease();
              if (!undone) {
                books.ended(end, clock.getAsLong());
              } else if (counted) {
                books.returned(end.lease(), clock.getAsLong());
              }
              learners.undone(end.lease(), clock.getAsLong());
              works.ended(end.lease(), undone);
              handOn(end.lease());
            });
    if (takenBack) {
      if (admitted.lease() == null) {
        works.undone(admitted);
      }
      freed(admitted.charges());
    }
    if (takenBack && counted) {
      if (admitted.claim().resumes() == null) {
        books.undone(admitted);
      } else {
        books.laidDown(Objects.requireNonNull(admitted.lease()), clock.getAsLong());
      }
    }
    return takenBack;
  }

  /** What follows from the suspension of a lease. */
  void suspended(Lease lease) {
    books.laidDown(lease, clock.getAsLong());
    learners.undone(lease, clock.getAsLong());
    handOn(lease, "must be a live lease, but it is suspended");
  }

  private void handOn(Lease lease) {
    handOn(lease, "must be a live lease, but it has ended");
    Waiter resuming = room.resuming(lease.id());
    if (resuming != null) {
      answers.dismiss(resuming, new Decision.Lost(lease.state()));
    }
  }

  private void handOn(Lease lease, String problem) {
    freed(lease.claim().charges());
    for (Waiter waiter : room.nestedOn(lease.id())) {
      if (waiter.ask.claim().resumes() == null) { // else it ends with its own lease
        answers.dismiss(waiter, Explainer.invalidParent(problem));
      }
    }
  }

  private void freed(List<Charge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      room.changed(charges.get(i).bucket());
    }
  }
}
