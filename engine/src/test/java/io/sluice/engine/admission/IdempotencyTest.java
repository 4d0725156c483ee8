package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.ReleaseStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));

  @Test
  void cancelledFirstCallLeavesTheGrantThatWasReplayedToItsRetry() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(1)));
    Acquire request = Acquire.builder(Demand.of("jobs")).requestId("r").clientId("c").build();
    Call lost = engine.call(request);
    Call retry = engine.call(request);
    assertThat(retry.grant().replayed()).isTrue();
    engine.cancel(lost);
    assertThat(engine.used("jobs")).isEqualTo(1);
    assertThat(engine.release(retry.grant().leaseId())).isEqualTo(ReleaseStatus.RELEASED);
    engine.check();
  }

  @Test
  void retryAfterGrantIsReplayed() {
    Decision.Granted first = engine.granted(engine.ask(request(1, 0)));
    engine.pass(Duration.ofSeconds(10));
    Decision.Granted again = engine.granted(engine.ask(request(1, 0)));
    assertThat(first.replayed()).isFalse();
    assertThat(again.replayed()).isTrue();
    assertThat(again.leaseId()).isEqualTo(first.leaseId());
    assertThat(again.fencingToken()).isEqualTo(first.fencingToken());
    assertThat(again.ttlNanos()).as("what is left").isEqualTo(Duration.ofSeconds(20).toNanos());
    assertThat(engine.used("jobs")).isEqualTo(1);
    engine.check();
  }

  @Test
  void retryIsReplayedAlsoWhenItCouldNotBeGrantedAnyMore() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(2)));
    Acquire pair = Acquire.builder(Demand.of("jobs", 2)).requestId("r").build();
    Acquire three = Acquire.builder(Demand.of("jobs", 3)).requestId("r").build();
    Acquire other = Acquire.builder(Demand.of("jobs")).requestId("other").build();
    Decision.Granted first = engine.granted(engine.ask(pair));
    engine.replacePolicy("jobs", concurrency(1));
    assertThat(engine.granted(engine.ask(pair)).leaseId()).isEqualTo(first.leaseId());
    assertThat(engine.ask(three)).isInstanceOf(Decision.Conflict.class);
    engine.engine().drain(engine.now());
    assertThat(engine.granted(engine.ask(pair)).replayed()).isTrue();
    engine.release(first.leaseId());
    assertThat(engine.denied(engine.ask(pair)).reason()).isEqualTo(DenialReason.DUPLICATE);
    assertThat(engine.denied(engine.ask(other)).reason()).isEqualTo(DenialReason.DRAINING);
  }

  @Test
  void retryWhileQueuedJoins() {
    LeaseId holder = engine.lease("jobs");
    Call first = engine.call(request(1, LONG.toNanos()));
    Call again = engine.call(request(1, LONG.toNanos()));
    assertThat(engine.waiting()).isEqualTo(1);
    engine.release(holder);
    assertThat(first.grant().replayed()).isFalse();
    assertThat(again.grant().replayed()).isTrue();
    assertThat(again.grant().leaseId()).isEqualTo(first.grant().leaseId());
    assertThat(engine.used("jobs")).isEqualTo(1);
  }

  @Test
  void joinedCallsAreCancelledSeparately() {
    LeaseId holder = engine.lease("jobs");
    Call first = engine.call(request(1, LONG.toNanos()));
    Call again = engine.call(request(1, LONG.toNanos()));
    engine.cancel(first);
    assertThat(engine.waiting()).isEqualTo(1);
    engine.release(holder);
    assertThat(first.isAnswered()).isFalse();
    assertThat(again.isGranted()).isTrue();
    engine.cancel(again);
    assertThat(engine.used("jobs")).as("the last one gives back").isZero();
  }

  @Test
  void grantOfJoinedCallsIsGivenBackWithTheLast() {
    LeaseId holder = engine.lease("jobs");
    Call first = engine.call(request(1, LONG.toNanos()));
    Call again = engine.call(request(1, LONG.toNanos()));
    engine.release(holder);
    engine.cancel(first);
    engine.cancel(first);
    assertThat(engine.used("jobs")).isEqualTo(1);
    engine.cancel(again);
    assertThat(engine.used("jobs")).isZero();
  }

  @Test
  void joinedCallsTimeOutSeparately() {
    engine.lease("jobs");
    Call brief = engine.call(request(1, Duration.ofSeconds(1).toNanos()));
    Call patient = engine.call(request(1, Duration.ofSeconds(3).toNanos()));
    engine.pass(Duration.ofMillis(1_002));
    assertThat(brief.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(patient.isAnswered()).isFalse();
    engine.pass(Duration.ofSeconds(2));
    assertThat(patient.denial().reason()).isEqualTo(DenialReason.WAIT_TIMEOUT);
    assertThat(engine.waiting()).isZero();
  }

  @Test
  void retryAfterReleaseOrExpiryIsDuplicate() {
    LeaseId released = engine.granted(engine.ask(request(1, 0))).leaseId();
    engine.release(released);
    Decision.Denied denied = engine.denied(engine.ask(request(1, 0)));
    assertThat(denied.reason()).isEqualTo(DenialReason.DUPLICATE);
    assertThat(denied.existing())
        .isEqualTo(new Decision.Existing("request-1", released, LeaseState.RELEASED, List.of()));
    assertThat(denied.message()).contains("was granted before");
    engine.granted(engine.ask(request(2, 0)));
    engine.pass(Duration.ofSeconds(31));
    Decision.Denied late = engine.denied(engine.ask(request(2, LONG.toNanos())));
    assertThat(late.existing().state()).isEqualTo(LeaseState.EXPIRED);
    assertThat(engine.used("jobs")).isZero();
  }

  @Test
  void sameRequestWithAnotherBodyIsConflict() {
    engine.ask(request(1, 0));
    Acquire other = Acquire.builder(Demand.of("jobs")).requestId("request-1").priority(1).build();
    assertThat(engine.ask(other)).isEqualTo(new Decision.Conflict("request-1", null));
    Call waiting = engine.call(request(2, LONG.toNanos()));
    assertThat(
            engine.ask(
                Acquire.builder(Demand.of("jobs")).requestId("request-2").wantLease(true).build()))
        .isEqualTo(new Decision.Conflict("request-2", null));
    assertThat(waiting.isAnswered()).isFalse();
    assertThat(engine.waiting()).isEqualTo(1);
  }

  @Test
  void requestThatWasDeniedOrCancelledIsFree() {
    LeaseId holder = engine.lease("jobs");
    engine.denied(engine.ask(request(1, 0)));
    engine.cancel(engine.call(request(1, LONG.toNanos())));
    engine.release(holder);
    Call call = engine.call(request(1, 0));
    assertThat(call.grant().replayed()).isFalse();
    engine.cancel(call);
    assertThat(engine.granted(engine.ask(request(1, 0))).replayed()).isFalse();
    assertThat(engine.used("jobs")).isEqualTo(1);
  }

  private static Acquire request(int number, long maxWaitNanos) {
    return Acquire.builder(Demand.of("jobs"))
        .requestId("request-" + number)
        .maxWaitNanos(maxWaitNanos)
        .build();
  }
}
