package io.sluice.engine.parity;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.admission.EngineFixture;
import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Dedup.OnConflict;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.Difference;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tasks whose calls are registered once, and run one at a time, for each task, for each arguments,
 * or for each of some of the arguments.
 *
 * <p>Registration control is a dedup among those that wait: its key, which the caller makes, says
 * what is the same. Running control is a concurrency limit that the same things split. The runner
 * is a limit over all; before it starts, one lease holds all of it. Definitions of tasks (4.6 in
 * part) and the invocation inside a task (4.15 in part) have no part in the engine.
 */
class S4PynencTest {
  private static final String TASKS = "tasks";
  private static final Duration WORK = Duration.ofMillis(100);
  private static final int RUNNERS = 10;

  /** What makes two calls the same. */
  private enum Control {
    DISABLED,
    TASK,
    ARGUMENTS,
    KEYS
  }

  private final Runs runs =
      new Runs(
          Limit.of("runner", TASKS, concurrency(RUNNERS)),
          running(Control.TASK, "app", "task"),
          running(Control.ARGUMENTS, "app", "task", "account", "amount"),
          running(Control.KEYS, "app", "task", "account"));

  private final EngineFixture engine = runs.engine();
  private int calls;

  @ParameterizedTest
  @CsvSource({
    // registration, running, ids of (a, 1), (a, 1), (a, 2), (b, 1), and how many run at once
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
      Control registration, Control running, int ids, int atOnce) {
    LeaseId blocker = beforeARunnerStarts();
    Set<String> registered = new HashSet<>();
    for (Arguments arguments :
        List.of(args("a", "1"), args("a", "1"), args("a", "2"), args("b", "1"))) {
      registered.add(id(add(call(registration, running, arguments))));
    }
    assertThat(registered).hasSize(ids);

    engine.release(blocker);
    runs.finish();

    assertThat(runs.granted()).hasSize(ids);
    assertThat(runs.overlap()).isEqualTo(atOnce);
  }

  @Test
  void s4_02_withoutRegistrationControlEveryCallHasItsOwnId() {
    beforeARunnerStarts();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      ids.add(id(add(call(Control.DISABLED, Control.DISABLED, args("a", "1")))));
    }
    assertThat(ids).hasSize(10);
  }

  @Test
  void s4_03_callsBeforeARunnerStartsAreOneUntilItIsPicked() {
    LeaseId blocker = beforeARunnerStarts();
    Runs.Run first = add(call(Control.TASK, Control.DISABLED, args("a", "1")).clientId("one"));
    Runs.Run second = add(call(Control.TASK, Control.DISABLED, args("a", "1")).clientId("two"));
    Runs.Run third = add(call(Control.TASK, Control.DISABLED, args("a", "1")).clientId("three"));
    assertThat(List.of(id(second), id(third))).containsOnly(id(first));
    assertThat(existing(second).state()).isEqualTo(LeaseState.QUEUED);

    engine.release(blocker);
    assertThat(first.call.isGranted()).isTrue();

    assertThat(id(add(call(Control.TASK, Control.DISABLED, args("a", "1")))))
        .isNotEqualTo(id(first));
  }

  @Test
  void s4_04_sameArgumentsAreOneCall() {
    beforeARunnerStarts();
    Set<String> ids = new HashSet<>();
    for (String amount : List.of("int:1", "int:1", "int:2")) {
      ids.add(id(add(call(Control.ARGUMENTS, Control.DISABLED, args("a", amount)))));
    }
    assertThat(ids).hasSize(2);
  }

  @Test
  void s4_04_keysThatDifferInATypeAreDifferentCalls() {
    beforeARunnerStarts();
    Set<String> ids = new HashSet<>();
    for (String amount : List.of("int:1", "float:1.0", "str:1")) {
      ids.add(id(add(call(Control.ARGUMENTS, Control.DISABLED, args("a", amount)))));
    }
    assertThat(ids).hasSize(3);
  }

  @Test
  void s4_05_sameKeysWithOtherArgumentsAreReusedWithTheDifference() {
    beforeARunnerStarts();
    Runs.Run first = add(call(Control.KEYS, Control.DISABLED, args("a", "1")));
    Runs.Run second = add(call(Control.KEYS, Control.DISABLED, args("a", "2")));

    assertThat(id(second)).isEqualTo(id(first));
    assertThat(existing(second).differences())
        .containsExactly(new Difference("demands[0].attributes[amount]", "1", "2"));
  }

