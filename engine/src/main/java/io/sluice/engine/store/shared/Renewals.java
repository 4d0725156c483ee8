package io.sluice.engine.store.shared;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseEnd;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.engine.store.shared.Posting.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** How leases that hold seats of the ledger are extended. */
final class Renewals {
  private final MemoryStore local;
  private final Reach reach;
  private final Outbox outbox;
  private final LongSupplier clock;
  private final Consumer<LeaseEnd> ended;

  /**
   * Extends leases.
   *
   * @param clock the time up to which everything has happened
   * @param ended told each lease of which the ledger has given something away
   */
  Renewals(
      MemoryStore local, Reach reach, Outbox outbox, LongSupplier clock, Consumer<LeaseEnd> ended) {
    this.local = local;
    this.reach = reach;
    this.outbox = outbox;
    this.clock = clock;
    this.ended = ended;
  }

  void renew(LeaseId id, long ttlNanos, Consumer<Renewal> answer) {
    long now = clock.getAsLong();
    Lease lease = local.lease(id);
    if (lease != null && lease.isLive() && reach.isAway() && isClosed(lease)) {
      answer.accept(asItIs(lease, now));
      return;
    }
    Renewal[] renewal = new Renewal[1];
    local.renew(id, ttlNanos, now, told -> renewal[0] = told);
    List<Change> extensions =
        lease == null || renewal[0].status() != RenewStatus.RENEWED
            ? List.of()
            : extensions(lease, now);
    if (lease == null || extensions.isEmpty()) {
      answer.accept(renewal[0]);
    } else if (reach.isAway()) {
      outbox.holdings(lease);
      answer.accept(renewal[0]);
    } else {
      outbox.post(
          extensions,
          Posting.of(List.of()),
          now,
          (posted, told) -> {
            answer.accept(renewed(lease, renewal[0], posted, told));
            outbox.flush(clock.getAsLong());
          });
    }
  }

  private Renewal renewed(Lease lease, Renewal renewal, Posted posted, List<Long> told) {
    if (!(posted instanceof Posted.Done)) {
      outbox.holdings(lease);
    } else if (told.contains(0L)) {
      if (reach.isLearning()) {
        outbox.holdings(lease); // it was lost with the ledger, and nobody else can have got it
      } else {
        local.lost(lease.id(), clock.getAsLong(), ended);
      }
    }
    return lease.isLive() || lease.isSuspended() ? renewal : Renewal.LOST;
  }

  /** A lease of which nobody can say that it will be held for longer is not extended. */
  private static Renewal asItIs(Lease lease, long nowNanos) {
    long left = lease.remainingNanos(nowNanos);
    return left == 0 ? Renewal.LOST : new Renewal(RenewStatus.RENEWED, left, lease.fencingToken());
  }

  private boolean isClosed(Lease lease) {
    return lease.held().stream()
        .anyMatch(
            charge ->
                charge.bucket() instanceof SharedSeats
                    && charge.taken() > 0
                    && reach.isClosed(charge.bucket().limit().limit()));
  }

  /** Returns what extends the seats that a lease holds to its own time. */
  static List<Change> extensions(Lease lease, long nowNanos) {
    List<Change> extensions = new ArrayList<>();
    for (Charge charge : lease.held()) {
      LeaseTerms terms = charge.bucket().limit().limit().policy().terms();
      if (charge.bucket() instanceof SharedSeats bucket && charge.taken() > 0 && terms != null) {
        long millis = Outbox.holdMillis(lease, terms, nowNanos);
        extensions.add(new Change.Extend(bucket.seats(), lease.id(), millis));
      }
    }
    return extensions;
  }
}
