package io.sluice.benchmarks;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * What the engine keeps in memory for each thing it knows: the heap in use after a full collection,
 * before and after so many of them came to be, all structures together.
 */
final class MemoryRun {
  private static final int WARM_UP = 1_000;
  private static final long KEEP_NANOS = 600_000_000_000L;

  private final int count;

  private MemoryRun(int count) {
    this.count = count;
  }

  /** Runs it: how many of each (1 000 000). */
  public static void main(String[] args) {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    new MemoryRun(count).run();
  }

  private void run() {
    Acquire same = Acquire.of(Demand.of("job"));
    print("live lease", measure(i -> same, false));
    print("live lease, with its own request", measure(MemoryRun::request, false));
    print("ended lease", measure(i -> same, true));
    print("ended lease, with its own request", measure(MemoryRun::request, true));
    Acquire[] rates = asksOfKeys("rate");
    print("bucket of a rate, beyond the text of its key", measure(i -> rates[i], false));
    Acquire[] jobs = asksOfKeys("keyed-job");
    print("bucket of a key with a live lease", measure(i -> jobs[i], false));
  }

  private void print(String what, long bytes) {
    System.out.printf("%-50s %4d B%n", what, bytes);
  }

  /** Returns the bytes that each of so many grants leaves behind, released or not. */
  private long measure(IntFunction<Acquire> asks, boolean release) {
    AdmissionEngine engine = engine();
    for (int i = 0; i < WARM_UP; i++) {
      go(engine, Acquire.of(Demand.of("job")), true);
    }
    long before = usedBytes();
    for (int i = 0; i < count; i++) {
      go(engine, asks.apply(i), release);
    }
    long after = usedBytes();
    if (engine.limits().isEmpty()) {
      throw new IllegalStateException("the engine was collected while it was measured");
    }
    return (after - before) / count;
  }

  private static void go(AdmissionEngine engine, Acquire acquire, boolean release) {
    engine.acquire(
        acquire,
        decision -> {
          LeaseId lease = ((Decision.Granted) decision).leaseId();
          if (release && lease != null) {
            engine.release(Release.of(lease, Outcome.SUCCESS), 1, status -> {});
          }
        },
        1);
  }

  private AdmissionEngine engine() {
    Policy jobs = new Policy.Concurrency(count, LeaseTerms.DEFAULT);
    TokenScale scale = TokenScale.of(1_000, 1_000_000_000L, 1_000);
    MemoryStore store =
        new MemoryStore(
            new MemorySettings(1, count, count, KEEP_NANOS), new SplittableRandom(42), 0);
    return new AdmissionEngine(
        List.of(
            Limit.of("job", "job", jobs),
            Limit.of("keyed-job", "keyed-job", jobs).withKey("tenant").withMaxKeys(count),
            Limit.of("rate", "rate", new Policy.Rate(scale)).withKey("tenant").withMaxKeys(count)),
        EngineSettings.DEFAULT,
        store,
        new SplittableRandom(3),
        0);
  }

  /** A request as a client makes it: nothing in it is shared with another, but for the resource. */
  private static Acquire request(int number) {
    return Acquire.builder(Demand.of("job"))
        .requestId("request-" + number)
        .clientId("client")
        .build();
  }

  private Acquire[] asksOfKeys(String resource) {
    Acquire[] asks = new Acquire[count];
    for (int i = 0; i < count; i++) {
      asks[i] = Acquire.of(Demand.of(resource).withAttributes(Map.of("tenant", "tenant-" + i)));
    }
    return asks;
  }

  private static long usedBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
