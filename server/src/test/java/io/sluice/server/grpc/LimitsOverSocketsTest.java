package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.ConcurrencyPolicy;
import io.sluice.proto.v1.DeleteLimitRequest;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.DevicesPolicy;
import io.sluice.proto.v1.GetLimitRequest;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.LimitMode;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.Pause;
import io.sluice.proto.v1.PauseResourceRequest;
import io.sluice.proto.v1.PurgeRequest;
import io.sluice.proto.v1.PurgeResponse;
import io.sluice.proto.v1.PutLimitRequest;
import io.sluice.proto.v1.QueueRules;
import io.sluice.proto.v1.RatePolicy;
import io.sluice.proto.v1.ReloadConfigRequest;
import io.sluice.proto.v1.ResetLimitRequest;
import io.sluice.proto.v1.ResumeResourceRequest;
import io.sluice.server.ServerFixture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LimitsOverSocketsTest {
  private ServerFixture server;

  @BeforeEach
  void start() throws Exception {
    server =
        ServerFixture.start(
            """
            devices: { gpu: { inventory: fake:2x24576 } }
            limits:
              - { name: jobs, match: { resource: jobs }, concurrency: { max: 1 } }
              - { name: cards, match: { resource: gpu }, devices: { pool: gpu, max_sharers: 4 } }
            """);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void everySettingOfLimitIsReadAsItIsWritten() {
    Limit limit =
        Limit.newBuilder()
            .setName("chat")
            .setResourcePattern("openai/*")
            .putAttributes("tier", "free")
            .addKey("tenant")
            .setRate(
                RatePolicy.newBuilder()
                    .setPermits(60)
                    .setPer(seconds(60))
                    .setBurst(10)
                    .setCarryOver("additive")
                    .setAllowDebt(true))
            .setQueueMax(7)
            .setMaxPermitsPerRequest(5)
            .setMode(LimitMode.LIMIT_MODE_SHADOW)
            .setHeadroom(0.9)
            .setMaxKeys(3)
            .setQueue(
                QueueRules.newBuilder()
                    .setMode("interactive")
                    .addFairness("tenant")
                    .putWeights("a", 3)
                    .setAging(seconds(2))
                    .setMaxBypasses(0))
            .build();
    Limit put = put(limit);
    assertThat(put.toBuilder().clearKind().clearEffectiveCapacity().clearEffectiveRate().build())
        .isEqualTo(limit);
    assertThat(get("chat")).isEqualTo(put);
    assertThat(put(put)).isEqualTo(put);
    for (String name : new String[] {"jobs", "cards"}) {
      assertThat(put(get(name))).isEqualTo(get(name));
    }
  }

  @Test
  void windowsAreReadAsTheyAreWritten() {
    for (RatePolicy.Builder rate :
        new RatePolicy.Builder[] {
          RatePolicy.newBuilder().setWindow("sliding").setPer(seconds(9)),
          RatePolicy.newBuilder().setWindow("fixed").setPer(seconds(9)),
          RatePolicy.newBuilder()
              .setWindow("calendar")
              .setCalendarUnit("day")
              .setZone("Asia/Kathmandu")
        }) {
      RatePolicy window = rate.setPermits(3).setBurst(3).build();
      Limit limit = Limit.newBuilder().setName("w").setResourcePattern("w").setRate(window).build();
      assertThat(put(limit).getRate()).isEqualTo(window);
    }
    Limit.Builder wrong = Limit.newBuilder().setName("w").setResourcePattern("w");
    RatePolicy.Builder calendar = RatePolicy.newBuilder().setPermits(1).setWindow("calendar");
    refuses("limit.rate.calendar_unit", wrong.setRate(calendar));
    refuses("limit.rate.zone", wrong.setRate(calendar.setCalendarUnit("day").setZone("Mars")));
    refuses("limit.rate.window", wrong.setRate(calendar.setWindow("square")));
  }

  @Test
  void whatAKindOfRateHasNoUseForIsRefusedAndNotDropped() {
    Limit.Builder limit = Limit.newBuilder().setName("w").setResourcePattern("w");
    RatePolicy bucket = RatePolicy.newBuilder().setPermits(10).setPer(seconds(9)).build();
    for (String window : new String[] {"fixed", "sliding"}) {
      RatePolicy rate = bucket.toBuilder().setWindow(window).build();
      refuses("limit.rate.burst", limit.setRate(rate.toBuilder().setBurst(20)));
      refuses("limit.rate.allow_debt", limit.setRate(rate.toBuilder().setAllowDebt(true)));
      refuses("limit.rate.carry_over", limit.setRate(rate.toBuilder().setCarryOver("reset")));
      refuses("limit.rate.zone", limit.setRate(rate.toBuilder().setZone("UTC")));
      refuses("limit.rate.calendar_unit", limit.setRate(rate.toBuilder().setCalendarUnit("day")));
      assertThat(put(limit.setRate(rate.toBuilder().setBurst(10)).build()).getRate().getBurst())
          .isEqualTo(10);
    }
    RatePolicy day =
        bucket.toBuilder().clearPer().setWindow("calendar").setCalendarUnit("day").build();
    refuses("limit.rate.burst", limit.setRate(day.toBuilder().setBurst(20)));
    refuses("limit.rate.per", limit.setRate(day.toBuilder().setPer(seconds(86400))));
    refuses("limit.rate.zone", limit.setRate(bucket.toBuilder().setZone("UTC")));
    refuses("limit.rate.calendar_unit", limit.setRate(bucket.toBuilder().setCalendarUnit("day")));
  }

  @Test
  void rateIsClosedAndOpenedAtRunTime() {
    Limit.Builder api = Limit.newBuilder().setName("api").setResourcePattern("api");
    Limit closed =
        put(api.setRate(RatePolicy.newBuilder().setPermits(0).setPer(seconds(60))).build());
    assertThat(closed.getRate().hasPermits()).isTrue();
    assertThat(closed.getRate().getBurst()).isZero();
    assertThat(put(get("api"))).isEqualTo(closed);
    Denial denial = server.acquire("api").getDenial();
    assertThat(denial.getReason()).isEqualTo(DenialReason.DENIAL_REASON_EXCEEDS_LIMIT);
    assertThat(denial.hasRetryAfter()).isFalse();
    assertThat(denial.getMessage()).endsWith("the limit is closed");

    put(api.setRate(RatePolicy.newBuilder().setPermits(2).setPer(seconds(60))).build());
    Denial empty = server.acquire("api").getDenial();
    assertThat(empty.getReason()).isEqualTo(DenialReason.DENIAL_REASON_RATE);
    assertThat(empty.hasRetryAfter()).isTrue();

    refuses("limit.rate.permits", api.setRate(RatePolicy.newBuilder().setPer(seconds(60))));
    refuses("limit.rate.permits", api.setRate(RatePolicy.newBuilder().setPermits(-1)));
    refuses("limit.rate.burst", api.setRate(RatePolicy.newBuilder().setPermits(0).setBurst(5)));
    refuses(
        "limit.rate.permits",
        api.setRate(RatePolicy.newBuilder().setPermits(0).setWindow("fixed").setPer(seconds(9))));
  }

  @Test
  void termsOfLeasesAreReadAsTheyAreWritten() {
    ConcurrencyPolicy concurrency =
        ConcurrencyPolicy.newBuilder()
            .setMax(2)
            .setTtl(seconds(5))
            .setMaxTtl(seconds(60))
            .setMaxHold(seconds(90))
            .setLockDelay(seconds(7))
            .setDisconnectGrace(seconds(0))
            .build();
    Limit.Builder limit = Limit.newBuilder().setName("t").setResourcePattern("t");
    assertThat(put(limit.setConcurrency(concurrency).build()).getConcurrency())
        .isEqualTo(concurrency);
    DevicesPolicy slots =
        DevicesPolicy.newBuilder()
            .setSlots(2)
            .setLockDelay(seconds(7))
            .setDisconnectGrace(seconds(3))
            .build();
    DevicesPolicy put = put(limit.clearConcurrency().setDevices(slots).build()).getDevices();
    assertThat(put.getLockDelay()).isEqualTo(slots.getLockDelay());
    assertThat(put.getDisconnectGrace()).isEqualTo(slots.getDisconnectGrace());
    Limit.Builder wrong = limit.clearDevices();
    refuses(
        "limit.concurrency.lock_delay",
        wrong.setConcurrency(concurrency.toBuilder().setLockDelay(seconds(3601))));
    refuses(
        "limit.concurrency.disconnect_grace",
        wrong.setConcurrency(concurrency.toBuilder().setDisconnectGrace(seconds(-1))));
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    Limit put =
        put(
            Limit.newBuilder()
                .setName("new")
                .setResourcePattern("new")
                .setRate(RatePolicy.newBuilder().setPermits(4))
                .build());
    assertThat(put.getRate().getBurst()).isEqualTo(4);
    assertThat(put.getRate().getPer().getSeconds()).isEqualTo(1);
    assertThat(put.getQueueMax()).isEqualTo(1000);
    assertThat(put.getQueue().getFairnessList()).containsExactly("client");
    assertThat(put.getMode()).isEqualTo(LimitMode.LIMIT_MODE_ENFORCE);
  }

  @Test
  void badLimitIsRefusedByFieldAndNothingChanges() {
    Limit jobs = get("jobs");
    refuses(
        "limit.rate.permits",
        jobs.toBuilder().clearConcurrency().clearKind().setRate(RatePolicy.getDefaultInstance()));
    refuses(
        "limit.concurrency.max",
        jobs.toBuilder().setConcurrency(ConcurrencyPolicy.newBuilder().setMax(0)));
    refuses("limit.kind", jobs.toBuilder().setRate(RatePolicy.newBuilder().setPermits(1)));
    refuses("limit.kind", Limit.newBuilder().setName("x").setResourcePattern("x"));
    refuses("limit.resource_pattern", jobs.toBuilder().setResourcePattern(""));
    refuses("limit.mode", jobs.toBuilder().setModeValue(9));
    refuses("limit.headroom", jobs.toBuilder().setHeadroom(Double.NaN));
    refuses(
        "limit.devices.pool",
        jobs.toBuilder()
            .clearConcurrency()
            .clearKind()
            .setDevices(DevicesPolicy.newBuilder().setPool("tpu")));
    refuses(
        "limits",
        jobs.toBuilder()
            .clearConcurrency()
            .clearKind()
            .setDevices(DevicesPolicy.newBuilder().setPool("gpu")));
    assertThat(get("jobs")).isEqualTo(jobs);
  }

  @Test
  void raiseStartsWhoWaitsAndDeleteLetsEverybodyGo() throws Exception {
    server.grant("jobs");
    put(get("jobs").toBuilder().setConcurrency(ConcurrencyPolicy.newBuilder().setMax(2)).build());
    server.grant("jobs");
    assertThat(server.acquire("jobs").hasDenial()).isTrue();
    assertThat(server.http("/metrics").body()).contains("limit=\"jobs\"");
    server.admin().deleteLimit(DeleteLimitRequest.newBuilder().setLimit("jobs").build());
    assertThat(server.grant("jobs").getLimited()).isFalse();
    awaitMetricsWithout("limit=\"jobs\"");
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> get("jobs"),
          () ->
              server.admin().deleteLimit(DeleteLimitRequest.newBuilder().setLimit("jobs").build()),
          () -> server.admin().resetLimit(ResetLimitRequest.newBuilder().setLimit("jobs").build()),
          () ->
              server
                  .admin()
                  .resumeResource(
                      ResumeResourceRequest.newBuilder().setResourcePattern("jobs").build())
        }) {
      assertThat(status(call)).isEqualTo(Status.Code.NOT_FOUND);
    }
  }

  @Test
  void resetFillsTheBurst() {
    put(
        Limit.newBuilder()
            .setName("api")
            .setResourcePattern("api")
            .setRate(RatePolicy.newBuilder().setPermits(1).setPer(seconds(3600)))
            .build());
    server.grant("api");
    assertThat(server.acquire("api").hasDenial()).isTrue();
    server.admin().resetLimit(ResetLimitRequest.newBuilder().setLimit("api").build());
    server.grant("api");
  }

  @Test
  void pausedResourceIsDeniedWithItsReasonUntilItIsResumed() {
    Pause pause = Pause.newBuilder().setResourcePattern("j*").setReason("not now").build();
    server.admin().pauseResource(PauseResourceRequest.newBuilder().setPause(pause).build());
    AcquireResponse answer = server.acquire("jobs");
    assertThat(answer.getDenial().getReason()).isEqualTo(DenialReason.DENIAL_REASON_PAUSED);
    assertThat(answer.getDenial().getMessage()).contains("not now");
    assertThat(answer.getDenial().hasRetryAfter()).isFalse();
    assertThat(server.admin().listLimits(ListLimitsRequest.getDefaultInstance()).getPausesList())
        .containsExactly(pause);
    server
        .admin()
        .resumeResource(ResumeResourceRequest.newBuilder().setResourcePattern("j*").build());
    server.grant("jobs");
  }

  @Test
  void purgeCountsWhomItSentAway() {
    server.grant("jobs");
    PurgeRequest.Builder purge = PurgeRequest.newBuilder().setResourcePattern("**").setLeases(true);
    assertThat(server.admin().purge(purge.build()))
        .isEqualTo(PurgeResponse.newBuilder().setLeases(1).build());
    server.grant("jobs");
    assertThat(status(() -> server.admin().purge(PurgeRequest.getDefaultInstance())))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void reloadWithoutFileIsRefused() {
    assertThat(status(() -> server.admin().reloadConfig(ReloadConfigRequest.getDefaultInstance())))
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  private Limit put(Limit limit) {
    return server.admin().putLimit(PutLimitRequest.newBuilder().setLimit(limit).build()).getLimit();
  }

  private Limit get(String name) {
    return server.admin().getLimit(GetLimitRequest.newBuilder().setLimit(name).build()).getLimit();
  }

  private void refuses(String field, Limit.Builder limit) {
    assertThatThrownBy(() -> put(limit.build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              try {
                BadRequest details =
                    StatusProto.fromThrowable(e).getDetails(0).unpack(BadRequest.class);
                assertThat(details.getFieldViolations(0).getField()).isEqualTo(field);
              } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
                throw new AssertionError(broken);
              }
            });
  }

  private void awaitMetricsWithout(String series) throws Exception {
    String body = server.http("/metrics").body();
    for (int i = 0; i < 100 && body.contains(series); i++) {
      Thread.sleep(20); // a snapshot is shared by the scrapes of 200 ms
      body = server.http("/metrics").body();
    }
    assertThat(body).doesNotContain(series);
  }

  private static Status.Code status(ThrowingCallable call) {
    try {
      call.call();
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    return Status.Code.OK;
  }

  private static Duration seconds(long count) {
    return Duration.newBuilder().setSeconds(count).build();
  }
}