  @Test
  void s4_05_raisingOnADifferenceListsWhatIsChangedAddedAndRemoved() {
    beforeARunnerStarts();
    Dedup dedup = new Dedup("pay account=a", Dedup.Scope.PENDING, 0, OnConflict.REJECT);
    Map<String, String> before = Map.of("account", "a", "amount", "1", "gone", "x");
    Map<String, String> after = Map.of("account", "a", "amount", "2", "new", "y");
    engine.call(waiting(before).requestId("first").dedup(dedup).build());

    Call raised = engine.call(waiting(after).requestId("second").dedup(dedup).build());

    Decision.Conflict conflict = (Decision.Conflict) raised.decision();
    assertThat(conflict.requestId()).isEqualTo("first");
    assertThat(Objects.requireNonNull(conflict.existing()).differences())
        .containsExactly(
            new Difference("demands[0].attributes[amount]", "1", "2"),
            new Difference("demands[0].attributes[gone]", "x", null),
            new Difference("demands[0].attributes[new]", null, "y"));
  }

  @Test
  void s4_06_nothingIsNoKey() {
    assertThatThrownBy(() -> new Dedup("", Dedup.Scope.PENDING, 0, OnConflict.REUSE))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("dedup.key must be 1..256 bytes");
    assertThatThrownBy(() -> running(Control.KEYS, "task", ""))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("key must be 1..64 bytes");
  }

  @Test
  void s4_07_withoutRunningControlCallsRunBesideEachOther() {
    addTimes(10, Control.DISABLED, WORK);

    runs.finish();

    assertThat(runs.anyRunInParallel(run -> true)).isTrue();
    assertThat(runs.duration()).isEqualTo(WORK);
  }

  @Test
  void s4_08_oneCallOfATaskRunsAtATime() {
    addTimes(10, Control.TASK, WORK);

    runs.finish();

    assertThat(runs.anyRunInParallel(run -> true)).isFalse();
    assertThat(runs.duration()).isEqualTo(WORK.multipliedBy(10));
  }

  @Test
  void s4_08_someCallsOfATaskRunAtATimeWhereSomeMay() {
    engine.replacePolicy("running TASK", concurrency(3));
    addTimes(9, Control.TASK, WORK);

    runs.finish();

    assertThat(runs.overlap()).isEqualTo(3);
    assertThat(runs.duration()).isEqualTo(WORK.multipliedBy(3));
  }

  @Test
  void s4_09_oneCallOfAnAccountRunsAtATime() {
    for (int i = 0; i < 4; i++) {
      for (String account : List.of("a", "b", "c")) {
        Acquire.Builder call = call(Control.DISABLED, Control.KEYS, args(account, "" + i));
        runs.add(call.build(), Duration.ofMillis(400));
      }
    }

    runs.finish();

    assertThat(runs.granted()).hasSize(12);
    for (String account : List.of("a", "b", "c")) {
      assertThat(runs.anyRunInParallel(run -> run.attribute("account").equals(account))).isFalse();
    }
    assertThat(runs.duration()).isEqualTo(Duration.ofMillis(1600));
  }

  @Test
  void s4_10_blockedCallIsDroppedAndToldWhy() {
    for (int i = 0; i < 5; i++) {
      runs.add(
          call(Control.DISABLED, Control.TASK, args("a", "" + i)).maxWaitNanos(0).build(), WORK);
    }

    runs.finish();

    assertThat(runs.granted()).hasSize(1);
    assertThat(runs.denials())
        .hasSize(4)
        .allSatisfy(
            denied -> {
              assertThat(denied.reason()).isEqualTo(DenialReason.CONCURRENCY);
              assertThat(denied.limit()).isEqualTo("running TASK");
              assertThat(denied.message()).isNotEmpty();
            });
  }

