package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.SluiceClient;
import io.sluice.client.invocations.ArgumentDifference;
import io.sluice.client.invocations.ConcurrencyControlType;
import io.sluice.client.invocations.ControlledTask;
import io.sluice.client.invocations.DifferentArgumentsException;
import io.sluice.client.invocations.Invocation;
import io.sluice.client.invocations.InvocationApp;
import io.sluice.client.invocations.InvocationResult;
import io.sluice.client.invocations.InvocationStatus;
import io.sluice.client.invocations.RunInterval;
import io.sluice.client.invocations.TaskWork;
import io.sluice.proto.v1.PurgeRequest;
import io.sluice.server.Patience;
import io.sluice.server.ServerFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks whose registration and running are controlled, in one application and in several. */
@Timeout(60)
class S4InvocationsTest {
  private static final String LIMITS =
      """
      limits:
        - name: invocations
          match: { resource: "invocations/**", attributes: { control: one } }
          key: [running_key]
          concurrency: { max: 1 }
        - name: three
          match: { resource: "invocations/**", attributes: { control: three } }
          key: [running_key]
          concurrency: { max: 3 }
      """;

  private static ServerFixture server;

  private final List<InvocationApp> apps = new ArrayList<>();
  private final List<SluiceClient> clients = new ArrayList<>();
  private InvocationApp app;

  @BeforeAll
  static void startServer() throws Exception {
    server = ServerFixture.start(LIMITS);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void start() {
    app = app("shop");
  }

  @AfterEach
  void stop() {
    apps.forEach(one -> one.close(Duration.ZERO));
    clients.forEach(SluiceClient::close);
  }

  @ParameterizedTest
  @CsvSource({
    // registration, running, ids of (a, 1), (a, 1), (a, 2), (b, 1), and how many may run at once
    "DISABLED,  DISABLED,  4, 4",
    "DISABLED,  TASK,      4, 1",
    "DISABLED,  ARGUMENTS, 4, 3",
    "DISABLED,  KEYS,      4, 2",
    "TASK,      DISABLED,  1, 1",
    "TASK,      TASK,      1, 1",
    "TASK,      ARGUMENTS, 1, 1",
    "TASK,      KEYS,      1, 1",
    "ARGUMENTS, DISABLED,  3, 3",
    "ARGUMENTS, TASK,      3, 1",
    "ARGUMENTS, ARGUMENTS, 3, 3",
    "ARGUMENTS, KEYS,      3, 2",
    "KEYS,      DISABLED,  2, 2",
    "KEYS,      TASK,      2, 1",
    "KEYS,      ARGUMENTS, 2, 2",
    "KEYS,      KEYS,      2, 2"
  })
  void s4_01_everyRegistrationGoesWithEveryRunning(
      ConcurrencyControlType registration, ConcurrencyControlType running, int ids, int atOnce)
      throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch together = new CountDownLatch(atOnce);
    boolean byKeys =
        registration == ConcurrencyControlType.KEYS || running == ConcurrencyControlType.KEYS;
    ControlledTask<Integer> pay =
        app.<Integer>task(
                "pay",
                arguments -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  together.countDown();
                  together.await(); // as many as may do run at once
                  Thread.sleep(5);
                  return now.decrementAndGet();
                })
            .registration(registration)
            .running(running)
            .keys(byKeys ? new String[] {"account"} : new String[0])
            .define();
    List<Invocation<Integer>> calls = new ArrayList<>();
    for (Map<String, ?> arguments :
        List.of(args("a", 1), args("a", 1), args("a", 2), args("b", 1))) {
      calls.add(pay.call(arguments));
    }
    assertThat(ids(calls)).hasSize(ids);
    app.start();

