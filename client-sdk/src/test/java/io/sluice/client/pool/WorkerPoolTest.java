package io.sluice.client.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ThrottledException;
import io.sluice.client.pool.WorkResult.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {

  @Test
  void s2_01_resultsAreInTheOrderOfTheItemsThoughTheLastEndsFirst() throws Exception {
    CountDownLatch lastIsDone = new CountDownLatch(1);
    try (WorkerPool pool = WorkerPool.of(4)) {
      List<WorkResult<Integer>> results =
          pool.map(
              List.of(0, 1, 2, 3),
              item -> {
                if (item == 3) {
                  lastIsDone.countDown();
                } else {
                  lastIsDone.await();
                }
                return item * 10;
              });
      assertThat(results).extracting(WorkResult::value).containsExactly(0, 10, 20, 30);
      assertThat(results).extracting(WorkResult::index).containsExactly(0, 1, 2, 3);
      assertThat(pool.stats().highWaterMark()).isBetween(1, 4);
    }
  }

  @Test
  void s2_02_slowItemKeepsOneWorkerWhileTheOthersDoTheRest() throws Exception {
    CountDownLatch fastAreDone = new CountDownLatch(39);
    try (WorkerPool pool = WorkerPool.of(4)) {
      pool.map(
          IntStream.range(0, 40).boxed().toList(),
          item -> {
            if (item == 0) {
              fastAreDone.await();
            } else {
              fastAreDone.countDown();
            }
            return item;
          });
      List<Long> byWorker = pool.stats().byWorker();
      assertThat(byWorker).contains(1L);
      assertThat(byWorker.stream().mapToLong(tasks -> tasks).sum()).isEqualTo(40);
    }
  }

  @Test
  void s2_03_errorOfAnItemIsItsOwn() throws Exception {
    try (WorkerPool pool = WorkerPool.of(2)) {
      List<WorkResult<Integer>> results =
          pool.map(IntStream.range(0, 10).boxed().toList(), WorkerPoolTest::failingAt3);

      assertThat(results).filteredOn(WorkResult::isSuccess).hasSize(9);
      assertThat(results.get(3).status()).isEqualTo(Status.FAILED);
      assertThat(results.get(3).error()).hasMessage("item 3 is broken");
      assertThatThrownBy(() -> results.get(3).valueOrThrow())
          .isInstanceOf(ExecutionException.class)
          .hasMessage("item 3: item 3 is broken");
      assertThat(pool.stats().failed()).isEqualTo(1);
      assertThat(pool.stats().byWorker()).as("no worker had to be made anew").hasSizeLessThan(3);
    }
  }

  @Test
  void s2_03_failFastKeepsLaterItemsFromBeginning() throws Exception {
    try (WorkerPool pool = WorkerPool.builder().maxWorkers(1).failFast(true).build()) {
      List<WorkResult<Integer>> results =
          pool.map(IntStream.range(0, 10).boxed().toList(), WorkerPoolTest::failingAt3);

      assertThat(results.subList(0, 3)).allMatch(WorkResult::isSuccess);
      assertThat(results.get(3).status()).isEqualTo(Status.FAILED);
      assertThat(results.subList(4, 10))
          .extracting(WorkResult::status)
          .containsOnly(Status.CANCELLED);
      assertThat(pool.stats().byWorker()).as("begun").containsExactly(4L);
    }
  }

  @Test
  void s2_04_closeLetsRunningFinishAndCancelsTheQueued() throws Exception {
    CountDownLatch running = new CountDownLatch(4);
    CountDownLatch mayEnd = new CountDownLatch(1);
    WorkerPool pool = WorkerPool.of(4);
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

    assertThat(futures.subList(0, 4)).allMatch(future -> future.join().equals("done"));
    assertThat(futures.subList(4, 10)).allMatch(CompletableFuture::isCancelled);
    assertThat(pool.stats().cancelled()).isEqualTo(6);
    assertThatThrownBy(() -> pool.submit(() -> "late"))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("the pool is closed");
    pool.close();
  }

  @Test
  void s2_04_afterTheGraceTheRestIsGivenUp() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch ended = new CountDownLatch(1);
    WorkerPool pool = WorkerPool.of(1);
    CompletableFuture<String> future =
        pool.submit(
            () -> {
              running.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException given) {
                interrupted.set(true);
              }
              ended.countDown();
              return "too late";
            });
    running.await();
    pool.close(Duration.ZERO);

    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    ended.await();
    assertThat(interrupted).isTrue();
  }

  @Test
  void interruptedMapCancelsWhatHasNotBegun() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicInteger begun = new AtomicInteger();
    AtomicBoolean thrown = new AtomicBoolean();
    try (WorkerPool pool = WorkerPool.of(1)) {
      Thread mapping =
          new Thread(
              () -> {
                try {
                  pool.map(
                      List.of(1, 2, 3),
                      item -> {
                        begun.incrementAndGet();
                        running.countDown();
                        new CountDownLatch(1).await();
                        return item;
                      });
                } catch (InterruptedException expected) {
                  thrown.set(true);
                }
              });
      mapping.start();
      running.await();
      mapping.interrupt();
      mapping.join();
      pool.close(Duration.ZERO);
    }
    assertThat(thrown).isTrue();
    assertThat(begun).hasValue(1);
  }

  @Test
  void queueIsBoundedAndItemsAreTakenOnlyWhileThereIsRoom() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (WorkerPool pool = WorkerPool.builder().maxWorkers(1).maxQueued(1).build()) {
      CompletableFuture<Void> first = pool.submit(() -> await(mayEnd));
      CompletableFuture<Void> second = pool.submit(() -> await(mayEnd));
      assertThatThrownBy(() -> pool.submit(() -> "third"))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessage("as many tasks wait as may");
      mayEnd.countDown();
      CompletableFuture.allOf(first, second).join();

      AtomicInteger taken = new AtomicInteger();
      AtomicInteger ahead = new AtomicInteger();
      AtomicInteger done = new AtomicInteger();
      Iterable<Integer> items =
          () ->
              IntStream.range(0, 50)
                  .boxed()
                  .peek(
                      item ->
                          ahead.accumulateAndGet(taken.incrementAndGet() - done.get(), Math::max))
                  .iterator();
      assertThat(pool.map(items, item -> done.incrementAndGet())).hasSize(50);
      assertThat(ahead.get()).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void s2_01_ratesAndUtilisationAreMeasured() {
    AtomicLong now = new AtomicLong();
    try (WorkerPool pool = WorkerPool.builder().maxWorkers(2).clock(now::get).build()) {
      for (int i = 0; i < 5; i++) {
        pool.submit(() -> now.addAndGet(Duration.ofSeconds(1).toNanos())).join();
      }
      assertThat(pool.stats().tasksPerSecond()).isEqualTo(1);
      assertThat(pool.stats().busyWorkers()).isZero();
      assertThat(pool.stats().utilisation()).isEqualTo(0.5);
    }
  }

  @Test
  void s2_22_monitorKeepsTheHighestAndCountsHits() {
    ConcurrencyMonitor monitor = new ConcurrencyMonitor();
    List.of(25, 40, 35).forEach(monitor::running);
    monitor.rateLimitHit();
    monitor.failed(new ThrottledException("429"));
    monitor.failed(new IllegalStateException("no limit"));

    assertThat(monitor.highWaterMark()).isEqualTo(40);
    assertThat(monitor.rateLimitHits()).isEqualTo(2);
    assertThat(monitor.toJson())
        .isEqualTo(
            "{\"concurrent_requests\":35,\"concurrent_high_water_mark\":40,"
                + "\"rate_limit_hits\":2,\"circuit_breaker_trips\":0}");
  }

  @Test
  void s1_08_numberOfWorkersFollowsTheSizeOfTheData() throws Exception {
    Sizing sizing = Sizing.below(100, 2).orBelow(1000, 5).otherwise(10);
    assertThat(IntStream.of(99, 100, 999, 1000).map(sizing::workers).toArray())
        .containsExactly(2, 5, 5, 10);

    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch two = new CountDownLatch(2);
    try (WorkerPool pool = WorkerPool.of(8)) {
      pool.map(
          IntStream.range(0, 99).boxed().toList(),
          sizing,
          item -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            two.countDown();
            two.await();
            return running.decrementAndGet();
          });
    }
    assertThat(most).hasValue(2);
  }

  @Test
  void s1_06_argumentBeatsVariableBeatsDefault() {
    Environment bare = Environment.of("production", "rpa3").variables(Map.of());
    Environment set =
        bare.variables(
            Map.of(
                "PRODUCTION_RPA3_MAX_CONCURRENT_TASKS", "15",
                "PRODUCTION_RPA3_TIMEOUT_SECONDS", "120"));
    assertThat(bare.maxConcurrentTasks()).isEqualTo(10);
    assertThat(set.maxConcurrentTasks()).isEqualTo(15);
    assertThat(set.timeout()).isEqualTo(Duration.ofSeconds(120));
    assertThat(set.maxConcurrentTasks(OptionalInt.of(3))).isEqualTo(3);

    Environment bad = bare.variables(Map.of("PRODUCTION_RPA3_MAX_CONCURRENT_TASKS", "abc"));
    assertThatThrownBy(bad::maxConcurrentTasks)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "PRODUCTION_RPA3_MAX_CONCURRENT_TASKS must be a whole number in [1, 10000] but was abc");
    assertThatThrownBy(() -> Environment.of("dev", "a b")).hasMessageContaining("flow must be");
  }

  @Test
  void workersAreToldByAVariableUnlessToldOutright() {
    assertThat(new WorkerPoolBuilder(Map.of("WORKER_COUNT", "3")).maxWorkers).isEqualTo(3);
    assertThat(new WorkerPoolBuilder(Map.of()).maxWorkers)
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThatThrownBy(() -> new WorkerPoolBuilder(Map.of("WORKER_COUNT", "0")))
        .hasMessage("WORKER_COUNT must be in [1, 10000] but was 0");
  }

  private static int failingAt3(int item) {
    if (item == 3) {
      throw new IllegalStateException("item 3 is broken");
    }
    return item;
  }

  private static Void await(CountDownLatch latch) throws InterruptedException {
    latch.await();
    return null;
  }
}
