package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sluice.client.ConcurrencyException;
import io.sluice.client.DenialReason;
import io.sluice.client.LeaseLostException;
import io.sluice.client.QueueFullException;
import io.sluice.client.RateLimitExceededException;
import io.sluice.client.SluiceClient;
import io.sluice.client.admin.ConcurrencyLimit;
import io.sluice.client.admin.Match;
import io.sluice.client.admin.Purge;
import io.sluice.client.statistics.LimitStatistics;
import io.sluice.client.tasks.ConcurrencyConfig;
import io.sluice.client.tasks.ConcurrencyConfigBuilder;
import io.sluice.client.tasks.ConcurrencyManager;
import io.sluice.client.tasks.Task;
import io.sluice.client.tasks.TaskListener;
import io.sluice.client.tasks.TaskPriority;
import io.sluice.client.tasks.TaskResult;
import io.sluice.client.tasks.TaskStatistics;
import io.sluice.client.tasks.TaskStatus;
import io.sluice.client.tasks.TaskTimeoutException;
import io.sluice.client.tasks.WaitMode;
import io.sluice.client.tasks.Waited;
import io.sluice.server.Patience;
import io.sluice.server.ServerFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks of a concurrency manager at a real server. */
@Timeout(120)
class S0TasksTest {
  private ServerFixture server;
  private SluiceClient client;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start("limits: []\n");
    client = SluiceClient.connect(server.target());
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @Test
  void s0_01_limitsAreThoseOfTheConfiguration() throws Exception {
    try (ConcurrencyManager manager =
        manager(config().maxConcurrent(100).requestsPerSecond(10).build())) {
      assertThat(limit("work.conc").capacity()).isEqualTo(100);
      assertThat(limit("work.rate").currentRate()).isEqualTo(10);
      assertThat(limit("work.rate").adaptive()).isEmpty();
      assertThat(manager.isHealthy()).isTrue();
    }
    ConcurrencyConfig scale =
        config()
            .maxConcurrent(1000)
            .requestsPerSecond(100)
            .monitoring(true)
            .adaptiveBetween(10, 1000)
            .build();
    try (ConcurrencyManager manager = manager(scale)) {
      assertThat(limit("work.rate").adaptive().orElseThrow().ceiling()).isEqualTo(1000);
      manager.execute(List.of(Task.of("one", () -> 1)));
      assertThat(manager.monitor().metrics().count()).isOne();
    }
    try (ConcurrencyManager manager = manager(config().build())) {
      assertThat(client.statistics().limit("work.rate")).as("no rate any more").isEmpty();
      assertThat(manager.statistics().total()).isZero();
    }
  }

  @Test
  void s0_02_s0_03_tasksThatWereAddedRunInOrderAndBeyondTheBoundNoneIsTaken() throws Exception {
    LinkedBlockingQueue<Integer> refusals = new LinkedBlockingQueue<>();
    try (ConcurrencyManager manager = manager(config().maxPending(2).build())) {
      manager.listen(
          new TaskListener() {
            @Override
            public void refused(int pending) {
              refusals.add(pending);
            }
          });
      CompletableFuture<TaskResult<String>> first = manager.add(Task.of("first", () -> "1"));
      var unused = manager.add(Task.of("second", () -> "2"));
      assertThat(manager.statistics().pending()).isEqualTo(2);
      assertThatThrownBy(() -> manager.add(Task.of("third", () -> "3")))
          .isInstanceOf(QueueFullException.class)
          .hasMessageContaining("at most 2");
      assertThat(manager.statistics().refusals()).isOne();
      assertThat(refusals.poll(20, TimeUnit.SECONDS)).isEqualTo(2);

      List<TaskResult<?>> results = manager.execute();
      assertThat(results).extracting(TaskResult::value).isEqualTo(List.of("1", "2"));
      assertThat(first.join().value()).isEqualTo("1");
      assertThat(manager.statistics().pending()).isZero();
      assertThat(manager.execute()).isEmpty();
      assertThat(refusals).isEmpty();
    }
  }

