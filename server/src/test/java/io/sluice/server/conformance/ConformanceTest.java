package io.sluice.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.Dedup;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.DeviceAsk;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.LeaseState;
import io.sluice.proto.v1.LimitState;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.RenewStatus;
import io.sluice.proto.v1.Report;
import io.sluice.proto.v1.ReportRequest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What AdmissionService answers is the same in each of its forms, also if the server was started
 * anew in the middle. Each test has buckets of its own.
 */
@Timeout(120)
class ConformanceTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static ServerUnderTest server;

  private final String key = "t" + TESTS.incrementAndGet();
  private boolean restarted;
  private Caller caller;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    server = new ServerUnderTest(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void leave() {
    server.leave(caller);
  }

  static Stream<Arguments> forms() {
    return Arrays.stream(Form.values())
        .flatMap(form -> Stream.of(Arguments.of(form, false), Arguments.of(form, true)));
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void rateIsGrantedWithoutALeaseUntilItIsSpent(Form form, boolean restart) throws Exception {
    begin(form, restart);
    for (int left = 9; left >= 5; left--) {
      Grant grant = granted(ask("rate/a"));
      assertThat(grant.getLeaseId()).isEmpty();
      assertThat(grant.getLimited()).isTrue();
      assertThat(grant.getStatesList())
          .containsExactly(
              LimitState.newBuilder()
                  .setLimit("rate")
                  .setRemaining(left)
                  .setLimitValue(10)
                  .build());
    }
    assertThat(granted(ask("rate/a", 4)).getStates(0).getRemaining()).isEqualTo(1);
    middle();
    Denial denial = denied(ask("rate/a", 2));

    assertThat(denial.getReason()).isEqualTo(DenialReason.DENIAL_REASON_RATE);
    assertThat(denial.getLimit()).isEqualTo("rate");
    assertThat(denial.getResource()).isEqualTo("rate/a");
    assertThat(denial.getRetryAfter().getSeconds()).isEqualTo(60);
    assertThat(denial.getBlockers(0).getReason()).isEqualTo(DenialReason.DENIAL_REASON_RATE);
    assertThat(denial.getMessage()).isNotEmpty();
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void leaseIsHeldRenewedAndGivenBackOnce(Form form, boolean restart) throws Exception {
    begin(form, restart);
    Grant grant = granted(ask("jobs/a").setTtl(seconds(20)));
    assertThat(grant.getLeaseId()).matches("[0-9a-f]{32}");
    assertThat(grant.getFencingToken()).isPositive();
    assertThat(grant.getTtl().getSeconds()).isEqualTo(20);
    assertThat(grant.getRenewAfter().getSeconds()).isEqualTo(6);
    middle();

    RenewResult renewed = renew(grant.getLeaseId());
    assertThat(renewed.getLeaseId()).isEqualTo(grant.getLeaseId());
    assertThat(renewed.getStatus()).isEqualTo(RenewStatus.RENEW_STATUS_RENEWED);
    assertThat(renewed.getTtl().getSeconds()).isEqualTo(20);
    assertThat(renewed.getFencingToken()).isEqualTo(grant.getFencingToken());
    Grant second = granted(ask("jobs/a"));
    assertThat(second.getFencingToken()).isGreaterThan(grant.getFencingToken());
    assertThat(second.getStates(0).getRemaining()).isZero();
    assertThat(denied(ask("jobs/a")).getReason()).isEqualTo(DenialReason.DENIAL_REASON_CONCURRENCY);

    assertThat(release(grant.getLeaseId())).isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    assertThat(release(grant.getLeaseId()))
        .isEqualTo(ReleaseStatus.RELEASE_STATUS_ALREADY_RELEASED);
    assertThat(release("0".repeat(32))).isEqualTo(ReleaseStatus.RELEASE_STATUS_UNKNOWN);
    assertThat(renew(grant.getLeaseId()).getStatus()).isEqualTo(RenewStatus.RENEW_STATUS_LOST);
    assertThat(renew("0".repeat(32)).getStatus()).isEqualTo(RenewStatus.RENEW_STATUS_UNKNOWN);
    assertThat(release(second.getLeaseId())).isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void requestIdLeadsToOneGrant(Form form, boolean restart) throws Exception {
    begin(form, restart);
    AcquireRequest.Builder ask = ask("jobs/a").setRequestId(key + "-id");
    Grant first = granted(ask);
    middle();
    Grant again = granted(ask);
    assertThat(again.getLeaseId()).isEqualTo(first.getLeaseId());
    assertThat(again.getFencingToken()).isEqualTo(first.getFencingToken());
    assertThat(again.getReplayed()).isTrue();
    assertThat(first.getReplayed()).isFalse();

    Status other = refused(() -> acquire(ask("jobs/b").setRequestId(key + "-id")));
    assertThat(other.getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(other.getDescription()).contains(key + "-id");
    release(first.getLeaseId());
    Denial ended = denied(ask);
    assertThat(ended.getReason()).isEqualTo(DenialReason.DENIAL_REASON_DUPLICATE);
    assertThat(ended.getExisting().getLeaseId()).isEqualTo(first.getLeaseId());
    assertThat(ended.getExisting().getState()).isEqualTo(LeaseState.LEASE_STATE_RELEASED);
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void waitEndsWithTheReleaseOrWithItsTime(Form form, boolean restart) throws Exception {
    begin(form, restart);
    Grant held = granted(ask("one/a"));
    middle();
    CompletableFuture<AcquireResponse> waiting = acquire(ask("one/a").setMaxWait(seconds(60)));
    Denial timedOut = denied(ask("one/a").setMaxWait(Duration.newBuilder().setNanos(50_000_000)));
    assertThat(timedOut.getReason()).isEqualTo(DenialReason.DENIAL_REASON_WAIT_TIMEOUT);
    assertThat(timedOut.getLimit()).isEqualTo("one");
    assertThat(waiting).isNotDone();

    release(held.getLeaseId());
    Grant next = waiting.get(30, TimeUnit.SECONDS).getGrant();
    assertThat(next.getWaited()).isNotEqualTo(Duration.getDefaultInstance());
    assertThat(next.getFencingToken()).isGreaterThan(held.getFencingToken());
    release(next.getLeaseId());
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void waiterThatGivesUpLeavesTheQueue(Form form, boolean restart) throws Exception {
    begin(form, restart);
    Grant held = granted(ask("one/a"));
    middle();
    CompletableFuture<AcquireResponse> first = acquire(ask("one/a").setMaxWait(seconds(60)));
    CompletableFuture<AcquireResponse> second =
        acquire(ask("one/a").setMaxWait(seconds(60)).putLabels("which", "second"));
    first.cancel(true);
    release(held.getLeaseId());

    Grant next = second.get(30, TimeUnit.SECONDS).getGrant();
    release(next.getLeaseId());
    Grant free = granted(ask("one/a"));
    release(free.getLeaseId());
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void lowerPriorityNumberGoesFirst(Form form, boolean restart) throws Exception {
    begin(form, restart);
    Grant held = granted(ask("one/a"));
    middle();
    CompletableFuture<AcquireResponse> late =
        acquire(ask("one/a").setMaxWait(seconds(60)).setPriority(7));
    CompletableFuture<AcquireResponse> soon =
        acquire(ask("one/a").setMaxWait(seconds(60)).setPriority(2));
    settle(); // both are in the queue
    release(held.getLeaseId());

    Grant first = soon.get(30, TimeUnit.SECONDS).getGrant();
    assertThat(late).isNotDone();
    release(first.getLeaseId());
    release(late.get(30, TimeUnit.SECONDS).getGrant().getLeaseId());
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void severalDemandsAreAllOrNothing(Form form, boolean restart) throws Exception {
    begin(form, restart);
    Grant held = granted(ask("one/a"));
    middle();
    AcquireRequest.Builder both = ask("rate/a", 3).addDemands(demand("one/a", 1));
    Denial denial = denied(both);
    assertThat(denial.getLimit()).isEqualTo("one");
    release(held.getLeaseId());

    Grant grant = granted(both);
    assertThat(grant.getStatesList())
        .extracting(LimitState::getLimit)
        .containsExactlyInAnyOrder("rate", "one");
    assertThat(granted(ask("rate/a", 0)).getStates(0).getRemaining())
        .as("refused together, nothing was spent")
        .isEqualTo(7);
    assertThat(release(grant.getLeaseId(), Outcome.OUTCOME_UNUSED))
        .isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    assertThat(granted(ask("rate/a", 0)).getStates(0).getRemaining()).isEqualTo(10);
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void estimateIsSettled(Form form, boolean restart) throws Exception {
    begin(form, restart);
    AcquireRequest.Builder guess =
        AcquireRequest.newBuilder().addDemands(demand("rate/a", 8).setEstimate(true));
    Grant grant = granted(guess);
    middle();
    Release told = Release.newBuilder().setLeaseId(grant.getLeaseId()).setActualPermits(3).build();
    assertThat(release(told)).isEqualTo(ReleaseStatus.RELEASE_STATUS_RELEASED);
    assertThat(granted(ask("rate/a", 0)).getStates(0).getRemaining()).isEqualTo(7);

    Grant plain = granted(ask("jobs/a"));
    Release wrong = Release.newBuilder().setLeaseId(plain.getLeaseId()).setActualPermits(3).build();
    Status status =
        refused(() -> caller.release(ReleaseRequest.newBuilder().addReleases(wrong).build()));
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    release(plain.getLeaseId());
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void devicesAreNamed(Form form, boolean restart) throws Exception {
    begin(form, restart);
    AcquireRequest.Builder half =
        AcquireRequest.newBuilder()
            .addDemands(
                Demand.newBuilder()
                    .setResource("gpu")
                    .setDevices(DeviceAsk.newBuilder().setMemoryMib(20_000)));
    Grant first = granted(half);
    middle();
    Grant second = granted(half);
    assertThat(first.getAllotments(0).getMemoryMib()).isEqualTo(20_000);
    assertThat(first.getAllotments(0).getDeviceUuid())
        .isNotEqualTo(second.getAllotments(0).getDeviceUuid());
    assertThat(first.getEnvironmentMap()).containsKey("CUDA_VISIBLE_DEVICES");
    assertThat(denied(half).getReason()).isEqualTo(DenialReason.DENIAL_REASON_DEVICES);
    release(first.getLeaseId());
    release(second.getLeaseId());
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void sameWorkIsToldWhatThereIs(Form form, boolean restart) throws Exception {
    begin(form, restart);
    AcquireRequest.Builder work =
        ask("jobs/a")
            .setDedup(
                Dedup.newBuilder()
                    .setKey(key)
                    .setScope(io.sluice.proto.v1.DedupScope.DEDUP_SCOPE_PENDING_OR_RUNNING));
    Grant running = granted(work);
    middle();
    Denial second = denied(work);
    assertThat(second.getReason()).isEqualTo(DenialReason.DENIAL_REASON_DUPLICATE);
    assertThat(second.getExisting().getLeaseId()).isEqualTo(running.getLeaseId());
    release(running.getLeaseId());
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void whatCannotBeIsSaidAtOnce(Form form, boolean restart) throws Exception {
    begin(form, restart);
    middle();
    Denial tooMuch = denied(ask("rate/a", 11).setMaxWait(seconds(60)));
    assertThat(tooMuch.getReason()).isEqualTo(DenialReason.DENIAL_REASON_EXCEEDS_LIMIT);
    assertThat(tooMuch.hasRetryAfter()).isFalse();
    Grant free = granted(ask("nobody/limits/this"));
    assertThat(free.getLimited()).isFalse();
    assertThat(free.getLeaseId()).isEmpty();
    assertThat(granted(ask("rate/a").setWantLease(true)).getLeaseId()).isNotEmpty();
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void misuseNamesTheField(Form form, boolean restart) throws Exception {
    begin(form, restart);
    middle();
    assertThat(field(() -> acquire(ask("rate/a", -1)))).isEqualTo("permits");
    assertThat(field(() -> acquire(AcquireRequest.newBuilder()))).isEqualTo("demands");
    assertThat(field(() -> acquire(ask("rate/a").setPriority(10)))).isEqualTo("priority");
    assertThat(field(() -> acquire(ask("rate/a").setTtl(seconds(90_000))))).isEqualTo("ttl");
    assertThat(field(() -> acquire(ask("jobs/a").setParentLeaseId("x"))))
        .isEqualTo("parent_lease_id");
    assertThat(field(() -> acquire(ask("jobs/a").setParentLeaseId("0".repeat(32)))))
        .isEqualTo("parent_lease_id");
    assertThat(
            field(
                () ->
                    caller.release(
                        ReleaseRequest.newBuilder()
                            .addReleases(Release.newBuilder().setLeaseId("x"))
                            .build())))
        .isEqualTo("lease_id");
    assertThat(
            field(
                () ->
                    caller.renew(
                        RenewRequest.newBuilder()
                            .addLeaseIds("0".repeat(32))
                            .setTtl(Duration.newBuilder().setNanos(1))
                            .build())))
        .isEqualTo("ttl");
    assertThat(
            field(
                () ->
                    caller.report(
                        ReportRequest.newBuilder()
                            .addReports(
                                Report.newBuilder()
                                    .setResource("rate/a")
                                    .setOutcome(Outcome.OUTCOME_UNUSED))
                            .build())))
        .isEqualTo("outcome");
    assertThat(granted(ask("rate/a", 0)).getStates(0).getRemaining())
        .as("misuse changes nothing")
        .isEqualTo(10);
  }

  @ParameterizedTest(name = "{0} restarted={1}")
  @MethodSource("forms")
  void reportIsCounted(Form form, boolean restart) throws Exception {
    begin(form, restart);
    middle();
    caller
        .report(
            ReportRequest.newBuilder()
                .addReports(
                    Report.newBuilder()
                        .setResource("rate/a")
                        .setOutcome(Outcome.OUTCOME_SUCCESS)
                        .setLatency(seconds(1)))
                .build())
        .get(30, TimeUnit.SECONDS);
  }

  private void begin(Form form, boolean restart) {
    restarted = restart;
    caller = server.caller(form, "client-" + key);
  }

  /** Here the server is started anew, in every second run. */
  private void middle() throws Exception {
    if (restarted) {
      server.restart();
    }
  }

  /** Comes back when everything that was sent before has been done. */
  private void settle() throws Exception {
    var unused = granted(ask("rate/a", 0));
  }

  private AcquireRequest.Builder ask(String resource) {
    return ask(resource, 1);
  }

  private AcquireRequest.Builder ask(String resource, long permits) {
    return AcquireRequest.newBuilder().addDemands(demand(resource, permits));
  }

  private Demand.Builder demand(String resource, long permits) {
    Demand.Builder demand = Demand.newBuilder().setResource(resource).putAttributes("t", key);
    return permits == 1 ? demand : demand.setPermits(permits);
  }

  private CompletableFuture<AcquireResponse> acquire(AcquireRequest.Builder request) {
    return caller.acquire(request.build());
  }

  private Grant granted(AcquireRequest.Builder request) throws Exception {
    AcquireResponse answer = acquire(request).get(30, TimeUnit.SECONDS);
    assertThat(answer.hasGrant()).as("%s", answer).isTrue();
    return answer.getGrant();
  }

  private Denial denied(AcquireRequest.Builder request) throws Exception {
    AcquireResponse answer = acquire(request).get(30, TimeUnit.SECONDS);
    assertThat(answer.hasDenial()).as("%s", answer).isTrue();
    return answer.getDenial();
  }

  private ReleaseStatus release(String leaseId) throws Exception {
    return release(leaseId, Outcome.OUTCOME_SUCCESS);
  }

  private ReleaseStatus release(String leaseId, Outcome outcome) throws Exception {
    return release(Release.newBuilder().setLeaseId(leaseId).setOutcome(outcome).build());
  }

  private ReleaseStatus release(Release release) throws Exception {
    return caller
        .release(ReleaseRequest.newBuilder().addReleases(release).build())
        .get(30, TimeUnit.SECONDS)
        .get(0);
  }

  private RenewResult renew(String leaseId) throws Exception {
    List<RenewResult> results =
        caller
            .renew(RenewRequest.newBuilder().addLeaseIds(leaseId).build())
            .get(30, TimeUnit.SECONDS);
    assertThat(results).hasSize(1);
    return results.get(0);
  }

  private interface Asking {
    CompletableFuture<?> ask();
  }

  private static Status refused(Asking asking) throws Exception {
    return Status.fromThrowable(failure(asking));
  }

  private static String field(Asking asking) throws Exception {
    Throwable failure = failure(asking);
    assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    Any details = status.getDetails(0);
    String field = details.unpack(BadRequest.class).getFieldViolations(0).getField();
    return field.substring(field.lastIndexOf('.') + 1).replace(" nanoseconds", "");
  }

  private static Throwable failure(Asking asking) throws Exception {
    try {
      Object answer = asking.ask().get(30, TimeUnit.SECONDS);
      throw new AssertionError("was answered: " + answer);
    } catch (ExecutionException failed) {
      return failed.getCause();
    }
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
