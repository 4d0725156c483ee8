package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.SluiceClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The short form of {@code benchmarks/run pipeline}: tasks that all ask at once, limit one. */
class PipelineTest {
  private static final int TASKS = 100;

  @Test
  void tasksThroughALimitOfOneRunOneAtATimeAndAllRun() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService workers = Executors.newFixedThreadPool(TASKS);
    try (ServerFixture server =
            ServerFixture.start(
                "limits: [ { name: job, match: { resource: job }, concurrency: { max: 1 } } ]");
        SluiceClient client = SluiceClient.connect(server.target())) {
      List<Future<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        tasks.add(
            workers.submit(
                () -> {
                  Acquisition acquisition =
                      Acquisition.of(Demand.of("job")).maxWait(Duration.ofMinutes(1));
                  try (Lease lease = client.acquire(acquisition)) {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Thread.sleep(5); // the work
                    return running.decrementAndGet();
                  }
                }));
      }
      for (Future<Integer> task : tasks) {
        assertThat(task.get(60, TimeUnit.SECONDS)).isZero();
      }
      assertThat(most).hasValue(1);
      assertThat(server.limit("job").getGranted()).isEqualTo(TASKS);
      assertThat(server.limit("job").getUsed()).isZero();
    } finally {
      workers.shutdownNow();
    }
  }
}