  @Test
  void s0_04_tenThousandTasksStayWithinTheLimit() throws Exception {
    ConcurrencyConfig config = config().maxConcurrent(1000).threads(1000).build();
    try (ConcurrencyManager manager = manager(config)) {
      List<Task<Integer>> tasks =
          IntStream.range(0, 10_000).mapToObj(i -> Task.of("task " + i, () -> i)).toList();
      List<TaskResult<Integer>> results = manager.execute(tasks);

      assertThat(results).hasSize(10_000).allMatch(TaskResult::isSuccess);
      assertThat(results)
          .extracting(TaskResult::value)
          .isEqualTo(IntStream.range(0, 10_000).boxed().toList());
      LimitStatistics limit = limit("work.conc");
      assertThat(limit.usedHighWater()).isBetween(1L, 1000L);
      assertThat(limit.used()).isZero();
      assertThat(limit.outcomes()).containsEntry("SUCCESS", 10_000L);
      TaskStatistics statistics = manager.statistics();
      assertThat(statistics.completed()).isEqualTo(10_000);
      assertThat(statistics.active() + statistics.pending()).isZero();
      assertThat(statistics.peakPending()).isGreaterThan(9_000);
    }
  }

  @Test
  void s0_04_limitOfTheServerHoldsTwoManagersTogether() throws Exception {
    ConcurrencyConfig config = config().maxConcurrent(7).threads(7).build();
    try (SluiceClient second = SluiceClient.connect(server.target());
        ConcurrencyManager one = manager(config);
        ConcurrencyManager two = ConcurrencyManager.over(second, config)) {
      AtomicInteger running = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      Callable<Void> work =
          () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            TimeUnit.MILLISECONDS.sleep(2);
            running.decrementAndGet();
            return null;
          };
      List<CompletableFuture<TaskResult<Void>>> futures = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        futures.add(one.submit(Task.of("of one", work)));
        futures.add(two.submit(Task.of("of two", work)));
      }
      Waited<Void> waited = one.waitForCompletion(futures, Duration.ofMinutes(1), WaitMode.ALL);

