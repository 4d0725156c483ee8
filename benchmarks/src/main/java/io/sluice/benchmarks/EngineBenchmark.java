package io.sluice.benchmarks;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.util.List;
import java.util.Map;
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

/** The engine alone, one thread, virtual time that moves a microsecond with each call. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC") // as the launcher does
public class EngineBenchmark {
  private static final long STEP_NANOS = 1_000;

  /** Buckets that the demands fall into; 1 is a limit without a key. */
  @Param({"1", "100000"})
  public int keys;

  /** Ended leases that stay readable; 100000 is the default of the server. */
  @Param({"1000", "100000"})
  public int history;

  private AdmissionEngine engine;
  private Acquire[] rates;
  private Acquire[] jobs;
  private Acquire[] layered;
  private Decision decision;
  private long now;
  private int next;

  /** Builds an engine with a rate and a concurrency limit, and the asks to make of it. */
  @Setup
  public void setUp() {
    Limit rate =
        Limit.of(
            "rate", "rate", new Policy.Rate(TokenScale.of(1_000_000, 1_000_000_000L, 1_000_000)));
    Limit job = Limit.of("job", "job", new Policy.Concurrency(1_000_000, LeaseTerms.DEFAULT));
    if (keys > 1) {
      rate = rate.withKey("tenant");
      job = job.withKey("tenant");
    }
    MemoryStore store =
        new MemoryStore(
            new MemorySettings(1, 1_000_000, history, 600_000_000_000L),
            new SplittableRandom(42),
            0);
    List<Limit> all = List.of(rate, job, layer("layer/**"), layer("layer/x/*"), layer("*/x/y"));
    engine = new AdmissionEngine(all, EngineSettings.DEFAULT, store, new SplittableRandom(3), 0);
    layered = asks("layer/x/y");
    rates = asks("rate");
    jobs = asks("job");
  }

  /** Takes one token. */
  @Benchmark
  public Decision acquireRate() {
    engine.acquire(rates[turn()], this::decided, now += STEP_NANOS);
    return decision;
  }

  /** Takes a lease and gives it back. */
  @Benchmark
  public Decision acquireAndReleaseLease() {
    engine.acquire(jobs[turn()], this::decided, now += STEP_NANOS);
    Decision.Granted granted = (Decision.Granted) decision;
    engine.release(Release.of(granted.leaseId(), Outcome.SUCCESS), now, status -> {});
    return decision;
  }

  /** Takes a lease of three limits, for a client with a priority, and gives it back. */
  @Benchmark
  public Decision acquireAndReleaseThreeLimits() {
    engine.acquire(layered[turn()], this::decided, now += STEP_NANOS);
    Decision.Granted granted = (Decision.Granted) decision;
    engine.release(Release.of(granted.leaseId(), Outcome.SUCCESS), now, status -> {});
    return decision;
  }

  private Limit layer(String resources) {
    Limit limit =
        Limit.of(resources, resources, new Policy.Concurrency(1_000_000, LeaseTerms.DEFAULT))
            .withQueue(QueueRules.DEFAULT.withFairness(Fairness.BY_CLIENT));
    return keys > 1 ? limit.withKey("tenant") : limit;
  }

  private void decided(Decision made) {
    decision = made;
  }

  private int turn() {
    next = next + 1 == keys ? 0 : next + 1;
    return next;
  }

  private Acquire[] asks(String resource) {
    Acquire[] asks = new Acquire[keys];
    for (int i = 0; i < keys; i++) {
      asks[i] =
          Acquire.builder(
                  Demand.of(resource)
                      .withAttributes(keys == 1 ? Map.of() : Map.of("tenant", "t" + i)))
              .clientId("client")
              .priority(3)
              .build();
    }
    return asks;
  }
}
