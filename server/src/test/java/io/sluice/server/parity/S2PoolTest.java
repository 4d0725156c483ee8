package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.SluiceClient;
import io.sluice.client.pool.WorkResult;
import io.sluice.client.pool.WorkResult.Status;
import io.sluice.client.pool.WorkerPool;
import io.sluice.proto.v1.LimitStats;
import io.sluice.server.Patience;
import io.sluice.server.ServerFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools of workers whose tasks hold leases, as two processes with clients of their own would. */
@Timeout(60)
class S2PoolTest {
  private static final String LIMITS =
      """
      limits:
        - { name: flow, match: { resource: flow/report }, concurrency: { max: 3 } }
        - { name: task, match: { resource: task/fetch }, concurrency: { max: 2 } }
        - { name: serial, match: { resource: file/out }, concurrency: { max: 1 } }
        - { name: wide, match: { resource: flow/nightly }, concurrency: { max: 5 } }
        - { name: api, match: { resource: api }, concurrency: { max: 2 } }
        - { name: quota, match: { resource: quota }, rate: { permits: 1, per: 1h } }
        - { name: db, match: { resource: db }, concurrency: { max: 1 } }
      """;

  private final ExecutorService processes = Executors.newFixedThreadPool(2);
  private ServerFixture server;
  private SluiceClient one;
  private SluiceClient other;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start(LIMITS);
    one = SluiceClient.connect(server.target());
    other = SluiceClient.connect(server.target());
  }

  @AfterEach
  void stop() throws Exception {
    one.close();
    other.close();
    server.close();
    processes.shutdownNow();
  }

  @Test
  void s1_01_tenItemsOnThreeWorkersTakeFourTurns() throws Exception {
    Patience.untilUndisturbed(
        () -> {
          AtomicInteger running = new AtomicInteger();
          AtomicInteger most = new AtomicInteger();
          long began = System.nanoTime();
          try (WorkerPool pool = pool(one, 3, "flow/report")) {
            pool.map(items(10), item -> work(running, most, 100));
          }
          long millis = millisSince(began);
          assertThat(most).hasValue(3);
          assertThat(millis).isBetween(400L, Patience.millis(480));
        });
    assertThat(server.limit("flow").getUsed()).isZero();
  }

  @Test
  void s1_02_limitOfATaskHoldsOverTwoProcesses() throws Exception {
    AtomicInteger most = bothMap(5, "task/fetch");

    assertThat(most.get()).isBetween(1, 2);
    assertThat(server.limit("task").getUsedHighWater()).isEqualTo(2);
  }

  @Test
  void s1_03_fiveWritesOfTwoProcessesNeverOverlap() throws Exception {
    assertThat(bothMap(5, "file/out")).hasValue(1);
  }

  @Test
  void s1_04_severalLimitsHoldTogetherInWhateverOrderTheyAreNamed() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Future<Integer> first =
        processes.submit(() -> map(pool(one, 10, "flow/nightly", "api", "db"), 10, running, most));
    Future<Integer> second =
        processes.submit(
            () -> map(pool(other, 10, "db", "api", "flow/nightly"), 10, running, most));

    assertThat(first.get(50, TimeUnit.SECONDS) + second.get(50, TimeUnit.SECONDS)).isEqualTo(20);
    assertThat(most).hasValue(1);
    for (String limit : List.of("wide", "api", "db")) {
      assertThat(server.limit(limit).getUsedHighWater()).isEqualTo(1);
      assertThat(server.limit(limit).getUsed()).isZero();
    }
  }

  @Test
  void s2_01_eightItemsOnFourWorkersTakeTwoTurns() throws Exception {
    Patience.untilUndisturbed(
        () -> {
          long began = System.nanoTime();
          try (WorkerPool pool = WorkerPool.of(4)) {
            List<WorkResult<Integer>> results =
                pool.map(
                    items(8),
                    item -> {
                      Thread.sleep(item % 2 == 0 ? 100 : 90);
                      return item;
                    });
            assertThat(results).extracting(WorkResult::value).isEqualTo(items(8));
            assertThat(millisSince(began)).isBetween(180L, Patience.millis(260));
          }
        });
  }

  @Test
  void s2_22_monitorCountsWhatStoodInTheWay() throws Exception {
    Acquisition now = Acquisition.of(Demand.of("quota"));
    try (WorkerPool pool = WorkerPool.builder().maxWorkers(1).leased(one, now).build()) {
      List<WorkResult<Integer>> results = pool.map(items(3), item -> item);
      assertThat(results).extracting(WorkResult::isSuccess).containsExactly(true, false, false);
      assertThat(pool.monitor().rateLimitHits()).isEqualTo(2);
      assertThat(pool.monitor().highWaterMark()).isEqualTo(1);
    }
  }

  @Test
  void s2_02_slowItemDoesNotHoldUpTheOthers() throws Exception {
    Patience.untilUndisturbed(
        () -> {
          long began = System.nanoTime();
          try (WorkerPool pool = WorkerPool.of(4)) {
            pool.map(
                items(40),
                item -> {
                  Thread.sleep(item == 0 ? 1000 : 10);
                  return item;
                });
            assertThat(millisSince(began)).isBetween(1000L, Patience.millis(1150));
            assertThat(pool.stats().byWorker()).contains(1L);
          }
        });
  }

  @Test
  void s2_04_closeLeavesNoLeaseWhenRunningHaveFinished() throws Exception {
    CountDownLatch running = new CountDownLatch(3);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Acquisition flow =
        Acquisition.of(Demand.of("flow/report"))
            .maxWait(Duration.ofMinutes(1))
            .ttl(Duration.ofSeconds(5));
    WorkerPool pool = // three run, one waits for its lease
        WorkerPool.builder().maxWorkers(4).leased(one, flow).build();
    List<CompletableFuture<String>> futures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      futures.add(
          pool.submit(
              () -> {
                running.countDown();
                mayEnd.await();
                return "done";
              }));
    }
    running.await();
    var unused = futures.get(9).whenComplete((value, cancelled) -> mayEnd.countDown());
    pool.close();

    assertThat(futures).filteredOn(CompletableFuture::isCancelled).hasSize(7);
    assertThat(futures)
        .filteredOn(future -> !future.isCancelled())
        .allMatch(future -> future.join().equals("done"))
        .hasSize(3);
    assertThat(one.stats().leasesTracked()).isZero();
    while (server.limit("flow").getUsed() + server.limit("flow").getWaiting() > 0) {
      Thread.sleep(1); // a cancellation is on its way, or crossed its grant
    }
  }

  @Test
  void s2_04_afterTheGraceLeasesAreReleasedAsAbandoned() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    WorkerPool pool = pool(one, 1, "flow/report");
    CompletableFuture<List<WorkResult<String>>> results = new CompletableFuture<>();
    processes.execute(
        () -> {
          try {
            results.complete(
                pool.map(
                    List.of(1),
                    item -> {
                      running.countDown();
                      while (mayEnd.getCount() > 0) {
                        Thread.onSpinWait(); // heeds no interrupt
                      }
                      return "too late";
                    }));
          } catch (InterruptedException unexpected) {
            results.completeExceptionally(unexpected);
          }
        });
    running.await();
    pool.close(Duration.ofMillis(10));

    assertThat(results.get(30, TimeUnit.SECONDS).get(0).status()).isEqualTo(Status.CANCELLED);
    LimitStats flow = server.limit("flow");
    assertThat(flow.getUsed()).isZero();
    assertThat(flow.getOutcomesMap()).isEqualTo(Collections.singletonMap("ABANDONED", 1L));
    mayEnd.countDown();
  }

  /** Lets two processes work on so many items each; returns the most at once. */
  private AtomicInteger bothMap(int items, String resource) throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Future<Integer> first =
        processes.submit(() -> map(pool(one, 5, resource), items, running, most));
    Future<Integer> second =
        processes.submit(() -> map(pool(other, 5, resource), items, running, most));
    assertThat(first.get(50, TimeUnit.SECONDS)).isEqualTo(items);
    assertThat(second.get(50, TimeUnit.SECONDS)).isEqualTo(items);
    return most;
  }

  /** Returns how many succeeded. */
  private static int map(WorkerPool pool, int items, AtomicInteger running, AtomicInteger most)
      throws InterruptedException {
    try (pool) {
      return (int)
          pool.map(items(items), item -> work(running, most, 20)).stream()
              .filter(WorkResult::isSuccess)
              .count();
    }
  }

  private static int work(AtomicInteger running, AtomicInteger most, long millis)
      throws InterruptedException {
    most.accumulateAndGet(running.incrementAndGet(), Math::max);
    Thread.sleep(millis);
    return running.decrementAndGet();
  }

  private static WorkerPool pool(SluiceClient client, int workers, String... resources) {
    List<Demand> demands = java.util.Arrays.stream(resources).map(Demand::of).toList();
    return WorkerPool.builder()
        .maxWorkers(workers)
        .leased(client, Acquisition.of(demands).maxWait(Duration.ofMinutes(1)))
        .build();
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static long millisSince(long beganNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
  }
}
