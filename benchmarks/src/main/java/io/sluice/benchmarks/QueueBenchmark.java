package io.sluice.benchmarks;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.admission.Ticket;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A queue that never empties: each release hands over to the next, and one more comes to wait. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC") // as the launcher does
public class QueueBenchmark {
  private static final long STEP_NANOS = 1_000;
  private static final long LONG_NANOS = 3_600_000_000_000L;

  /** How many wait all the time. */
  @Param({"10", "1000", "100000"})
  public int waiters;

  /** The clients that they come from. */
  @Param({"1", "1000"})
  public int flows;

  private final Deque<LeaseId> held = new ArrayDeque<>();
  private AdmissionEngine engine;
  private Acquire[] asks;
  private long now;
  private int next;

  /** Builds an engine in which so many wait for one permit. */
  @Setup
  public void setUp() {
    QueueRules rules = QueueRules.DEFAULT.withMax(1_000_000).withMode(QueueMode.BATCH);
    Limit job = Limit.of("job", "job", new Policy.Concurrency(1, LeaseTerms.DEFAULT));
    MemoryStore store =
        new MemoryStore(
            new MemorySettings(1, 1_000_000, 1_000, 600_000_000_000L), new SplittableRandom(42), 0);
    EngineSettings settings = new EngineSettings(false, 1_000_000, 1_000_000);
    engine =
        new AdmissionEngine(
            List.of(job.withQueue(rules)), settings, store, new SplittableRandom(3), 0);
    asks = new Acquire[flows];
    for (int i = 0; i < flows; i++) {
      asks[i] =
          Acquire.builder(Demand.of("job")).clientId("client" + i).maxWaitNanos(LONG_NANOS).build();
    }
    for (int i = 0; i <= waiters; i++) {
      ask();
    }
  }

  /** Releases, which grants to the next, and lets another one wait. */
  @Benchmark
  public int handOver() {
    engine.release(Release.of(held.remove(), Outcome.SUCCESS), now += STEP_NANOS, status -> {});
    ask();
    return held.size();
  }

  /** Lets another one wait and go again. */
  @Benchmark
  public Ticket enterAndCancel() {
    Ticket ticket = ask();
    engine.cancel(ticket, now);
    return ticket;
  }

  private Ticket ask() {
    next = next + 1 == flows ? 0 : next + 1;
    return engine.acquire(asks[next], this::decided, now += STEP_NANOS);
  }

  private void decided(Decision decision) {
    if (decision instanceof Decision.Granted granted) {
      held.add(Objects.requireNonNull(granted.leaseId()));
    }
  }
}
