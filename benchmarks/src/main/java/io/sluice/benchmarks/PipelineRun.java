package io.sluice.benchmarks;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.SluiceClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tasks that all ask at once and hold for a while each, against a limit of one: how much time the
 * hand-over adds. Give the target of a running server whose limit on {@code demo/job} is 1.
 */
final class PipelineRun {
  private PipelineRun() {}

  /** Runs it: target, tasks (778), hold in milliseconds (120). */
  public static void main(String[] args) throws Exception {
    String target = args.length > 0 ? args[0] : "127.0.0.1:7400";
    int tasks = args.length > 1 ? Integer.parseInt(args[1]) : 778;
    int holdMillis = args.length > 2 ? Integer.parseInt(args[2]) : 120;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(tasks);
    ExecutorService workers = Executors.newFixedThreadPool(tasks);
    try (SluiceClient client = SluiceClient.connect(target)) {
      client.acquire(Demand.of("demo/job")).close(); // connects, so that only the tasks are timed
      long start = System.nanoTime();
      for (int i = 0; i < tasks; i++) {
        workers.execute(
            () -> {
              Acquisition acquisition =
                  Acquisition.of(Demand.of("demo/job")).maxWait(Duration.ofHours(1));
              try (Lease lease = client.acquire(acquisition)) {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.sleep(holdMillis);
                running.decrementAndGet();
              } catch (Exception e) {
                failed.incrementAndGet();
              } finally {
                done.countDown();
              }
            });
      }
      done.await();
      double seconds = (System.nanoTime() - start) / 1e9;
      double ideal = tasks * holdMillis / 1e3;
      System.out.printf(
          "%d tasks of %d ms at limit 1: %.2f s, %.4f x %.2f s; at most %d at once; %d failed%n",
          tasks, holdMillis, seconds, seconds / ideal, ideal, most.get(), failed.get());
    } finally {
      workers.shutdownNow();
    }
  }
}
