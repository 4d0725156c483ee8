package io.sluice.engine.store.shared;

import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.StateStoreContract;
import io.sluice.engine.store.memory.MemorySettings;
import java.time.Duration;
import java.util.SplittableRandom;

/** The contract of every store, one round trip away from a ledger. */
class SharedStoreTest extends StateStoreContract {
  private ModelLedger ledger;
  private long now;

  @Override
  protected StateStore newStore(int maxLeases) {
    ledger = new ModelLedger(new SplittableRandom(1), now);
    MemorySettings settings =
        new MemorySettings(1, maxLeases, 1_000, Duration.ofMinutes(10).toNanos());
    StateStore store = new SharedStore(settings, ledger.process("a"), new SplittableRandom(2), now);
    ledger.runTo(now);
    return store;
  }

  @Override
  protected long now() {
    return now;
  }

  @Override
  protected void passTime(Duration time) {
    now += time.toNanos();
    ledger.runTo(now);
  }

  @Override
  protected void settle() {
    ledger.runTo(now);
  }
}
