package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.GetLimitRequest;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.PutLimitRequest;
import io.sluice.proto.v1.SharedStats;
import io.sluice.proto.v1.ThresholdStats;
import io.sluice.server.Patience;
import io.sluice.server.ServerFixture;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.redis.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rate limits of the flash card generator, wherever state is kept. */
class S2FlashcardIT {
  private static final AtomicLong GROUPS = new AtomicLong();
  private static RedisServer redis;

  @TempDir private Path directory;
  private final String group = "flash" + GROUPS.incrementAndGet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private ServerFixture server;

  /** Where state is kept: in this process, with a journal where a test restarts it, or shared. */
  enum State {
    MEMORY,
    REDIS
  }

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @AfterEach
  void stop() throws Exception {
    threads.shutdownNow();
    if (server != null) {
      server.close();
    }
  }

  @Test
  void _parity212_redisThatIsGoneIsFlaggedAndEachLimitDoesAsItSays() throws Exception {
    try (RedisServer mortal = RedisServer.start()) {
      server =
          ServerFixture.start(
              shared(mortal)
                  + """
                  limits:
                    - { name: open, match: { resource: open }, rate: { permits: 1, per: 1h }, shared: { on_loss: fail_open } }
                    - { name: closed, match: { resource: closed }, rate: { permits: 9, per: 1h }, shared: { on_loss: fail_closed } }
                    - { name: local, match: { resource: local }, rate: { permits: 2, per: 1h } }
                  """);
      mortal.kill();
      awaitReachable(false);
      assertThat(granted("open", 5)).isEqualTo(5);
      assertThat(server.acquire("closed").getDenial().getReason())
          .isEqualTo(DenialReason.DENIAL_REASON_STORE_UNAVAILABLE);
      assertThat(granted("local", 5)).as("one server: all of it").isEqualTo(2);
      assertThat(sharedStats().getFallbackGrants()).isEqualTo(7);
      mortal.restart();
      awaitReachable(true);
    }
  }