      assertThat(waited.pending()).isEmpty();
      assertThat(most.get()).isBetween(2, 7);
      assertThat(limit("work.conc").usedHighWater()).isEqualTo(7);
    }
  }

  @Test
  void s0_05_waitingEndsWithItsTimeOrWhatItIsFor() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config().build())) {
      CompletableFuture<TaskResult<String>> slow =
          manager.submit(
              Task.of(
                  "slow",
                  () -> {
                    release.await();
                    return "slow";
                  }));
      Waited<String> none =
          manager.waitForCompletion(List.of(slow), Duration.ofMillis(50), WaitMode.ALL);
      assertThat(none.done()).isEmpty();
      assertThat(none.pending()).containsExactly(slow);
      assertThat(slow).isNotDone();

      CompletableFuture<TaskResult<String>> quick = manager.submit(Task.of("quick", () -> "quick"));
      Duration minute = Duration.ofMinutes(1);
      assertThat(manager.waitForCompletion(List.of(slow, quick), minute, WaitMode.FIRST).done())
          .containsExactly(quick);
      CompletableFuture<TaskResult<String>> failing =
          manager.submit(
              Task.of(
                  "failing",
                  () -> {
                    throw new IllegalStateException("no");
                  }));
      Waited<String> failed =
          manager.waitForCompletion(
              List.of(quick, slow, failing), minute, WaitMode.FIRST_EXCEPTION);
      assertThat(failed.done()).containsExactly(quick, failing);
      assertThat(failed.pending()).containsExactly(slow);
      release.countDown();
      assertThat(manager.waitForCompletion(List.of(slow, quick), minute, WaitMode.ALL).pending())
          .isEmpty();
      assertThat(slow.join().value()).isEqualTo("slow");
    }
  }

  @Test
  void s0_06_statisticsTellHowTasksEnded() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config().maxConcurrent(5).build())) {
      List<Task<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        boolean fails = i >= 7;
        tasks.add(
            Task.of(
                "task",
                () -> {
                  TimeUnit.MILLISECONDS.sleep(40);
                  if (fails) {
                    throw new IllegalStateException("failed");
                  }
                  return 1;
                }));
      }
      CompletableFuture<TaskResult<Boolean>> cancelled =
          manager.submit(
              Task.of(
                  "cancelled",
                  () -> {
                    never.await();
                    return true;
                  }));
      await(() -> manager.statistics().active() == 1);
      cancelled.cancel(true);
      await(() -> limit("work.conc").used() == 0);
      List<TaskResult<Integer>> results = manager.execute(tasks);

      TaskStatistics statistics = manager.statistics();
      assertThat(statistics.completed()).isEqualTo(7);
      assertThat(statistics.failed()).isEqualTo(2);
      assertThat(statistics.cancelled()).isOne();
      assertThat(statistics.total()).isEqualTo(10);
      assertThat(statistics.peakActive()).isBetween(1, 5);
      assertThat(statistics.peakPending()).isGreaterThanOrEqualTo(4);
      double mean =
          results.stream().mapToDouble(r -> r.runTime().toNanos()).average().orElseThrow();
      assertThat(mean).isGreaterThanOrEqualTo(40e6);
      assertThat(manager.monitor().metrics().count()).isEqualTo(10);
      assertThat(statistics.tasksPerSecond()).isPositive();
      assertThat(statistics.heapUsedBytes()).isPositive();
      assertThat(statistics.cpuCores()).isPositive();
      assertThat(statistics.uptime()).isPositive();
      assertThat(limit("work.conc").outcomes())
          .isEqualTo(Map.of("SUCCESS", 7L, "ERROR", 2L, "CANCELLED", 1L));
    }
  }

  @Test
  void s0_24_metadataComesBackAndIsShownWithTheLease() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config().build())) {
      CompletableFuture<TaskResult<Integer>> future =
          manager.submit(
              Task.of(
                      "page 7",
                      () -> {
                        release.await();
                        return 7;
                      })
                  .priority(TaskPriority.HIGH)
                  .metadata("url", "https://example.org/7"));
      await(() -> limit("work.conc").used() == 1);
      assertThat(client.admin().holders("work.conc").get(0).labels())
          .isEqualTo(Map.of("task", "page 7", "url", "https://example.org/7"));
      release.countDown();
      TaskResult<Integer> result = future.get(60, TimeUnit.SECONDS);
      assertThat(result.name()).isEqualTo("page 7");
      assertThat(result.metadata()).isEqualTo(Map.of("url", "https://example.org/7"));
    }
  }

  @Test
  void s0_25_tenThousandTasksStartInTheOrderOfTheirPriorities() throws Exception {
    LinkedBlockingQueue<Integer> started = new LinkedBlockingQueue<>();
    try (ConcurrencyManager manager = manager(config().maxConcurrent(50).threads(100).build())) {
      for (int i = 0; i < 10_000; i++) {
        int priority = i % 10 == 0 ? 1 : 2;
        var unused = manager.add(Task.of("task", () -> started.add(priority)).priority(priority));
      }
      assertThat(manager.execute()).hasSize(10_000).allMatch(TaskResult::isSuccess);
    }
    List<Integer> order = List.copyOf(started);
    assertThat(order).hasSize(10_000);
    int lastOfOne = order.lastIndexOf(1);
    long before = order.subList(0, lastOfOne).stream().filter(p -> p == 2).count();
    assertThat(before).isLessThanOrEqualTo(50);
  }

  @Test
  void s0_26_partsOfTheTimeSumUp() throws Exception {
    try (ConcurrencyManager manager = manager(config().maxConcurrent(1).threads(2).build())) {
      long began = System.nanoTime();
      CompletableFuture<TaskResult<Long>> first = manager.submit(sleeping(50));
      TaskResult<Long> second = manager.submit(sleeping(50)).get(60, TimeUnit.SECONDS);
      Duration passed = Duration.ofNanos(System.nanoTime() - began);

      assertThat(second.totalTime()).isLessThanOrEqualTo(passed);
      assertThat(second.waitTime()).isGreaterThan(Duration.ofMillis(30));
      assertThat(second.runTime()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
      Duration ended = Duration.ofNanos(second.value() - began);
      assertThat((double) second.totalTime().toMillis()).isCloseTo(ended.toMillis(), within(25.0));
      assertThat(first.join().attempts()).isOne();
    }
  }

  @Test
  void s0_26_failedTriesAreCounted() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    try (ConcurrencyManager manager = manager(config().build())) {
      Task<String> task =
          Task.of(
                  "flaky",
                  () -> {
                    if (tries.incrementAndGet() < 3) {
                      throw new IllegalStateException("not yet");
                    }
                    return "at last";
                  })
              .attempts(5);
      TaskResult<String> result = manager.execute(List.of(task)).get(0);

      assertThat(result.value()).isEqualTo("at last");
      assertThat(result.attempts()).isEqualTo(3);
      assertThat(limit("work.conc").outcomes()).isEqualTo(Map.of("ERROR", 2L, "SUCCESS", 1L));
      assertThat(manager.statistics().completed()).isOne();
      assertThat(manager.statistics().failed()).isZero();
    }
  }

  @Test
  void s0_27_denialsOfTheServerAreErrorsOfTheTask() throws Exception {
    ConcurrencyConfig config = config().maxConcurrent(1).maxWait(Duration.ZERO).threads(2).build();
    CountDownLatch release = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config)) {
      CompletableFuture<TaskResult<Boolean>> holder =
          manager.submit(
              Task.of(
                  "holder",
                  () -> {
                    release.await();
                    return true;
                  }));
      await(() -> manager.statistics().active() == 1);
      TaskResult<Boolean> denied = manager.execute(List.of(Task.of("denied", () -> true))).get(0);

      assertThat(denied.status()).isEqualTo(TaskStatus.DENIED);
      assertThat(denied.attempts()).isZero();
      assertThat(denied.error())
          .isInstanceOfSatisfying(
              ConcurrencyException.class,
              e -> assertThat(e.reason()).isEqualTo(DenialReason.CONCURRENCY));
      assertThatThrownBy(denied::valueOrThrow).hasCause(denied.error());
      release.countDown();
      assertThat(holder.get(60, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(RateLimitExceededException.class.getSuperclass())
          .isEqualTo(ConcurrencyException.class);
    }
  }

  @Test
  void s0_27_s0_28_taskThatTakesTooLongIsInterruptedAndItsPermitIsBack() throws Exception {
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch ended = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config().maxConcurrent(1).build())) {
      Task<Boolean> task =
          Task.of(
                  "too long",
                  () -> {
                    try {
                      return new CountDownLatch(1).await(10, TimeUnit.SECONDS);
                    } catch (InterruptedException meant) {
                      interrupted.set(true);
                      throw meant;
                    } finally {
                      ended.countDown();
                    }
                  })
              .timeout(Duration.ofMillis(100))
              .attempts(3);
      long began = System.nanoTime();
      TaskResult<Boolean> result = manager.execute(List.of(task)).get(0);

      Patience.requireWithin(Duration.ofMillis(300), began);
      assertThat(result.status()).isEqualTo(TaskStatus.TIMED_OUT);
      assertThat(result.error())
          .isInstanceOf(TaskTimeoutException.class)
          .hasMessage("task too long took longer than PT0.1S");
      assertThat(result.attempts()).isOne();
      assertThat(result.runTime())
          .isBetween(Duration.ofMillis(100), Duration.ofMillis(Patience.millis(200)));
      assertThat(limit("work.conc").used()).isZero();
      assertThat(limit("work.conc").outcomes()).isEqualTo(Map.of("TIMEOUT", 1L));
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(interrupted).isTrue();
      assertThat(manager.statistics().timeouts()).isOne();
      assertThat(
              manager.execute(
                  List.of(Task.of("next", () -> Thread.currentThread().isInterrupted()))))
          .extracting(TaskResult::value)
          .containsExactly(false);
    }
  }

  @Test
  void s0_29_stopLetsRunningFinishAndCancelsTheRest() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config().maxConcurrent(2).threads(4).build())) {
      Callable<Boolean> work = () -> release.await(60, TimeUnit.SECONDS);
      List<CompletableFuture<TaskResult<Boolean>>> futures = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        futures.add(manager.submit(Task.of("task", work)));
      }
      futures.add(manager.add(Task.of("added", work)));
      await(() -> manager.statistics().active() == 2);
      CompletableFuture<Boolean> stopped = new CompletableFuture<>();
      Thread stopper = new Thread(() -> stopped.complete(stop(manager)));
      stopper.start();
      await(() -> futures.stream().filter(CompletableFuture::isDone).count() == 9);
      assertThat(manager.isHealthy()).isFalse();
      assertThatThrownBy(() -> manager.submit(Task.of("late", work)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("stopped");
      release.countDown();

      assertThat(stopped.get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(futures).allMatch(CompletableFuture::isDone);
      assertThat(futures.stream().map(f -> f.join().status()).filter(TaskStatus.CANCELLED::equals))
          .hasSize(9);
      assertThat(limit("work.conc").used()).isZero();
      assertThat(limit("work.conc").waiting()).isZero();
      manager.start();
      manager.start();
      assertThat(manager.execute(List.of(Task.of("again", () -> 1))).get(0).isSuccess()).isTrue();
    }
  }

  @Test
  void s0_29_listenerThatThrowsHindersNobody() throws Exception {
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    CountDownLatch release = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config().maxConcurrent(1).build())) {
      manager.listen(
          new TaskListener() {
            @Override
            public void started(Task<?> task) {
              throw new IllegalStateException("a bad listener");
            }
          });
      manager.listen(
          new TaskListener() {
            @Override
            public void started(Task<?> task) {
              heard.add("started " + task.name());
            }

            @Override
            public void ended(TaskResult<?> result) {
              heard.add(result.status() + " " + result.name());
            }

            @Override
            public void overloaded(boolean overloaded) {
              heard.add("overloaded " + overloaded);
            }
          });
      CompletableFuture<TaskResult<Boolean>> future =
          manager.submit(
              Task.of(
                  "one",
                  () -> {
                    release.await();
                    return true;
                  }));
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("started one");
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("overloaded true");
      assertThat(manager.isOverloaded()).isTrue();
      release.countDown();
      assertThat(future.get(60, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("overloaded false");
      assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("SUCCEEDED one");
      assertThat(manager.statistics().listenerFailures()).isOne();
    }
  }

  @Test
  void noLeaseWaitsForAThread() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (ConcurrencyManager manager = manager(config().maxConcurrent(10).threads(2).build())) {
      List<CompletableFuture<TaskResult<Boolean>>> futures = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        futures.add(manager.submit(Task.of("task", () -> release.await(60, TimeUnit.SECONDS))));
      }
      await(() -> manager.statistics().active() == 2);
      assertThat(limit("work.conc").used()).isEqualTo(2);
      assertThat(limit("work.conc").granted()).isEqualTo(2);

      futures.get(5).cancel(true);
      assertThat(manager.statistics().pending()).isEqualTo(3);
      assertThat(manager.statistics().cancelled()).isOne();
      release.countDown();
      futures.subList(0, 5).forEach(future -> assertThat(future.join().isSuccess()).isTrue());
      assertThat(limit("work.conc").usedHighWater()).isEqualTo(2);
    }
  }

  @Test
  void workWhoseLeaseIsTakenBackIsInterrupted() throws Exception {
    client
        .admin()
        .putConcurrency(
            ConcurrencyLimit.of("brief", Match.of("work"), 5).ttl(Duration.ofSeconds(1)));
    try (ConcurrencyManager manager = ConcurrencyManager.over(client, config().build())) {
      CompletableFuture<TaskResult<Boolean>> future =
          manager.submit(
              Task.of("revoked", () -> new CountDownLatch(1).await(60, TimeUnit.SECONDS)));
      await(() -> limit("brief").used() == 1);
      assertThat(client.admin().purge(Purge.ofLimit("brief").andHolders()).leases()).isOne();

      TaskResult<Boolean> result = future.get(30, TimeUnit.SECONDS);
      assertThat(result.status()).isEqualTo(TaskStatus.FAILED);
      assertThat(result.error()).isInstanceOf(LeaseLostException.class);
    }
  }

  private static boolean stop(ConcurrencyManager manager) {
    try {
      return manager.stop(Duration.ofMinutes(1));
    } catch (InterruptedException interrupted) {
      return false;
    }
  }

  private static Task<Long> sleeping(long millis) {
    return Task.of(
        "sleeping",
        () -> {
          TimeUnit.MILLISECONDS.sleep(millis);
          return System.nanoTime();
        });
  }

  private ConcurrencyManager manager(ConcurrencyConfig config) throws Exception {
    return ConcurrencyManager.of(client, config);
  }

  private static ConcurrencyConfigBuilder config() {
    return ConcurrencyConfig.named("work");
  }

  private LimitStatistics limit(String name) throws Exception {
    return client.statistics().limit(name).orElseThrow();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long began = System.nanoTime();
    while (!condition.call()) {
      Patience.requireWithin(Duration.ofSeconds(10), began);
    }
  }
}
