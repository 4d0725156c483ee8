package io.sluice.engine.store.shared;

import io.sluice.engine.store.Settlement;
import io.sluice.engine.store.StateStore.Released;
import io.sluice.engine.store.shared.Posting.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How what was used beyond an estimate is taken of the ledger, which says how much of it fitted.
 */
final class Settlements {
  private final Reach reach;
  private final Outbox outbox;
  private final LongSupplier clock;

  Settlements(Reach reach, Outbox outbox, LongSupplier clock) {
    this.reach = reach;
    this.outbox = outbox;
    this.clock = clock;
  }

  /** Tells the ledger of a release, and then whoever released. */
  void settle(Released released, Consumer<Released> answer) {
    List<Change> debits = new ArrayList<>();
    for (Settlement settlement : released.settlements()) {
      if (isDebit(settlement)) {
        SharedSpending bucket = (SharedSpending) settlement.charge().bucket();
        debits.add(new Change.Debit(bucket.account(clock.getAsLong()), settlement.permits()));
      }
    }
    if (debits.isEmpty() || reach.isAway()) {
      later(released);
      outbox.flush(clock.getAsLong());
      answer.accept(released);
      return;
    }
    outbox.post(
        debits,
        Posting.of(List.of()),
        clock.getAsLong(),
        (posted, told) -> {
          if (!(posted instanceof Posted.Done)) {
            later(released);
          }
          answer.accept(told.isEmpty() ? released : told(released, told));
          outbox.flush(clock.getAsLong());
        });
  }

  private static boolean isDebit(Settlement settlement) {
    return settlement.permits() > 0 && settlement.charge().bucket() instanceof SharedSpending;
  }

  private void later(Released released) {
    for (Settlement settlement : released.settlements()) {
      if (isDebit(settlement)) {
        outbox.debit((SharedSpending) settlement.charge().bucket(), settlement.permits());
      }
    }
  }

  /** Returns what a release did, with what the ledger told of each debit. */
  private static Released told(Released released, List<Long> overruns) {
    List<Settlement> settlements = new ArrayList<>();
    int next = 0;
    for (Settlement one : released.settlements()) {
      settlements.add(
          isDebit(one) ? new Settlement(one.charge(), one.permits(), overruns.get(next++)) : one);
    }
    return new Released(
        released.status(),
        released.lease(),
        released.firstOutcome(),
        released.ended(),
        List.copyOf(settlements));
  }
}
