package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Dedup.OnConflict;
import io.sluice.engine.model.Dedup.Scope;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.Difference;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same work, asked for twice. */
class DedupTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private final EngineFixture fixture = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));

  @Test
  void secondOfTheSameWorkIsToldOfTheWaitingFirst() {
    LeaseId running = fixture.lease("jobs");
    Call first = ask("first", Scope.PENDING, OnConflict.REUSE, Map.of());

    Decision.Denied second = ask("second", Scope.PENDING, OnConflict.REUSE, Map.of()).denial();

    assertThat(second.reason()).isEqualTo(DenialReason.DUPLICATE);
    assertThat(existing(second).requestId()).isEqualTo("first");
    assertThat(existing(second).state()).isEqualTo(LeaseState.QUEUED);
    assertThat(existing(second).differences()).isEmpty();
    fixture.release(running);
    assertThat(first.isGranted()).isTrue();
  }

  @Test
  void workThatRunsIsNoLongerPending() {
    Call first = ask("first", Scope.PENDING, OnConflict.REUSE, Map.of());
    assertThat(first.isGranted()).isTrue();

    Call second = ask("second", Scope.PENDING, OnConflict.REUSE, Map.of());
    assertThat(second.isAnswered()).as("waits").isFalse();
    Decision.Denied third =
        ask("third", Scope.PENDING_OR_RUNNING, OnConflict.REUSE, Map.of()).denial();
    assertThat(existing(third).requestId()).isEqualTo("second");

    fixture.cancel(second);
    Decision.Denied fourth =
        ask("fourth", Scope.PENDING_OR_RUNNING, OnConflict.REUSE, Map.of()).denial();
    assertThat(existing(fourth).requestId()).isEqualTo("first");
    assertThat(existing(fourth).leaseId()).isEqualTo(first.grant().leaseId());
    assertThat(existing(fourth).state()).isEqualTo(LeaseState.GRANTED);
  }

  @Test
  void workThatEndedMayBeAskedForAgain() {
    Call first = ask("first", Scope.PENDING_OR_RUNNING, OnConflict.REUSE, Map.of());
    fixture.release(leaseOf(first));

    assertThat(ask("second", Scope.PENDING_OR_RUNNING, OnConflict.REUSE, Map.of()).isGranted())
        .isTrue();
  }

  @Test
  void expiredWorkMayBeAskedForAgain() {
    ask("first", Scope.PENDING_OR_RUNNING, OnConflict.REUSE, Map.of()).grant();
    fixture.pass(Duration.ofSeconds(31));

    assertThat(ask("second", Scope.PENDING_OR_RUNNING, OnConflict.REUSE, Map.of()).isGranted())
        .isTrue();
  }

  @Test
  void timeToLiveOutlivesTheWork() {
    Call first = ask("first", Scope.TTL, OnConflict.REUSE, Map.of());
    fixture.release(leaseOf(first));
    fixture.pass(Duration.ofSeconds(59));

    Decision.Denied second = ask("second", Scope.TTL, OnConflict.REUSE, Map.of()).denial();
    assertThat(existing(second).state()).isEqualTo(LeaseState.RELEASED);

    fixture.pass(Duration.ofSeconds(1));
    assertThat(ask("third", Scope.TTL, OnConflict.REUSE, Map.of()).isGranted()).isTrue();
  }

  @Test
  void timeToLiveCountsFromTheAskAlsoThroughAWait() {
    LeaseId running = fixture.lease("jobs");
    Call first = ask("first", Scope.TTL, OnConflict.REUSE, Map.of());
    fixture.pass(Duration.ofSeconds(20));
    fixture.release(running);
    fixture.release(leaseOf(first));

    fixture.pass(Duration.ofSeconds(39));
    assertThat(ask("second", Scope.TTL, OnConflict.REUSE, Map.of()).isGranted()).isFalse();
    fixture.pass(Duration.ofSeconds(1));
    assertThat(ask("third", Scope.TTL, OnConflict.REUSE, Map.of()).isGranted()).isTrue();
  }

  @Test
  void workThatWasNeverGrantedLeavesNothing() {
    fixture.lease("jobs");
    ask("first", Scope.TTL, OnConflict.REUSE, Map.of());
    fixture.pass(Duration.ofSeconds(25));
    fixture.pass(Duration.ofMinutes(2));

    assertThat(ask("second", Scope.TTL, OnConflict.REUSE, Map.of()).isGranted()).isTrue();
  }

  @Test
  void joinersShareTheGrant() {
    LeaseId running = fixture.lease("jobs");
    Call first = ask("first", Scope.PENDING_OR_RUNNING, OnConflict.JOIN, Map.of());
    Call second = ask("second", Scope.PENDING_OR_RUNNING, OnConflict.JOIN, Map.of());
    assertThat(second.isAnswered()).isFalse();
    assertThat(fixture.waiting()).isEqualTo(1);

    fixture.release(running);

    assertThat(first.grant().replayed()).isFalse();
    assertThat(second.grant().replayed()).isTrue();
    assertThat(second.grant().leaseId()).isEqualTo(first.grant().leaseId());
    Call third = ask("third", Scope.PENDING_OR_RUNNING, OnConflict.JOIN, Map.of());
    assertThat(third.grant().leaseId()).isEqualTo(first.grant().leaseId());
    assertThat(fixture.used("jobs")).isEqualTo(1);
  }

  @Test
  void grantThatWasSharedOutlivesTheCallThatGotItFirst() {
    Call first = ask("first", Scope.PENDING_OR_RUNNING, OnConflict.JOIN, Map.of());
    Call second = ask("second", Scope.PENDING_OR_RUNNING, OnConflict.JOIN, Map.of());

    fixture.cancel(first);

    assertThat(fixture.used("jobs")).isEqualTo(1);
    fixture.release(leaseOf(second));
    assertThat(fixture.used("jobs")).isZero();
  }

  @Test
  void waitOfJoinersGoesOnWhenTheFirstGivesUp() {
    LeaseId running = fixture.lease("jobs");
    Call first = ask("first", Scope.PENDING, OnConflict.JOIN, Map.of());
    Call second = ask("second", Scope.PENDING, OnConflict.JOIN, Map.of());

    fixture.cancel(first);
    fixture.release(running);

    assertThat(second.isGranted()).isTrue();
  }

  @Test
  void differingArgumentsAreReported() {
    fixture.lease("jobs");
    ask("first", Scope.PENDING, OnConflict.REUSE, Map.of("amount", "1", "gone", "x"));

    Decision.Denied second =
        ask("second", Scope.PENDING, OnConflict.REUSE, Map.of("amount", "2", "new", "y")).denial();

    assertThat(existing(second).differences())
        .containsExactly(
            new Difference("demands[0].attributes[amount]", "1", "2"),
            new Difference("demands[0].attributes[gone]", "x", null),
            new Difference("demands[0].attributes[new]", null, "y"));
    Call joiner = ask("third", Scope.PENDING, OnConflict.JOIN, Map.of("amount", "2"));
    assertThat(joiner.denial().reason()).isEqualTo(DenialReason.DUPLICATE);
  }

  @Test
  void estimateIsNotJoinedToWorkThatIsNone() {
    fixture.lease("jobs");
    ask("first", Scope.PENDING, OnConflict.JOIN, Map.of());

    Dedup dedup = new Dedup("work", Scope.PENDING, 0, OnConflict.JOIN);
    Acquire.Builder estimate =
        Acquire.builder(Demand.of("jobs").asEstimate())
            .dedup(dedup)
            .maxWaitNanos(Duration.ofSeconds(25).toNanos());

    assertThat(existing(fixture.call(estimate.build()).denial()).differences())
        .containsExactly(new Difference("demands[0].estimate", "false", "true"));
  }

  @Test
  void rejectMakesDifferingArgumentsAnError() {
    fixture.lease("jobs");
    ask("first", Scope.PENDING, OnConflict.REUSE, Map.of("amount", "1"));

    Call same = ask("same", Scope.PENDING, OnConflict.REJECT, Map.of("amount", "1"));
    assertThat(same.denial().reason()).isEqualTo(DenialReason.DUPLICATE);
    Call other = ask("other", Scope.PENDING, OnConflict.REJECT, Map.of("amount", "2"));
    Decision.Conflict conflict = (Decision.Conflict) other.decision();
    assertThat(conflict.requestId()).isEqualTo("first");
    assertThat(Objects.requireNonNull(conflict.existing()).differences()).hasSize(1);
  }

  @Test
  void replacingTakesThePlaceInTheQueue() {
    LeaseId running = fixture.lease("jobs");
    Call old = ask("old", Scope.PENDING, OnConflict.REUSE, Map.of("version", "1"));
    Call between = fixture.waiter("jobs", Duration.ofSeconds(20));

    Call newer = ask("newer", Scope.PENDING, OnConflict.REPLACE_WAITER, Map.of("version", "2"));

    assertThat(old.denial().reason()).isEqualTo(DenialReason.DUPLICATE);
    assertThat(existing(old.denial()).requestId()).isEqualTo("newer");
    assertThat(newer.isAnswered()).isFalse();
    fixture.release(running);
    assertThat(newer.isGranted()).isTrue();
    assertThat(between.isAnswered()).isFalse();
  }

  @Test
  void deadlineOfTheHeirCountsFromItsOwnAsk() {
    fixture.lease("jobs");
    Dedup dedup = new Dedup("work", Scope.PENDING, 0, OnConflict.REPLACE_WAITER);
    Acquire.Builder acquire =
        Acquire.builder(Demand.of("jobs"))
            .dedup(dedup)
            .maxWaitNanos(Duration.ofMinutes(5).toNanos());
    fixture.call(acquire.build());
    fixture.pass(Duration.ofSeconds(20));

    Call heir = fixture.call(acquire.workDeadlineNanos(Duration.ofSeconds(9).toNanos()).build());
    fixture.pass(Duration.ofMillis(1));

    assertThat(heir.isAnswered()).isFalse();
  }

  @Test
  void heirThatMayNotWaitSendsNobodyAway() {
    EngineFixture two =
        EngineFixture.of(
            new EngineSettings(false, 10, 1), Limit.of("jobs", "jobs", concurrency(1)));
    LeaseId running = two.lease("jobs");
    Acquire.Builder acquire = Acquire.builder(Demand.of("jobs")).maxWaitNanos(MINUTE);
    two.call(acquire.clientId("b").build());
    acquire.dedup(new Dedup("work", Scope.PENDING, 0, OnConflict.REPLACE_WAITER));
    Call first = two.call(acquire.clientId("a").build());

    Call heir = two.call(acquire.clientId("b").build());
    assertThat(heir.denial().reason()).isEqualTo(DenialReason.QUEUE_FULL);
    assertThat(first.isAnswered()).isFalse();

    Call own = two.call(acquire.clientId("a").build());
    assertThat(own.isAnswered()).as("it takes the place of one of its own client").isFalse();
    assertThat(first.denial().reason()).isEqualTo(DenialReason.DUPLICATE);
    two.release(running);
  }

  @Test
  void eachIsToldHowLongItWaitedItself() {
    for (OnConflict onConflict : List.of(OnConflict.REPLACE_WAITER, OnConflict.JOIN)) {
      LeaseId running = fixture.lease("jobs");
      Call first = ask("first", Scope.PENDING, onConflict, Map.of());
      fixture.pass(Duration.ofSeconds(9));
      Call second = ask("second", Scope.PENDING, onConflict, Map.of());
      fixture.pass(Duration.ofSeconds(2));
      fixture.release(running);

      // Its holder counts the time to live from when it asked and waited.
      assertThat(second.grant().waitedNanos()).isEqualTo(2_000_000_000L);
      if (onConflict == OnConflict.JOIN) {
        assertThat(first.grant().waitedNanos()).isEqualTo(11_000_000_000L);
      }
      fixture.release(second.grant().leaseId());
    }
  }

  @Test
  void heirIsNotRefusedForComingTooLate() {
    fixture.passNanos(MINUTE);
    LeaseId slow = fixture.lease("jobs");
    fixture.passNanos(20_000_000_000L);
    fixture.release(slow); // leases are held for 20 s here
    LeaseId running = fixture.lease("jobs");
    Acquire.Builder acquire = Acquire.builder(Demand.of("jobs")).maxWaitNanos(MINUTE);
    acquire.dedup(new Dedup("work", Scope.PENDING, 0, OnConflict.REPLACE_WAITER));
    fixture.call(acquire.build());
    Call heir = fixture.call(acquire.workDeadlineNanos(21_000_000_000L).build());
    assertThat(heir.isAnswered()).isFalse();
    fixture.release(running);
    assertThat(heir.isGranted()).isTrue();
  }

  @Test
  void whatRunsIsNotReplaced() {
    ask("first", Scope.PENDING_OR_RUNNING, OnConflict.REUSE, Map.of()).grant();

    Call second = ask("second", Scope.PENDING_OR_RUNNING, OnConflict.REPLACE_WAITER, Map.of());

    assertThat(second.denial().reason()).isEqualTo(DenialReason.DUPLICATE);
    assertThat(existing(second.denial()).state()).isEqualTo(LeaseState.GRANTED);
  }

  @Test
  void retryOfTheFirstIsNoCollision() {
    Call first = ask("first", Scope.PENDING_OR_RUNNING, OnConflict.REJECT, Map.of());
    Call again = ask("first", Scope.PENDING_OR_RUNNING, OnConflict.REJECT, Map.of());

    assertThat(again.grant().replayed()).isTrue();
    assertThat(again.grant().leaseId()).isEqualTo(first.grant().leaseId());
  }

  @Test
  void sameKeyOnAnotherResourceIsOtherWork() {
    EngineFixture two =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(1)), Limit.of("other", "other", concurrency(1)));
    Dedup dedup = new Dedup("work", Scope.PENDING_OR_RUNNING, 0, OnConflict.REUSE);
    assertThat(two.ask(Acquire.builder(Demand.of("jobs")).dedup(dedup).build()))
        .isInstanceOf(Decision.Granted.class);
    assertThat(two.ask(Acquire.builder(Demand.of("other")).dedup(dedup).build()))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void nameThatWasTakenBackIsFreeAlsoForItsNextHolder() {
    Call first = ask("first", Scope.TTL, OnConflict.REUSE, Map.of());
    fixture.pass(Duration.ofSeconds(30));
    fixture.cancel(first);
    Call second = ask("second", Scope.TTL, OnConflict.REUSE, Map.of());
    fixture.pass(Duration.ofSeconds(31)); // the time to live of the first name is over

    Call third = ask("third", Scope.TTL, OnConflict.REUSE, Map.of());

    assertThat(second.isGranted()).isTrue();
    assertThat(existing(third.denial()).requestId()).isEqualTo("second");
  }

  @Test
  void grantWithoutLeaseThatWasTakenBackFreesItsName() {
    EngineFixture rated = EngineFixture.of(Limit.of("r", "r", rate(5, Duration.ofSeconds(1), 5)));
    Acquire acquire =
        Acquire.builder(Demand.of("r"))
            .requestId("first")
            .dedup(new Dedup("work", Scope.TTL, MINUTE, OnConflict.REUSE))
            .build();
    rated.cancel(rated.call(acquire));

    assertThat(rated.call(acquire).grant().replayed()).isFalse();
  }

  @Test
  void retryThatTheStoreHasForgottenIsADuplicate() {
    EngineFixture rated = EngineFixture.of(Limit.of("r", "r", rate(5, Duration.ofSeconds(1), 5)));
    Dedup dedup = new Dedup("work", Scope.TTL, Duration.ofHours(24).toNanos(), OnConflict.REUSE);
    Acquire acquire = Acquire.builder(Demand.of("r")).requestId("first").dedup(dedup).build();
    rated.call(acquire);
    rated.pass(Duration.ofHours(23));
    rated.call(Acquire.builder(Demand.of("r")).requestId("later").build());

    Call again = rated.call(acquire);

    assertThat(again.denial().reason()).isEqualTo(DenialReason.DUPLICATE);
    assertThat(existing(again.denial()).requestId()).isEqualTo("first");
    assertThat(rated.available("r")).isEqualTo(4);
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void nothingIsLeftWhenAllIsOver(Scope scope) {
    EngineFixture rated =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(2)),
            Limit.of("calls", "calls", rate(5, Duration.ofSeconds(1), 5)));
    SplittableRandom random = new SplittableRandom(7);
    Set<Call> calls = new LinkedHashSet<>();
    for (int i = 0; i < 5_000; i++) {
      String resource = random.nextBoolean() ? "jobs" : "calls";
      OnConflict onConflict = OnConflict.values()[random.nextInt(4)];
      Dedup dedup =
          new Dedup(
              "work-" + random.nextInt(5), scope, scope == Scope.TTL ? MINUTE : 0, onConflict);
      Acquire.Builder acquire =
          Acquire.builder(Demand.of(resource))
              .dedup(dedup)
              .maxWaitNanos(random.nextInt(3) * 1_000_000_000L);
      if (random.nextBoolean()) {
        acquire.requestId("request-" + random.nextInt(200));
      }
      calls.add(rated.call(acquire.build()));
      if (random.nextInt(4) == 0) {
        calls.stream()
            .filter(Call::isGranted)
            .filter(call -> call.grant().leaseId() != null)
            .limit(2)
            .forEach(call -> rated.release(leaseOf(call), Outcome.SUCCESS));
      }
      if (random.nextInt(8) == 0) {
        calls.stream().skip(random.nextInt(calls.size())).limit(1).forEach(rated::cancel);
        calls.removeIf(call -> random.nextInt(4) == 0);
      }
      rated.passNanos(random.nextLong(200_000_000L));
      rated.check();
    }
    rated.pass(Duration.ofMinutes(10));
    assertThat(rated.engine().knownWork()).isZero();
    assertThat(rated.waiting()).isZero();
    assertThat(rated.used("jobs")).isZero();
  }

  @Test
  void onlyOneOfManyIsFirstAlsoWhenTheStoreAnswersLater() {
    MemoryStore memory = new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0);
    LateStore late = new LateStore(memory);
    EngineFixture slow = EngineFixture.over(late, Limit.of("jobs", "jobs", concurrency(5)));
    Dedup dedup = new Dedup("work", Scope.PENDING_OR_RUNNING, 0, OnConflict.REUSE);
    List<Call> calls =
        List.of(
            slow.call(Acquire.builder(Demand.of("jobs")).requestId("a").dedup(dedup).build()),
            slow.call(Acquire.builder(Demand.of("jobs")).requestId("b").dedup(dedup).build()),
            slow.call(Acquire.builder(Demand.of("jobs")).requestId("c").dedup(dedup).build()));

    late.arriveAll();

    assertThat(calls.get(0).isGranted()).isTrue();
    assertThat(calls.subList(1, 3))
        .allSatisfy(
            call -> {
              assertThat(call.denial().reason()).isEqualTo(DenialReason.DUPLICATE);
              assertThat(existing(call.denial()).requestId()).isEqualTo("a");
            });
    assertThat(Map.ofEntries(entry("used", slow.used("jobs")))).containsEntry("used", 1L);
  }

  @Test
  void whoAskedMeanwhileIsAnsweredWhenTheFirstHasToWait() {
    MemoryStore memory = new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0);
    LateStore late = new LateStore(memory);
    EngineFixture slow = EngineFixture.over(late, Limit.of("jobs", "jobs", concurrency(1)));
    slow.call(Acquire.of(Demand.of("jobs")));
    late.arriveAll();
    Dedup dedup = new Dedup("work", Scope.PENDING, 0, OnConflict.REUSE);
    Acquire.Builder work =
        Acquire.builder(Demand.of("jobs"))
            .dedup(dedup)
            .maxWaitNanos(Duration.ofMinutes(1).toNanos());
    slow.call(work.requestId("first").build());
    Call second = slow.call(work.requestId("second").build());

    late.arriveAll();

    assertThat(existing(second.denial()).requestId()).isEqualTo("first");
    assertThat(existing(second.denial()).state()).isEqualTo(LeaseState.QUEUED);
  }

  private Call ask(
      String requestId, Scope scope, OnConflict onConflict, Map<String, String> arguments) {
    Dedup dedup = new Dedup("work", scope, scope == Scope.TTL ? MINUTE : 0, onConflict);
    return fixture.call(
        Acquire.builder(Demand.of("jobs").withAttributes(arguments))
            .requestId(requestId)
            .dedup(dedup)
            .maxWaitNanos(Duration.ofSeconds(25).toNanos())
            .build());
  }

  private static LeaseId leaseOf(Call call) {
    return Objects.requireNonNull(call.grant().leaseId());
  }

  private static Decision.Existing existing(Decision.Denied denied) {
    return Objects.requireNonNull(denied.existing());
  }
}
