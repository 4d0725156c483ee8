package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who is told at once that its time is too short, and who may wait all the same. */
class DeadlineTest {
  @Test
  void interactiveQueueRefusesAtOnceWhoWouldWaitTooLong() {
    EngineFixture engine = busy(QueueMode.INTERACTIVE);
    Call call = engine.call(ask(900, 0, 0));
    assertThat(call.denial().reason()).isEqualTo(DenialReason.DEADLINE_TOO_SHORT);
    assertThat(call.denial().blockers()).isNotEmpty();
    assertThat(engine.waiting()).isZero();
    assertThat(engine.call(ask(1_100, 0, 0)).isAnswered()).isFalse();
    assertThat(engine.call(ask(1_900, 0, 0)).denial().reason())
        .as("behind another")
        .isEqualTo(DenialReason.DEADLINE_TOO_SHORT);
  }

  @Test
  void batchQueueKeepsItsWordToWait() {
    EngineFixture engine = busy(QueueMode.BATCH);
    Call call = engine.call(ask(900, 0, 0));
    assertThat(call.isAnswered()).isFalse();
    engine.pass(Duration.ofMillis(902));
    assertThat(call.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
  }

  @Test
  void interactiveQueueForTokensRefusesAtOnceToo() {
    Limit limit = limit(rate(1, Duration.ofSeconds(1), 1), QueueMode.INTERACTIVE);
    EngineFixture engine = EngineFixture.of(limit);
    engine.ask("jobs");
    assertThat(engine.call(ask(900, 0, 0)).denial().reason())
        .isEqualTo(DenialReason.DEADLINE_TOO_SHORT);
    assertThat(engine.call(ask(1_000, 0, 0)).isAnswered()).isFalse();
  }

  @Test
  void workThatCannotBeDoneInTimeIsRefusedAtOnceInEitherMode() {
    for (QueueMode mode : QueueMode.values()) {
      EngineFixture engine = busy(mode);
      Call call = engine.call(ask(5_000, 2_000, 2_900));
      assertThat(call.denial().reason()).isEqualTo(DenialReason.DEADLINE_TOO_SHORT);
      assertThat(engine.call(ask(5_000, 2_000, 3_100)).isAnswered()).isFalse();
    }
  }

  @Test
  void workWithoutHoldOfItsOwnIsTakenToHoldAsLongAsOthersDid() {
    EngineFixture engine = busy(QueueMode.BATCH);
    assertThat(engine.call(ask(5_000, 0, 1_900)).denial().reason())
        .isEqualTo(DenialReason.DEADLINE_TOO_SHORT);
    assertThat(engine.call(ask(5_000, 0, 2_100)).isAnswered()).isFalse();
  }

  @Test
  void waitEndsWhenTheWorkCanNoLongerBeDoneInTime() {
    EngineFixture engine = busy(QueueMode.BATCH);
    Call call = engine.call(ask(5_000, 2_000, 3_500));
    engine.pass(Duration.ofMillis(1_499));
    assertThat(call.isAnswered()).isFalse();
    engine.pass(Duration.ofMillis(3));
    assertThat(call.denial().reason()).isEqualTo(DenialReason.DEADLINE_TOO_SHORT);
    assertThat(engine.waiting()).isZero();
  }

  /** A limit of one slot that is taken, where holding it for a second is usual. */
  private static EngineFixture busy(QueueMode mode) {
    EngineFixture engine = EngineFixture.of(limit(concurrency(1), mode));
    LeaseId first = engine.lease("jobs");
    engine.pass(Duration.ofSeconds(1));
    engine.release(first);
    engine.lease("jobs");
    return engine;
  }

  private static Limit limit(Policy policy, QueueMode mode) {
    return Limit.of("jobs", "jobs", policy).withQueue(QueueRules.DEFAULT.withMode(mode));
  }

  private static Acquire ask(long maxWaitMillis, long holdMillis, long deadlineMillis) {
    return Acquire.builder(Demand.of("jobs"))
        .maxWaitNanos(Duration.ofMillis(maxWaitMillis).toNanos())
        .expectedHoldNanos(Duration.ofMillis(holdMillis).toNanos())
        .workDeadlineNanos(Duration.ofMillis(deadlineMillis).toNanos())
        .build();
  }
}