    assertThat(results(calls)).allMatch(InvocationResult::isSuccess);
    assertThat(most).hasValue(atOnce);
    assertThat(server.limit("invocations").getUsed()).isZero();
  }

  @Test
  void s4_02_withoutRegistrationControlEveryCallHasItsOwnId() throws Exception {
    ControlledTask<String> task = task("free", none -> "done", ConcurrencyControlType.DISABLED);
    List<Invocation<String>> calls = calls(task, 10);
    assertThat(ids(calls)).hasSize(10);
    assertThat(calls).noneMatch(Invocation::isReused);
  }

  @Test
  void s4_03_callsOfThreeProcessesAreOneUntilItIsPicked() throws Exception {
    ExecutorService processes = Executors.newFixedThreadPool(3);
    try {
      List<ControlledTask<String>> tasks = new ArrayList<>();
      for (InvocationApp one : List.of(app, app("shop"), app("shop"))) {
        tasks.add(registered(one));
      }
      List<Future<Invocation<String>>> asked = new ArrayList<>();
      for (ControlledTask<String> task : tasks) {
        asked.add(processes.submit(() -> task.call(Map.of())));
      }
      List<Invocation<String>> calls = new ArrayList<>();
      for (Future<Invocation<String>> one : asked) {
        calls.add(one.get(30, TimeUnit.SECONDS));
      }
      assertThat(ids(calls)).hasSize(1);
      assertThat(calls).filteredOn(call -> !call.isReused()).hasSize(1);
      assertThat(calls)
          .filteredOn(Invocation::isReused)
          .extracting(Invocation::status)
          .containsOnly(InvocationStatus.ELSEWHERE);

      apps.forEach(InvocationApp::start);
      for (Invocation<String> call : calls) {
        call.await();
      }
      assertThat(tasks.get(0).call(Map.of()).id()).isNotEqualTo(calls.get(0).id());
    } finally {
      processes.shutdownNow();
    }
  }

  @Test
  void s4_03_callThatComesWhileTheFirstRunsIsAnother() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    ControlledTask<String> task =
        task(
            "slow",
            none -> {
              running.countDown();
              mayEnd.await();
              return "done";
            },
            ConcurrencyControlType.TASK);
    Invocation<String> first = task.call(Map.of());
    assertThat(task.call(Map.of()).id()).isEqualTo(first.id());
    app.start();
    running.await();

    Invocation<String> second = task.call(Map.of());
    assertThat(second.isReused()).isFalse();
    assertThat(second.id()).isNotEqualTo(first.id());
    mayEnd.countDown();
    assertThat(second.await().isSuccess()).isTrue();
  }

  @Test
  void s4_04_argumentsAreTheSameByValueAndType() throws Exception {
    ControlledTask<String> task = task("x", none -> "done", ConcurrencyControlType.ARGUMENTS);
    List<Invocation<String>> calls = new ArrayList<>();
    for (Object x : List.of(1, 1, 2)) {
      calls.add(task.call(Map.of("x", x)));
    }
    assertThat(ids(calls)).hasSize(2);
    for (Object x : List.of(1.0, "1")) {
      calls.add(task.call(Map.of("x", x)));
    }
    assertThat(ids(calls)).hasSize(4);
  }

  @Test
  void s4_05_sameKeysWithOtherArgumentsAreReusedWithTheDifference() throws Exception {
    ControlledTask<String> pay = keyed(false);
    Invocation<String> first = pay.call(args("a", 1));
    Invocation<String> second = pay.call(args("a", 2));

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.isReused()).isTrue();
    assertThat(second.differences())
        .containsExactly(
            new ArgumentDifference("amount", Optional.of("i:1;"), Optional.of("i:2;")));
    app.start();
    assertThat(second.await()).isEqualTo(first.await());
  }

  @Test
  void s4_05_raisingOnADifferenceListsWhatIsChangedAddedAndRemoved() throws Exception {
    ControlledTask<String> pay = keyed(true);
    Invocation<String> first = pay.call(Map.of("account", "a", "amount", 1, "gone", true));
    assertThatThrownBy(() -> pay.call(Map.of("account", "a", "amount", 2, "more", "y")))
        .isInstanceOfSatisfying(
            DifferentArgumentsException.class,
            raised -> {
              assertThat(raised.existingId()).isEqualTo(first.id());
              assertThat(raised.differences())
                  .extracting(ArgumentDifference::toString)
                  .containsExactly(
                      "amount changed: i:1; -> i:2;", "gone removed: b:true;", "more added: s1:y");
            })
        .hasMessageStartingWith("ALREADY_EXISTS: invocation " + first.id());
    assertThat(pay.call(Map.of("account", "a", "amount", 1, "gone", true)).id())
        .isEqualTo(first.id());
  }

  @Test
  void s4_07_withoutRunningControlCallsRunBesideEachOther() throws Exception {
    Patience.untilUndisturbed(
        () -> {
          try (InvocationApp free = app("free")) {
            ControlledTask<String> task = free.<String>task("sleep", none -> slept(100)).define();
            free.start();
            long began = System.nanoTime();
            List<InvocationResult<String>> results = results(calls(task, 10));
            Patience.requireWithin(Duration.ofMillis(500), began);
            assertThat(RunInterval.anyRunInParallel(results)).isTrue();
          }
        });
  }

  @Test
  void s4_08_oneCallOfATaskRunsAtATime() throws Exception {
    ControlledTask<String> task =
        app.<String>task("sleep", none -> slept(100)).running(ConcurrencyControlType.TASK).define();
    app.start();
    long began = System.nanoTime();
    List<InvocationResult<String>> results = results(calls(task, 10));

    assertThat(RunInterval.anyRunInParallel(results)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(1));
    Patience.requireWithin(Duration.ofMillis(1200), began);
  }

  @Test
  void s4_08_someCallsOfATaskRunAtATimeWhereSomeMay() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    ControlledTask<Integer> task =
        app.<Integer>task(
                "three",
                none -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  three.countDown();
                  three.await();
                  return now.decrementAndGet();
                })
            .running(ConcurrencyControlType.TASK)
            .control("three")
            .define();
    app.start();
    assertThat(results(calls(task, 9))).allMatch(InvocationResult::isSuccess);
    assertThat(most).hasValue(3);
  }

  @Test
  void s4_08_runningControlWithoutALimitIsRefusedByName() throws Exception {
    ControlledTask<String> task =
        app.<String>task("none", none -> "done")
            .running(ConcurrencyControlType.TASK)
            .control("nowhere")
            .define();
    app.start();
    InvocationResult<String> result = task.call(Map.of()).await();
    assertThat(result.status()).isEqualTo(InvocationStatus.FAILED);
    assertThat(result.error()).hasMessageContaining("needs a limit of the server");
  }

  @Test
  void s4_09_oneCallOfAnAccountRunsAtATime() throws Exception {
    ControlledTask<String> task =
        app.<String>task("account", none -> slept(100))
            .running(ConcurrencyControlType.KEYS)
            .keys("account")
            .define();
    app.start();
    long began = System.nanoTime();
    Map<String, List<Invocation<String>>> byAccount =
        Map.of("a", new ArrayList<>(), "b", new ArrayList<>(), "c", new ArrayList<>());
    for (int i = 0; i < 4; i++) {
      for (Map.Entry<String, List<Invocation<String>>> account : byAccount.entrySet()) {
        account.getValue().add(task.call(args(account.getKey(), i)));
      }
    }
    for (List<Invocation<String>> account : byAccount.values()) {
      List<InvocationResult<String>> results = results(account);
      assertThat(results).hasSize(4).allMatch(InvocationResult::isSuccess);
      assertThat(RunInterval.anyRunInParallel(results)).isFalse();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(400));
    Patience.requireWithin(Duration.ofMillis(525), began);
  }

  @Test
  void s4_10_blockedCallIsDroppedAndToldWhy() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    ControlledTask<String> task =
        app.<String>task("drop", none -> ended(mayEnd))
            .running(ConcurrencyControlType.TASK)
            .reroute(false)
            .define();
    app.start();
    List<Invocation<String>> calls = calls(task, 5);
    for (Invocation<String> dropped : calls.subList(1, 5)) {
      InvocationResult<String> result = dropped.await();
      assertThat(result.status()).isEqualTo(InvocationStatus.CONCURRENCY_CONTROLLED_FINAL);
      assertThat(result.blockedBy()).contains("invocations");
      assertThat(result.toString())
          .contains("CONCURRENCY_CONTROLLED_FINAL by limit invocations (CONCURRENCY");
    }
    mayEnd.countDown();
    assertThat(calls.get(0).await().isSuccess()).isTrue();
  }

  @Test
  void s4_10_blockedCallIsReroutedAndRunsLater() throws Exception {
    ControlledTask<String> task =
        app.<String>task("wait", none -> slept(20)).running(ConcurrencyControlType.TASK).define();
    app.start();
    List<InvocationResult<String>> results = results(calls(task, 5));
    assertThat(results).hasSize(5).allMatch(InvocationResult::isSuccess);
    assertThat(RunInterval.anyRunInParallel(results)).isFalse();
  }

  @Test
  void s4_11_registrationAndRunningControlTogether() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    ControlledTask<Integer> pay =
        app.<Integer>task("pay", none -> runs.incrementAndGet())
            .registration(ConcurrencyControlType.KEYS)
            .running(ConcurrencyControlType.KEYS)
            .keys("account")
            .define();
    List<Invocation<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      for (String account : List.of("a", "b", "c")) {
        calls.add(pay.call(args(account, i)));
      }
    }
    app.start();
    assertThat(results(calls)).allMatch(InvocationResult::isSuccess);
    assertThat(calls).filteredOn(Invocation::isReused).hasSize(21);
    assertThat(runs).hasValue(3);
  }

  @Test
  void s4_12_retryThatFindsItsKeyTakenRunsOnceMore() throws Exception {
    CountDownLatch failing = new CountDownLatch(1);
    CountDownLatch otherRuns = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger attempts = new AtomicInteger();
    ControlledTask<String> flaky =
        app.<String>task(
                "flaky",
                none -> {
                  if (attempts.incrementAndGet() == 1) {
                    failing.countDown();
                    awaitWaiting(1); // the other one gets the key when this one fails
                    throw new IllegalStateException("once");
                  }
                  return "second time";
                })
            .running(ConcurrencyControlType.TASK)
            .reroute(false)
            .maxAttempts(2)
            .define();
    InvocationApp elsewhere = app("shop");
    ControlledTask<String> other =
        elsewhere
            .<String>task(
                "flaky",
                none -> {
                  otherRuns.countDown();
                  return ended(mayEnd);
                })
            .running(ConcurrencyControlType.TASK)
            .define();
    app.start();
    elsewhere.start();
    Invocation<String> retried = flaky.call(Map.of());
    failing.await();
    Invocation<String> between = other.call(Map.of());
    otherRuns.await();
    awaitWaiting(1);
    assertThat(retried.status()).isEqualTo(InvocationStatus.CONCURRENCY_CONTROLLED);
    mayEnd.countDown();

    InvocationResult<String> result = retried.await();
    assertThat(result.value()).isEqualTo("second time");
    assertThat(result.runs()).hasSize(2);
    assertThat(attempts).hasValue(2);
    assertThat(between.await().isSuccess()).isTrue();
  }

  @Test
  void s4_13_keyOfADeadRunnerIsFreeAfterItsTimeToLive() throws Exception {
    SluiceClient dying = SluiceClient.builder().target(server.target()).renewal(false).build();
    clients.add(dying);
    InvocationApp dead =
        InvocationApp.builder(dying).namespace("shop").ttl(Duration.ofSeconds(1)).build();
    apps.add(dead);
    CountDownLatch running = new CountDownLatch(1);
    ControlledTask<String> stuck =
        dead.<String>task(
                "pay",
                none -> {
                  running.countDown();
                  while (true) {
                    Thread.onSpinWait(); // heeds nothing, and nothing renews its lease
                    if (Thread.currentThread().isInterrupted()) {
                      return "interrupted";
                    }
                  }
                })
            .running(ConcurrencyControlType.TASK)
            .define();
    dead.start();
    Invocation<String> first = stuck.call(Map.of());
    running.await();
    long began = System.nanoTime();
    ControlledTask<String> next =
        app.<String>task("pay", none -> "next").running(ConcurrencyControlType.TASK).define();
    app.start();

    assertThat(next.call(Map.of()).await().value()).isEqualTo("next");
    Patience.requireWithin(Duration.ofSeconds(2), began);
    assertThat(first.await().status()).isEqualTo(InvocationStatus.FAILED);
    assertThat(first.await().error()).hasMessage("its lease was lost");
  }

  @Test
  void s4_14_purgeDropsWhatIsPendingAndLeavesWhatRuns() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    ControlledTask<String> task =
        app.<String>task(
                "purged",
                none -> {
                  running.countDown();
                  return ended(mayEnd);
                })
            .registration(ConcurrencyControlType.ARGUMENTS)
            .running(ConcurrencyControlType.TASK)
            .define();
    Invocation<String> first = task.call(args("a", 0));
    app.start();
    running.await();
    List<Invocation<String>> pending = new ArrayList<>();
    for (int i = 1; i < 4; i++) {
      pending.add(task.call(args("a", i)));
    }

    assertThat(app.purge(false)).isEqualTo(3);
    assertThat(results(pending))
        .extracting(InvocationResult::status)
        .containsOnly(InvocationStatus.PURGED);
    assertThat(first.status()).isEqualTo(InvocationStatus.RUNNING);
    assertThat(task.call(args("a", 1)).isReused()).as("nothing stands for it any more").isFalse();
    mayEnd.countDown();
    assertThat(first.await().isSuccess()).isTrue();
  }

  @Test
  void s4_14_forcedPurgeEndsWhatRuns() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    ControlledTask<String> task =
        app.<String>task(
                "forced",
                none -> {
                  running.countDown();
                  return ended(new CountDownLatch(1));
                })
            .running(ConcurrencyControlType.TASK)
            .define();
    app.start();
    Invocation<String> first = task.call(Map.of());
    running.await();
    assertThat(app.purge(true)).isEqualTo(1);
    assertThat(first.await().status()).isEqualTo(InvocationStatus.PURGED);
    assertThat(server.limit("invocations").getUsed()).isZero();
  }

  @Test
  void s4_14_purgeAtTheServerIsToldToWhoeverWaits() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    ControlledTask<String> task =
        app.<String>task(
                "wide",
                none -> {
                  running.countDown();
                  return ended(mayEnd);
                })
            .running(ConcurrencyControlType.TASK)
            .define();
    app.start();
    Invocation<String> first = task.call(Map.of());
    running.await();
    Invocation<String> waiting = task.call(Map.of());
    awaitWaiting(1);
    server
        .admin()
        .purge(
            PurgeRequest.newBuilder()
                .setResourcePattern("invocations/shop/*")
                .setWaiters(true)
                .build());
    assertThat(waiting.await().status()).isEqualTo(InvocationStatus.PURGED);
    mayEnd.countDown();
    assertThat(first.await().isSuccess()).isTrue();
  }

  @Test
  void s4_15_idInsideIsTheIdOutside() throws Exception {
    ControlledTask<String> task =
        task(
            "self",
            none -> app.currentInvocation().orElseThrow().id(),
            ConcurrencyControlType.DISABLED);
    app.start();
    Invocation<String> invocation = task.call(Map.of());
    assertThat(invocation.await().value()).isEqualTo(invocation.id());
    assertThat(app.currentInvocation()).isEmpty();
  }

  @Test
  void s4_16_hundredCallsWithTenKeysAreTen() throws Exception {
    ControlledTask<String> pay = keyed(false);
    List<Map<String, Object>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(Map.of("account", i % 10, "amount", i));
    }
    List<Invocation<String>> invocations = pay.parallelize(calls);

    assertThat(invocations).hasSize(100);
    assertThat(ids(invocations)).hasSize(10);
    assertThat(invocations).filteredOn(Invocation::isReused).hasSize(90);
    assertThat(invocations.get(99).differences())
        .containsExactly(
            new ArgumentDifference("amount", Optional.of("i:9;"), Optional.of("i:99;")));
    app.start();
    assertThat(results(invocations)).allMatch(InvocationResult::isSuccess);
  }

  @Test
  void s4_17_sameTaskInAnotherNamespaceIsAnotherTask() throws Exception {
    InvocationApp other = app("office");
    CountDownLatch both = new CountDownLatch(2);
    List<Invocation<String>> calls = new ArrayList<>();
    for (InvocationApp one : List.of(app, other)) {
      ControlledTask<String> task =
          one.<String>task(
                  "pay",
                  none -> {
                    both.countDown();
                    return ended(both);
                  })
              .registration(ConcurrencyControlType.TASK)
              .running(ConcurrencyControlType.TASK)
              .define();
      calls.add(task.call(Map.of()));
      one.start();
    }
    assertThat(ids(calls)).hasSize(2);
    assertThat(results(calls)).allMatch(InvocationResult::isSuccess);
  }

  @Test
  void closeCancelsWhatIsPending() throws Exception {
    ControlledTask<String> task = task("never", none -> "done", ConcurrencyControlType.TASK);
    Invocation<String> pending = task.call(Map.of());
    app.close();
    assertThat(pending.await().status()).isEqualTo(InvocationStatus.CANCELLED);
  }

  private void awaitWaiting(long calls) throws InterruptedException {
    while (server.limit("invocations").getWaiting() < calls) {
      Thread.sleep(1);
    }
  }

  private InvocationApp app(String namespace) {
    SluiceClient client = SluiceClient.connect(server.target());
    clients.add(client);
    InvocationApp made = InvocationApp.builder(client).namespace(namespace).workers(10).build();
    apps.add(made);
    return made;
  }

  private <R> ControlledTask<R> task(
      String name, TaskWork<R> work, ConcurrencyControlType registration) {
    return app.task(name, work).registration(registration).define();
  }

  private ControlledTask<String> keyed(boolean raises) {
    return app.<String>task("pay", none -> "done")
        .registration(ConcurrencyControlType.KEYS)
        .keys("account")
        .raiseOnDifference(raises)
        .define();
  }

  private static ControlledTask<String> registered(InvocationApp app) {
    return app.<String>task("once", none -> "done")
        .registration(ConcurrencyControlType.TASK)
        .define();
  }

  private static <R> List<Invocation<R>> calls(ControlledTask<R> task, int count)
      throws InterruptedException {
    List<Invocation<R>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(task.call(Map.of("number", i)));
    }
    return calls;
  }

  private static <R> Set<String> ids(List<Invocation<R>> invocations) {
    Set<String> ids = new HashSet<>();
    invocations.forEach(invocation -> ids.add(invocation.id()));
    return ids;
  }

  private static <R> List<InvocationResult<R>> results(List<Invocation<R>> invocations)
      throws InterruptedException {
    List<InvocationResult<R>> results = new ArrayList<>();
    for (Invocation<R> invocation : invocations) {
      results.add(invocation.await());
    }
    return results;
  }

  private static Map<String, Object> args(String account, int amount) {
    return Map.of("account", account, "amount", amount);
  }

  private static String ended(CountDownLatch mayEnd) throws InterruptedException {
    mayEnd.await();
    return "done";
  }

  private static String slept(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return "done";
  }
}
