package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** All limits of an acquire are charged, or none. */
class AtomicityTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 10_000;

  @Test
  void tenJointAcquiresWithOneFullResourceLeaveTheOtherUntouched() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("free", "free", concurrency(10)), Limit.of("full", "full", concurrency(1)));
    engine.lease("full");
    for (int i = 0; i < 10; i++) {
      boolean fullFirst = i % 2 == 0;
      Decision.Denied denied =
          engine.denied(
              fullFirst
                  ? engine.ask(Demand.of("full"), Demand.of("free"))
                  : engine.ask(Demand.of("free"), Demand.of("full")));
      assertThat(denied.reason()).isEqualTo(DenialReason.CONCURRENCY);
      assertThat(denied.limit()).isEqualTo("full");
      assertThat(engine.used("free")).isZero();
    }
    assertThat(engine.used("full")).isEqualTo(1);
    engine.check();
  }

  @Test
  void noTokenIsTakenForWorkThatCannotStart() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("tokens", "work", rate(1, Duration.ofHours(1), 5)),
            Limit.of("slots", "work", concurrency(1)));
    engine.lease("work");
    for (int i = 0; i < 10; i++) {
      assertThat(engine.denied(engine.ask("work")).limit()).isEqualTo("slots");
    }
    assertThat(engine.available("tokens")).isEqualTo(4);
  }

  @Test
  void demandsOnOneLimitAddUp() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "*", concurrency(5)));
    engine.denied(engine.ask(Demand.of("a", 3), Demand.of("b", 3)));
    assertThat(engine.used("jobs")).isZero();
    LeaseId lease = engine.granted(engine.ask(Demand.of("a", 3), Demand.of("b", 2))).leaseId();
    assertThat(engine.used("jobs")).isEqualTo(5);
    engine.release(lease);
    assertThat(engine.used("jobs")).isZero();
  }

  @Test
  void eightThreadsInOppositeOrdersNeverDeadlockAndNeverHoldOneOnly() throws Exception {
    Shared shared =
        new Shared(
            EngineFixture.of(
                Limit.of("left", "left", concurrency(3)),
                Limit.of("right", "right", concurrency(2)),
                Limit.of("middle", "middle", concurrency(4))));
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Callable<Long>> workers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int worker = i;
        workers.add(() -> shared.work(worker));
      }
      long granted = 0;
      for (Future<Long> worker : threads.invokeAll(workers, 60, TimeUnit.SECONDS)) {
        assertThat(worker.isCancelled()).as("finished in time").isFalse();
        granted += worker.get();
      }
      assertThat(granted).isPositive();
    } finally {
      threads.shutdownNow();
    }
    shared.engine.pass(Duration.ofHours(1));
    for (String limit : new String[] {"left", "right", "middle"}) {
      assertThat(shared.engine.used(limit)).isZero();
    }
    assertThat(shared.engine.waiting()).isZero();
    shared.engine.check();
  }

  /** An engine that many threads use, one at a time. */
  private static final class Shared {
    private static final String[][] ORDERS = {
      {"left", "right"}, {"right", "left"}, {"middle", "left", "right"}, {"right", "middle"}
    };

    private final EngineFixture engine;
    private final ReentrantLock lock = new ReentrantLock();

    Shared(EngineFixture engine) {
      this.engine = engine;
    }

    long work(int worker) {
      SplittableRandom random = new SplittableRandom(worker);
      List<EngineFixture.Call> held = new ArrayList<>();
      long granted = 0;
      for (int round = 0; round < ROUNDS; round++) {
        String[] order = ORDERS[(worker + round) % ORDERS.length];
        List<Demand> demands = new ArrayList<>();
        for (String resource : order) {
          demands.add(Demand.of(resource));
        }
        long wait = random.nextBoolean() ? 1_000_000L : 0;
        lock.lock();
        try {
          held.add(engine.call(Acquire.builder(demands).maxWaitNanos(wait).build()));
          verify();
          engine.passNanos(random.nextLong(400_000));
          if (held.size() > 1 || random.nextBoolean()) {
            granted += end(held.remove(0));
            verify();
          }
        } finally {
          lock.unlock();
        }
      }
      lock.lock();
      try {
        for (EngineFixture.Call call : held) {
          granted += end(call);
        }
      } finally {
        lock.unlock();
      }
      return granted;
    }

    private long end(EngineFixture.Call call) {
      if (call.isGranted()) {
        engine.release(call.grant().leaseId());
        return 1;
      }
      if (!call.isAnswered()) {
        engine.cancel(call);
      }
      return 0;
    }

    /** Compares what each limit says is used with what the live leases ask of it. */
    private void verify() {
      engine.check();
      assertThat(engine.used("left")).isBetween(0L, 3L);
      assertThat(engine.used("right")).isBetween(0L, 2L);
      assertThat(engine.used("middle")).isBetween(0L, 4L);
    }
  }
}
