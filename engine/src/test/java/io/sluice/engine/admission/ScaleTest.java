package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Very many who wait. */
@Isolated("measures the heap")
class ScaleTest {
  private static final int MILLION = 1_000_000;

  /** Waiters of the test of memory; {@code -Dsluice.waiters=1000000} is the long run. */
  private static final int WAITERS = Integer.getInteger("sluice.waiters", 200_000);

  private static final long LONG = Duration.ofHours(1).toNanos();
  private static final EngineSettings MANY = new EngineSettings(false, MILLION, MILLION);

  @Test
  void waitersCancelledAtRandomLeaveNothingBehind() {
    EngineFixture engine = engine();
    LeaseId holder = engine.granted(engine.ask(Demand.of("jobs", 3))).leaseId();
    Reply reply = decision -> {};
    fillAndCancel(engine, reply, 1_000); // so that what is loaded once is loaded
    long before = usedHeap();
    fillAndCancel(engine, reply, WAITERS);
    assertThat(engine.waiting()).isZero();
    assertThat(engine.active("jobs").counters().waitingNow()).isZero();
    assertThat(engine.engine().nextEventNanos())
        .as("only the lease is timed")
        .isGreaterThan(20L << 30);
    engine.release(holder);
    assertThat(engine.check().used("jobs")).isZero();
    assertThat((usedHeap() - before) / WAITERS)
        .as("bytes of each waiter that stay, of 700 while it waits")
        .isLessThan(32);
  }

  @Test
  void cancelCostsNoMoreAmongMany() {
    double few = nanosPerCancel(1_000);
    double many = nanosPerCancel(50_000);
    // Each cancel that looked at all would cost fifty times as much.
    assertThat(many / few).isLessThan(20);
  }

  private static double nanosPerCancel(int waiters) {
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      EngineFixture engine = engine();
      engine.granted(engine.ask(Demand.of("jobs", 3)));
      best = Math.min(best, fillAndCancel(engine, decision -> {}, waiters));
    }
    return (double) best / waiters;
  }

  /** Lets so many wait, cancels them in random order, and returns how long the cancels took. */
  private static long fillAndCancel(EngineFixture engine, Reply reply, int waiters) {
    SplittableRandom random = new SplittableRandom(5);
    Acquire[] asks = new Acquire[1_000];
    for (int i = 0; i < asks.length; i++) {
      asks[i] =
          Acquire.builder(Demand.of("jobs", 1 + random.nextInt(3)))
              .clientId("client" + random.nextInt(2_000))
              .priority(random.nextInt(10))
              .maxWaitNanos(LONG)
              .build();
    }
    Ticket[] tickets = new Ticket[waiters];
    for (int i = 0; i < waiters; i++) {
      tickets[i] = engine.engine().acquire(asks[random.nextInt(asks.length)], reply, engine.now());
    }
    assertThat(engine.waiting()).isEqualTo(waiters);
    for (int i = waiters - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      Ticket ticket = tickets[i];
      tickets[i] = tickets[other];
      tickets[other] = ticket;
    }
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (Ticket ticket : tickets) {
      engine.engine().cancel(ticket, engine.now());
    }
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
  }

  private static EngineFixture engine() {
    return EngineFixture.of(MANY, Limit.of("jobs", "jobs", concurrency(3)).withQueueMax(MILLION));
  }

  private static long usedHeap() {
    for (int i = 0; i < 4; i++) {
      System.gc(); // most collections leave some of what is dead where it lies
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