  @ParameterizedTest
  @EnumSource
  void _parity213_eachTenantHasItsOwnCap(State state) throws Exception {
    start(
        state,
        """
          - { name: a, match: { resource: api, attributes: { tenant: a } }, rate: { permits: 300, per: 1m, burst: 30 } }
          - { name: b, match: { resource: api, attributes: { tenant: b } }, rate: { permits: 600, per: 1m, burst: 60 } }
          - { name: c, match: { resource: api, attributes: { tenant: c } }, rate: { permits: 150, per: 1m, burst: 15 } }
        """);
    long[] granted = new long[3];
    long began = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      for (int tenant = 0; tenant < 3; tenant++) {
        String name = "abc".substring(tenant, tenant + 1);
        AcquireResponse answer = ask(Demand.newBuilder().putAttributes("tenant", name), "api");
        granted[tenant] += answer.hasGrant() ? 1 : 0;
        if (answer.hasDenial()) {
          assertThat(answer.getDenial().getLimit()).isEqualTo(name);
        }
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    assertThat((double) granted[0]).isBetween(30.0, Math.min(100, 30 + 5 * seconds));
    assertThat((double) granted[1]).isBetween(60.0, Math.min(100, 60 + 10 * seconds));
    assertThat((double) granted[2]).isBetween(15.0, Math.min(100, 15 + 2.5 * seconds));
  }

  @ParameterizedTest
  @EnumSource
  void _parity214_burstAtOnceThenTheRate(State state) throws Exception {
    start(state, rate("{ permits: 600, per: 1m, burst: 20 }"));
    Patience.untilUndisturbed(this::burstAtOnceThenTheRate);
  }

  private void burstAtOnceThenTheRate() throws Exception {
    TimeUnit.SECONDS.sleep(server.limit("api").getUsed() == 0 ? 0 : 3); // until it is full
    long began = System.nanoTime();
    int granted = granted("api", 20);
    assertThat(granted).isEqualTo(20);
    while (System.nanoTime() - began < 1_500_000_000L) {
      granted += server.acquire("api").hasGrant() ? 1 : 0;
      TimeUnit.MILLISECONDS.sleep(10); // real time passes
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    assertThat((double) granted).isBetween(17 + 10 * seconds, 20 + 10 * seconds);
  }

  @ParameterizedTest
  @EnumSource
  void _parity215_headroomIsLeft(State state) throws Exception {
    start(
        state,
        "  - { name: api, match: { resource: api }, rate: { permits: 100, per: 1m },"
            + " headroom: 0.8 }\n");
    Limit limit = limit("api");
    assertThat(limit.getRate().getPermits()).as("base").isEqualTo(100);
    assertThat(limit.getEffectiveRate()).isCloseTo(80 / 60.0, within(1e-9));
    long began = System.nanoTime();
    int granted = granted("api", 100);
    assertThat((double) granted)
        .isBetween(80.0, 80 + 80 / 60.0 * (System.nanoTime() - began) / 1e9);
  }

  @ParameterizedTest
  @EnumSource
  void _parity216_waitIsBoundedAndTimeoutsCostNothing(State state) throws Exception {
    start(
        state,
        """
          - { name: api, match: { resource: api }, rate: { permits: 1, per: 1s, burst: 1 } }
          - { name: hour, match: { resource: hour }, rate: { permits: 2, per: 1h } }
          - { name: jobs, match: { resource: jobs }, concurrency: { max: 1 } }
        """);
    Patience.untilUndisturbed(this::waitIsBounded);
    assertThatThrownBy(() -> wait("api", Durations.fromMillis(-1)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));

    assertThat(granted("hour", 1)).isEqualTo(1);
    Grant job = server.grant("jobs");
    List<Future<AcquireResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(threads.submit(() -> wait("jobs", Durations.fromMillis(50))));
    }
    for (Future<AcquireResponse> call : calls) {
      assertThat(call.get(20, TimeUnit.SECONDS).hasDenial()).isTrue();
    }
    AcquireRequest both =
        ServerFixture.request("jobs").addDemands(Demand.newBuilder().setResource("hour")).build();
    for (int i = 0; i < 100; i++) {
      assertThat(server.admission().acquire(both).hasDenial()).isTrue();
    }
    var unused = server.release(job.getLeaseId());
    assertThat(server.admission().acquire(both).hasGrant()).as("all that was left").isTrue();
  }

  private void waitIsBounded() {
    while (server.acquire("api").hasGrant()) {
      // so that there is nothing at once
    }
    Grant waited = wait("api", Durations.fromSeconds(2)).getGrant();
    assertThat(seconds(waited.getWaited())).isBetween(0.7, 1.5);
    Denial tooShort = wait("api", Durations.fromMillis(100)).getDenial();
    assertThat(tooShort.getReason())
        .isIn(
            DenialReason.DENIAL_REASON_WAIT_TIMEOUT, DenialReason.DENIAL_REASON_DEADLINE_TOO_SHORT);
    assertThat(seconds(tooShort.getRetryAfter())).isBetween(0.4, 1.1);
    assertThat(server.acquire("api").getDenial().getReason())
        .isEqualTo(DenialReason.DENIAL_REASON_RATE);
  }

  @ParameterizedTest
  @EnumSource
  void _parity217_rateIsSetLive(State state) throws Exception {
    start(state, rate("{ permits: 60, per: 1m }"));
    assertThat(put(120).getEffectiveRate()).isEqualTo(2.0);
    assertThat(put(30).getEffectiveRate()).isEqualTo(0.5);
    assertThat(limit("api").getEffectiveCapacity()).isGreaterThanOrEqualTo(1);
    assertThatThrownBy(() -> put(-1))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    assertThat(limit("api").getEffectiveRate()).isEqualTo(0.5);
    assertThatThrownBy(() -> ServerFixture.start("limits:\n" + rate("{ permits: -1 }")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("permits");
  }

  @ParameterizedTest
  @EnumSource
  void _parity218_statisticsTellUseAndRefusals(State state) throws Exception {
    start(state, rate("{ permits: 10, per: 1d }"));
    assertThat(server.limit("api").getUsed()).isZero();
    assertThat(granted("api", 5)).isEqualTo(5);
    LimitStats half = server.limit("api");
    assertThat(half.getUsed() / (double) half.getCapacity()).isEqualTo(0.5);
    assertThat(granted("api", 8)).isEqualTo(5);
    LimitStats all = server.limit("api");
    assertThat(all.getUsed() / (double) all.getCapacity()).isEqualTo(1.0);
    assertThat(all.getGranted()).isEqualTo(10);
    assertThat(all.getDenied() - half.getDenied()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void _parity219_fiveWorkersGetEqualShares(State state) throws Exception {
    start(state, rate("{ permits: 50, per: 1s, burst: 1 }"));
    Patience.untilUndisturbed(
        () -> {
          long[] granted = work(5, 2);
          long least = Arrays.stream(granted).min().orElseThrow();
          long most = Arrays.stream(granted).max().orElseThrow();
          assertThat(least / (double) most).isGreaterThan(0.8);
        });
  }

  @ParameterizedTest
  @EnumSource
  void _parity221_oneHotKeyGetsAllOfItsRate(State state) throws Exception {
    start(
        state,
        "  - { name: api, match: { resource: api }, key: [tenant],"
            + " rate: { permits: 40, per: 1s } }\n");
    Patience.untilUndisturbed(this::workAtTheWholeRate);
  }

  private void workAtTheWholeRate() throws Exception {
    while (server.acquire("api").hasGrant()) {
      // what it begins with is none of its rate
    }
    long began = System.nanoTime();
    long granted = Arrays.stream(work(4, 2)).sum();
    double seconds = (System.nanoTime() - began) / 1e9;
    assertThat((double) granted).isBetween(0.9 * 40 * seconds, 2 + 40 * seconds);
  }

  @ParameterizedTest
  @EnumSource
  void _parity222_highWaterMarkAndHits(State state) throws Exception {
    start(state, "  - { name: jobs, match: { resource: jobs }, concurrency: { max: 40 } }\n");
    List<Grant> held = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      held.add(server.grant("jobs"));
      if (i == 24) {
        assertThat(server.limit("jobs").getUsedHighWater()).isEqualTo(25);
      }
    }
    assertThat(granted("jobs", 2)).isZero();
    held.subList(0, 5).forEach(grant -> server.release(grant.getLeaseId()));
    LimitStats stats = server.limit("jobs");
    assertThat(stats.getUsed()).isEqualTo(35);
    assertThat(stats.getUsedHighWater()).isEqualTo(40);
    assertThat(stats.getDenied()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void _parity223_quotaTellsEachThresholdOnceAndSurvivesRestart(State state) throws Exception {
    String quota =
        "  - { name: quota, match: { resource: quota },"
            + " rate: { permits: 10, per: 1mo, window: calendar } }\n";
    startDurably(state, quota);
    int[] crossings = new int[10];
    for (int i = 0; i < crossings.length; i++) {
      server.grant("quota");
      crossings[i] =
          server.limit("quota").getThresholdsList().stream()
              .mapToInt(threshold -> (int) threshold.getCrossings())
              .sum();
    }
    assertThat(crossings).containsExactly(0, 0, 0, 0, 1, 1, 1, 2, 3, 3);
    assertThat(server.limit("quota").getThresholdsList())
        .extracting(ThresholdStats::getPercent)
        .containsExactly(50, 80, 90);
    server.close();
    startDurably(state, quota);
    assertThat(server.acquire("quota").getDenial().getReason())
        .isEqualTo(DenialReason.DENIAL_REASON_QUOTA);
  }

  @ParameterizedTest
  @EnumSource
  void _parity224_sevenWhoWaitAreSeven(State state) throws Exception {
    start(state, "  - { name: jobs, match: { resource: jobs }, concurrency: { max: 1 } }\n");
    server.grant("jobs");
    for (int i = 0; i < 7; i++) {
      var unused =
          AdmissionServiceGrpc.newFutureStub(server.tcp())
              .acquire(waiting("jobs", Durations.fromSeconds(60)));
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (server.limit("jobs").getWaiting() < 7 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5); // until they have arrived
    }
    assertThat(server.limit("jobs").getWaiting()).isEqualTo(7);
    assertThat(server.limit("jobs").getUsed()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void _parity226_restartMintsNothing(State state) throws Exception {
    String limit = rate("{ permits: 60, per: 1m }");
    startDurably(state, limit);
    long began = System.nanoTime();
    assertThat(granted("api", 40)).isEqualTo(40);
    server.close();
    startDurably(state, limit);
    int granted = granted("api", 60);
    assertThat((double) granted).isBetween(20.0, 20 + (System.nanoTime() - began) / 1e9);
  }

  /** Has some clients ask one after another, each for the next as soon as it has got one. */
  private long[] work(int workers, int seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Future<Long>> work = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      AcquireRequest request =
          waiting("api", Durations.fromSeconds(10)).toBuilder().setClientId("worker" + i).build();
      work.add(
          threads.submit(
              () -> {
                long granted = 0;
                while (System.nanoTime() < end) {
                  granted += server.admission().acquire(request).hasGrant() ? 1 : 0;
                }
                return granted;
              }));
    }
    long[] granted = new long[workers];
    for (int i = 0; i < workers; i++) {
      granted[i] = work.get(i).get(30, TimeUnit.SECONDS);
    }
    return granted;
  }

  private int granted(String resource, int asks) {
    return (int) IntStream.range(0, asks).filter(i -> server.acquire(resource).hasGrant()).count();
  }

  private AcquireResponse ask(Demand.Builder demand, String resource) {
    return server
        .admission()
        .acquire(AcquireRequest.newBuilder().addDemands(demand.setResource(resource)).build());
  }

  private AcquireResponse wait(String resource, Duration maxWait) {
    return server.admission().acquire(waiting(resource, maxWait));
  }

  private static AcquireRequest waiting(String resource, Duration maxWait) {
    return ServerFixture.request(resource).setMaxWait(maxWait).build();
  }

  private Limit limit(String name) {
    return server.admin().getLimit(GetLimitRequest.newBuilder().setLimit(name).build()).getLimit();
  }

  private Limit put(long permits) {
    Limit.Builder limit = limit("api").toBuilder();
    limit.getRateBuilder().setPermits(permits).clearBurst();
    return server.admin().putLimit(PutLimitRequest.newBuilder().setLimit(limit).build()).getLimit();
  }

  private static String rate(String rate) {
    return "  - { name: api, match: { resource: api }, rate: " + rate + " }\n";
  }

  private static double seconds(Duration duration) {
    return Durations.toNanos(duration) / 1e9;
  }

  private void start(State state, String limits) throws Exception {
    start(state == State.REDIS ? shared(redis) : "", limits);
  }

  private void startDurably(State state, String limits) throws Exception {
    start(
        state == State.REDIS ? shared(redis) : "state: { dir: " + directory + "/state }\n", limits);
  }

  private void start(String section, String limits) throws Exception {
    server = ServerFixture.start(section + "limits:\n" + limits);
  }

  private String shared(RedisServer in) {
    return "state: { redis: { url: '" + in.url() + "', group: " + group + " } }\n";
  }

  private void awaitReachable(boolean wanted) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (sharedStats().getReachable() != wanted && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5); // another process
    }
    assertThat(sharedStats().getReachable()).isEqualTo(wanted);
  }

  private SharedStats sharedStats() {
    return server
        .stats()
        .getStats(GetStatsRequest.getDefaultInstance())
        .getSnapshot()
        .getProcess()
        .getState()
        .getShared();
  }
}
