package io.sluice.server.redis;

import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.StateStoreContract;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Ledger;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.SharedStore;
import io.sluice.server.driver.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** The contract of every store, with limits in a real Redis, in real time. */
abstract class SharedStoreContract extends StateStoreContract {
  private static final AtomicLong GROUPS = new AtomicLong();

  /** More than a busy machine takes. */
  private static final Duration PATIENT = Duration.ofSeconds(5);

  private final NanoClock clock = NanoClock.system();
  private final List<Connected> connections = new ArrayList<>();
  private Connected current;

  /** Returns where the ledger is. */
  abstract RedisSettings settings(String group, String process);

  @Override
  protected final StateStore newStore(int maxLeases) {
    current = new Connected(settings("store" + GROUPS.incrementAndGet(), "p1"), clock);
    connections.add(current);
    MemorySettings settings =
        new MemorySettings(1, maxLeases, 1_000, Duration.ofMinutes(10).toNanos());
    SharedStore store = new SharedStore(settings, current, new SplittableRandom(2), now());
    current.runUntilReachable();
    return store;
  }

  @Override
  protected final long now() {
    return clock.nanos();
  }

  @Override
  protected final void passTime(Duration time) {
    long end = now() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - now()) {
      current.run(left);
    }
  }

  @Override
  protected final void settle() {
    current.settle();
  }

  @AfterEach
  final void leave() {
    connections.forEach(Connected::close);
  }

  /** A ledger that knows what it has not answered yet, and runs its steps when it is told to. */
  private static final class Connected implements Ledger, AutoCloseable {
    private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
    private final RedisLedger ledger;
    private boolean reachable;
    private int unanswered;

    Connected(RedisSettings settings, NanoClock clock) {
      ledger = new RedisLedger(settings, PATIENT, steps::add, clock);
    }

    @Override
    public void post(Posting posting, Consumer<Posted> answer) {
      unanswered++;
      ledger.post(
          posting,
          posted -> {
            unanswered--;
            answer.accept(posted);
          });
    }

    @Override
    public void watch(Account account) {
      ledger.watch(account);
    }

    @Override
    public void unwatch(Account account) {
      ledger.unwatch(account);
    }

    @Override
    public void asserted(long generation) {
      ledger.asserted(generation);
    }

    @Override
    public void listen(Listener listener) {
      ledger.listen(
          new Listener() {
            @Override
            public void changed(String account) {
              listener.changed(account);
            }

            @Override
            public void health(Health health) {
              reachable = health.reachable();
              listener.health(health);
            }
          });
    }

    void runUntilReachable() {
      while (!reachable) {
        runOne();
      }
      settle();
    }

    /** Runs what arrived, until nothing is under way. */
    void settle() {
      while (unanswered > 0) {
        runOne();
      }
      for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
        step.run();
      }
    }

    /** Waits for a step and runs it, or does nothing if none comes in time. */
    void run(long waitNanos) {
      Runnable step = next(waitNanos);
      if (step != null) {
        step.run();
      }
    }

    @Override
    public void close() {
      ledger.close();
    }

    private void runOne() {
      Runnable step = next(PATIENT.multipliedBy(3).toNanos());
      if (step == null) {
        throw new AssertionError(unanswered + " postings are not answered");
      }
      step.run();
    }

    private @Nullable Runnable next(long waitNanos) {
      try {
        return steps.poll(waitNanos, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
