package io.sluice.server.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.StateStoreContract;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.server.driver.StepLog;
import io.sluice.server.journal.Fsync;
import io.sluice.server.journal.JournalSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Memory with a journal is a store like any other; and after each test, so is its next life. */
class JournaledStoreTest extends StateStoreContract {
  @TempDir private Path dir;

  private int lives;
  private long now;
  private MemoryStore store;
  private JournaledState state;

  @Override
  protected StateStore newStore(int maxLeases) {
    try {
      if (state != null) {
        state.close();
      }
      lives++;
      open(maxLeases);
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected long now() {
    return now;
  }

  @Override
  protected void passTime(Duration time) {
    state.endStep();
    now += time.toNanos();
    state.beginStep(now);
  }

  @Override
  protected void settle() {
    state.endStep();
  }

  @AfterEach
  void everythingIsThereInTheNextLife() throws IOException {
    state.endStep();
    state.close();
    MemoryStore before = store;
    open(1_000);
    assertThat(store.leases()).hasSameSizeAs(before.leases());
    Iterator<Lease> restored = store.leases().iterator();
    for (Lease lease : before.leases()) {
      Lease next = restored.next();
      assertThat(next.id()).isEqualTo(lease.id());
      assertThat(next.state()).isEqualTo(lease.state());
      assertThat(next.fencingToken()).isEqualTo(lease.fencingToken());
      assertThat(next.allotments()).isEqualTo(lease.allotments());
      assertThat(next.claim().acquire()).isEqualTo(lease.claim().acquire());
      assertThat(next.claim().terms()).isEqualTo(lease.claim().terms());
      assertThat(permits(next)).isEqualTo(permits(lease));
    }
    for (ActiveLimit limit : allLimits()) {
      if (limit.limit().policy().kind() != LimitKind.RATE) {
        assertThat(store.usage(limit, now).used())
            .as(limit.name())
            .isEqualTo(before.usage(limit, now).used());
      }
    }
    state.close();
  }

  private static long permits(Lease lease) {
    return lease.held().stream().mapToLong(charge -> charge.permits()).sum();
  }

  private void open(int maxLeases) throws IOException {
    store =
        new MemoryStore(
            new MemorySettings(1, maxLeases, 1_000, TimeUnit.MINUTES.toNanos(10)),
            new SplittableRandom(lives),
            0);
    state =
        JournaledState.open(
            dir.resolve("life" + lives),
            JournalSettings.defaults(Fsync.NEVER),
            this::findLimit,
            store,
            (restored, learned, at) -> {},
            false,
            0,
            () -> now,
            new SplittableRandom(lives));
    state.start(
        new StepLog.Listener() {
          @Override
          public void durable(long position) {}

          @Override
          public void failed(String problem) {
            throw new AssertionError(problem);
          }
        });
    state.beginStep(now);
  }
}