  @Test
  void s4_10_blockedCallIsQueuedAndRunsLater() {
    addTimes(5, Control.TASK, Duration.ofSeconds(1));

    runs.finish();

    assertThat(runs.counts("running TASK").outcomes()).containsEntry(Outcome.SUCCESS, 5L);
    assertThat(runs.duration()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void s4_11_registrationAndRunningControlTogether() {
    LeaseId blocker = beforeARunnerStarts();
    for (int i = 0; i < 8; i++) {
      for (String account : List.of("a", "b", "c")) {
        add(call(Control.KEYS, Control.KEYS, args(account, "" + i)));
      }
    }
    engine.release(blocker);

    runs.finish();

    assertThat(runs.granted()).hasSize(3);
    assertThat(runs.denials())
        .hasSize(21)
        .allMatch(denied -> denied.reason() == DenialReason.DUPLICATE);
  }

  @Test
  void s4_12_retryOfACallThatFindsItsKeyTakenRunsOnceMore() {
    Acquire.Builder failing = call(Control.TASK, Control.TASK, args("a", "1"));
    runs.add(failing.build(), WORK, Outcome.ERROR);
    Runs.Run other = add(call(Control.DISABLED, Control.TASK, args("b", "1")));
    engine.pass(WORK);
    engine.release(runs.granted().get(0).lease(), Outcome.ERROR);
    assertThat(other.call.isGranted()).as("the key is taken").isTrue();

    Call retry = engine.call(call(Control.TASK, Control.TASK, args("a", "1")).build());
    assertThat(retry.isAnswered()).isFalse();
    engine.pass(WORK);
    engine.release(other.lease());

    assertThat(retry.isGranted()).isTrue();
    assertThat(engine.waiting()).isZero();
    assertThat(runs.counts("running TASK").granted()).isEqualTo(3);
  }

  @Test
  void s4_13_keyOfADeadRunnerIsFreeWithinASecondOfItsTimeToLive() {
    Duration ttl = Duration.ofSeconds(10);
    engine.ask(
        call(Control.DISABLED, Control.KEYS, args("a", "1")).ttlNanos(ttl.toNanos()).build());
    Runs.Run next = add(call(Control.DISABLED, Control.KEYS, args("a", "2")));

    engine.pass(ttl);
    assertThat(next.call.isAnswered()).isFalse();
    engine.pass(Duration.ofSeconds(1));

    assertThat(next.call.isGranted()).isTrue();
    assertThat(Duration.ofNanos(next.call.grant().waitedNanos()))
        .isBetween(ttl, ttl.plusSeconds(1));
  }

  @Test
  void s4_15_leaseCarriesTheIdOfItsCall() {
    Runs.Run run = add(call(Control.DISABLED, Control.TASK, args("a", "1")));

    Lease lease = Objects.requireNonNull(engine.engine().store().lease(run.lease()));

    assertThat(lease.claim().acquire().requestId()).isEqualTo(id(run));
  }

  @Test
  void s4_16_hundredCallsWithTenKeysAreTenAlsoAtOnce() {
    beforeARunnerStarts();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      ids.add(id(add(call(Control.KEYS, Control.DISABLED, args("account " + i % 10, "" + i)))));
    }
    assertThat(ids).hasSize(10);
    assertThat(engine.waiting()).isEqualTo(10);
  }

  @Test
  void s4_17_sameTaskInAnotherApplicationIsAnotherTask() {
    LeaseId blocker = beforeARunnerStarts();
    Runs.Run here = add(call(Control.TASK, Control.TASK, args("a", "1")));
    Runs.Run there = add(callIn("other", Control.TASK, Control.TASK, args("a", "1")));
    assertThat(id(there)).isNotEqualTo(id(here));

    engine.release(blocker);

    assertThat(here.call.isGranted()).isTrue();
    assertThat(there.call.isGranted()).isTrue();
  }

  private LeaseId beforeARunnerStarts() {
    return Objects.requireNonNull(engine.granted(engine.ask(Demand.of(TASKS, RUNNERS))).leaseId());
  }

  private Runs.Run add(Acquire.Builder call) {
    return runs.add(call.build(), WORK);
  }

  private void addTimes(int times, Control running, Duration work) {
    for (int i = 0; i < times; i++) {
      runs.add(call(Control.DISABLED, running, args("a", "" + i)).build(), work);
    }
  }

  private Acquire.Builder call(Control registration, Control running, Arguments arguments) {
    return callIn("app", registration, running, arguments);
  }

  private Acquire.Builder callIn(
      String app, Control registration, Control running, Arguments arguments) {
    Map<String, String> attributes =
        Map.of(
            "app",
            app,
            "task",
            "pay",
            "account",
            arguments.account,
            "amount",
            arguments.amount,
            "running",
            running.name());
    Acquire.Builder call = waiting(attributes).requestId("call " + ++calls);
    String task = app + " pay";
    return switch (registration) {
      case DISABLED -> call;
      case TASK -> call.dedup(pending(task));
      case ARGUMENTS -> call.dedup(pending(task + " " + arguments));
      case KEYS -> call.dedup(pending(task + " " + arguments.account));
    };
  }

  private static Acquire.Builder waiting(Map<String, String> attributes) {
    return Runs.waiting(Demand.of(TASKS).withAttributes(attributes));
  }

  private static Dedup pending(String key) {
    return new Dedup(key, Dedup.Scope.PENDING, 0, OnConflict.REUSE);
  }

  private static Limit running(Control control, String... key) {
    Match match = new Match(ResourcePattern.parse(TASKS), Map.of("running", control.name()));
    return Limit.of("running " + control, TASKS, concurrency(1)).withMatch(match).withKey(key);
  }

  /** Returns the id that a call got: its own, or that of the one that it repeats. */
  private static String id(Runs.Run run) {
    return run.call.isAnswered() && !run.call.isGranted()
        ? existing(run).requestId()
        : run.acquire.requestId();
  }

  private static Decision.Existing existing(Runs.Run run) {
    return Objects.requireNonNull(run.call.denial().existing());
  }

  private static Arguments args(String account, String amount) {
    return new Arguments(account, amount);
  }

  /** Arguments of a call, of which the account is the key. */
  private record Arguments(String account, String amount) {}
}
