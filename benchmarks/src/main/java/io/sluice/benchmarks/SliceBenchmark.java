package io.sluice.benchmarks;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Sharing;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.shared.SharedStore;
import io.sluice.server.driver.EngineDriver;
import io.sluice.server.driver.NanoClock;
import io.sluice.server.driver.Steps;
import io.sluice.server.redis.RedisLedger;
import io.sluice.server.redis.RedisSettings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A rate that is shared through Redis, decided by the whole engine: each acquire asked of Redis,
 * and given out of slices that were taken ahead.
 */
final class SliceBenchmark {
  private static final long BURST = 100_000_000L;
  private static final int IN_FLIGHT = 64;

  private SliceBenchmark() {}

  /** Prints a table. */
  static void run(String url, int rounds, double seconds) throws Exception {
    List<Double> strict = new ArrayList<>();
    List<Double> sliced = new ArrayList<>();
    for (int round = -1; round < rounds; round++) { // the first one warms up
      double asked = measure(url, 0, seconds);
      double ahead = measure(url, BURST / 10, seconds);
      if (round >= 0) {
        strict.add(asked);
        sliced.add(ahead);
      }
    }
    System.out.println();
    System.out.println("| in flight | strict/s | with slices/s | ratio |");
    System.out.println("|---|---|---|---|");
    System.out.printf(
        "| %d | %,.0f | %,.0f | %.1f |%n",
        IN_FLIGHT, median(strict), median(sliced), median(sliced) / median(strict));
  }

  private static double measure(String url, long slice, double seconds) throws Exception {
    Steps steps = new Steps();
    NanoClock clock = NanoClock.system();
    RedisSettings settings = RedisSettings.of(url, "slices-" + slice, "benchmark");
    try (RedisLedger ledger = new RedisLedger(settings, steps, clock)) {
      SharedStore store =
          new SharedStore(MemorySettings.DEFAULT, ledger, new SplittableRandom(1), 0);
      Limit hot =
          Limit.of("hot", "hot", new Policy.Rate(TokenScale.of(BURST, 1_000_000_000L, BURST)))
              .withSharing(Sharing.DEFAULT.withSlice(slice));
      AdmissionEngine engine =
          new AdmissionEngine(
              List.of(hot), EngineSettings.DEFAULT, store, new SplittableRandom(3), 0);
      try (EngineDriver driver = new EngineDriver(engine, clock, InstantSource.system())) {
        steps.drivenBy(driver);
        while (!driver.ask(any -> store.statistics().reachable())) {
          TimeUnit.MILLISECONDS.sleep(5); // Redis is another process
        }
        return load(driver, clock, seconds);
      }
    }
  }

  private static double load(EngineDriver driver, NanoClock clock, double seconds)
      throws InterruptedException {
    Acquire acquire = Acquire.of(Demand.of("hot"));
    Semaphore free = new Semaphore(IN_FLIGHT);
    AtomicLong denied = new AtomicLong();
    long began = clock.nanos();
    long until = began + (long) (seconds * 1e9);
    long asked = 0;
    while (clock.nanos() < until) {
      for (int i = 0; i < 100; i++) {
        free.acquire();
        asked++;
        var unused =
            driver.acquire(
                acquire,
                decision -> {
                  if (!(decision instanceof Decision.Granted)) {
                    denied.incrementAndGet();
                  }
                  free.release();
                });
      }
    }
    free.acquire(IN_FLIGHT);
    if (denied.get() > 0) {
      System.out.println("(" + denied + " were denied)");
    }
    return asked / ((clock.nanos() - began) / 1e9);
  }

  private static double median(List<Double> figures) {
    return figures.stream().sorted(Comparator.naturalOrder()).toList().get(figures.size() / 2);
  }
}
