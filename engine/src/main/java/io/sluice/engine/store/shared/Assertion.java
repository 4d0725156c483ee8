package io.sluice.engine.store.shared;

import io.sluice.engine.store.Lease;
import io.sluice.engine.store.memory.MemoryStore;
import java.util.List;
import java.util.function.LongSupplier;

/** Tells a ledger that may have lost it all that is held here. */
final class Assertion {
  private static final long RETRY_NANOS = 100_000_000L;

  private final Ledger ledger;
  private final MemoryStore local;
  private final Outbox outbox;
  private final LongSupplier clock;

  /** The generation that is being told; 0 = none. */
  private long generation;

  private long retryNanos = Long.MAX_VALUE;

  Assertion(Ledger ledger, MemoryStore local, Outbox outbox, LongSupplier clock) {
    this.ledger = ledger;
    this.local = local;
    this.outbox = outbox;
    this.clock = clock;
  }

  /** Begins to tell a generation of the ledger. */
  void begin(long newGeneration) {
    generation = newGeneration;
    for (Lease lease : local.leases()) {
      outbox.holdings(lease);
    }
    proceed();
  }

  long nextNanos() {
    return retryNanos;
  }

  /** Tells what has not been heard. */
  void proceed() {
    retryNanos = Long.MAX_VALUE;
    if (generation == 0) {
      return;
    }
    long told = generation;
    outbox.flushAll(clock.getAsLong());
    // Postings are made in order: when this is answered, those before it have been made, or not.
    outbox.post(
        List.of(),
        Posting.of(List.of()),
        clock.getAsLong(),
        (posted, any) -> {
          if (generation != told) {
            return;
          }
          if (posted instanceof Posted.Done && !outbox.isAnythingHeldUntold()) {
            generation = 0;
            ledger.asserted(told);
          } else {
            retryNanos = clock.getAsLong() + RETRY_NANOS;
          }
        });
  }
}
