package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.Allotment;
import io.sluice.proto.v1.Blocker;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.LimitState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class AcquireTest {
  private static final Demand CHAT = Demand.of("openai/chat");

  private FakeServer server;
  private SluiceClient client;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.overTcp();
    client = server.client().build();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @Test
  void sendsEverythingThatWasAskedFor() throws Exception {
    Acquisition acquisition =
        Acquisition.of(
                CHAT.permits(3).attribute("tenant", "a"),
                Demand.of("gpu").devices(DeviceAsk.memoryMib(8192).count(2).exclusive()),
                Demand.of("gpu")
                    .devices(
                        DeviceAsk.memoryMib(1)
                            .computePercent(25)
                            .sameDevice()
                            .select("model", "L4")
                            .select("zone", "a")))
            .maxWait(Duration.ofMillis(1500))
            .ttl(Duration.ofSeconds(60))
            .priority(2)
            .label("job", "nightly")
            .wantLease();
    client.acquire(acquisition).close();

    AcquireRequest sent = FakeServer.next(server.acquires);
    assertThat(sent.getDemands(0).getResource()).isEqualTo("openai/chat");
    assertThat(sent.getDemands(0).getPermits()).isEqualTo(3);
    assertThat(sent.getDemands(0).getAttributesMap()).containsEntry("tenant", "a");
    assertThat(sent.getDemands(0).hasDevices()).isFalse();
    assertThat(sent.getDemands(1).getDevices().getCount()).isEqualTo(2);
    assertThat(sent.getDemands(1).getDevices().getMemoryMib()).isEqualTo(8192);
    assertThat(sent.getDemands(1).getDevices().getExclusive()).isTrue();
    assertThat(sent.getDemands(1).getDevices().getSameDevice()).isFalse();
    assertThat(sent.getDemands(2).getDevices().getComputePercent()).isEqualTo(25);
    assertThat(sent.getDemands(2).getDevices().getSameDevice()).isTrue();
    assertThat(sent.getDemands(2).getDevices().getSelectorMap())
        .isEqualTo(Map.of("model", "L4", "zone", "a"));
    assertThat(Messages.duration(sent.getMaxWait())).isEqualTo(Duration.ofMillis(1500));
    assertThat(Messages.duration(sent.getTtl())).isEqualTo(Duration.ofSeconds(60));
    assertThat(sent.getPriority()).isEqualTo(2);
    assertThat(sent.getLabelsMap()).containsEntry("job", "nightly");
    assertThat(sent.getWantLease()).isTrue();
    assertThat(sent.getClientId()).isEqualTo("test");
    assertThat(sent.getRequestId()).matches("[0-9a-f]{32}/[0-9]+");
  }

  @Test
  void leavesOutWhatWasNotAskedFor() throws Exception {
    client.acquire(CHAT).close();

    AcquireRequest sent = FakeServer.next(server.acquires);
    assertThat(sent.hasMaxWait()).isFalse();
    assertThat(sent.hasTtl()).isFalse();
    assertThat(sent.hasPriority()).isFalse();
  }

  @Test
  void leaseShowsWhatWasGranted() throws Exception {
    server.answer =
        request ->
            AcquireResponse.newBuilder()
                .setGrant(
                    server
                        .grant(FakeServer.TTL)
                        .setWaited(Messages.duration(Duration.ofMillis(7)))
                        .putEnvironment("CUDA_VISIBLE_DEVICES", "1")
                        .addAllotments(
                            Allotment.newBuilder()
                                .setResource("gpu")
                                .setDeviceUuid("GPU-1")
                                .setDeviceIndex(1)
                                .setMemoryMib(8192))
                        .addStates(
                            LimitState.newBuilder()
                                .setLimit("cards")
                                .setRemaining(-1)
                                .setLimitValue(2)))
                .build();
    try (Lease lease = client.acquire(CHAT)) {
      assertThat(lease.id()).hasSize(32);
      assertThat(lease.fencingToken()).isEqualTo(1);
      assertThat(lease.waited()).isEqualTo(Duration.ofMillis(7));
      assertThat(lease.isLimited()).isTrue();
      assertThat(lease.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "1");
      assertThat(lease.allotments())
          .containsExactly(new io.sluice.client.Allotment("gpu", "GPU-1", 1, 8192, 0));
      assertThat(lease.states()).containsExactly(new io.sluice.client.LimitState("cards", -1, 2));
      assertThat(lease.isValid()).isTrue();
      assertThat(lease.remaining())
          .isBetween(Duration.ofSeconds(20), FakeServer.TTL.minusMillis(600));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DENIAL_REASON_RATE, io.sluice.client.RateLimitExceededException",
    "DENIAL_REASON_WAIT_TIMEOUT, io.sluice.client.WaitTimeoutException",
    "DENIAL_REASON_EXCEEDS_LIMIT, io.sluice.client.ExceedsLimitException",
    "DENIAL_REASON_CONCURRENCY, io.sluice.client.ConcurrencyException",
    "DENIAL_REASON_UNSPECIFIED, io.sluice.client.ConcurrencyException",
  })
  void denialIsThrownAsItsType(io.sluice.proto.v1.DenialReason reason, Class<?> type) {
    server.deny(reason);

    assertThatThrownBy(() -> client.acquire(CHAT))
        .isExactlyInstanceOf(type)
        .isInstanceOf(ConcurrencyException.class);
    assertThat(client.stats().leasesTracked()).isZero();
  }

  @Test
  void denialCarriesWhatTheServerSaid() {
    server.answer =
        request ->
            AcquireResponse.newBuilder()
                .setDenial(
                    Denial.newBuilder()
                        .setReason(io.sluice.proto.v1.DenialReason.DENIAL_REASON_RATE)
                        .setLimit("chat")
                        .setResource("openai/chat")
                        .setMessage("1 asked, 0 left")
                        .setRetryAfter(Messages.duration(Duration.ofMillis(700)))
                        .addBlockers(
                            Blocker.newBuilder()
                                .setLimit("chat")
                                .setResource("openai/chat")
                                .setReason(io.sluice.proto.v1.DenialReason.DENIAL_REASON_RATE)
                                .setMessage("empty")))
                .build();
    RateLimitExceededException denied =
        catchThrowableOfType(RateLimitExceededException.class, () -> client.acquire(CHAT));

    assertThat(denied.reason()).isEqualTo(DenialReason.RATE);
    assertThat(denied.limit()).isEqualTo("chat");
    assertThat(denied.resource()).isEqualTo("openai/chat");
    assertThat(denied.retryAfter()).contains(Duration.ofMillis(700));
    assertThat(denied.blockers())
        .containsExactly(
            new io.sluice.client.Blocker(
                "chat", "openai/chat", DenialReason.RATE, java.util.Optional.empty(), "empty"));
    assertThat(denied).hasMessage("RATE by limit chat for openai/chat: 1 asked, 0 left");
    assertThat(denied.getStackTrace())
        .as("thrown where the caller is")
        .anyMatch(frame -> frame.getClassName().equals(AcquireTest.class.getName()));
  }

  @ParameterizedTest
  @EnumSource(
      value = io.sluice.proto.v1.DenialReason.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UNRECOGNIZED"})
  void tryAcquireIsEmptyExactlyWhenTimeMayCure(io.sluice.proto.v1.DenialReason reason)
      throws Exception {
    server.deny(reason);
    Set<io.sluice.proto.v1.DenialReason> incurable =
        Set.of(
            io.sluice.proto.v1.DenialReason.DENIAL_REASON_EXCEEDS_LIMIT,
            io.sluice.proto.v1.DenialReason.DENIAL_REASON_DUPLICATE,
            io.sluice.proto.v1.DenialReason.DENIAL_REASON_UNMATCHED,
            io.sluice.proto.v1.DenialReason.DENIAL_REASON_UNSPECIFIED);

    if (incurable.contains(reason)) {
      assertThatThrownBy(() -> client.tryAcquire(CHAT)).isInstanceOf(ConcurrencyException.class);
    } else {
      assertThat(client.tryAcquire(CHAT)).isEmpty();
    }
  }

  @Test
  void tryAcquireNeverWaits() throws Exception {
    client.tryAcquire(Acquisition.of(CHAT).maxWait(Duration.ofSeconds(9))).orElseThrow().close();

    assertThat(FakeServer.next(server.acquires).hasMaxWait()).isFalse();
  }

  @Test
  void grantWithoutLeaseOwesNothing() throws Exception {
    server.answer =
        request ->
            AcquireResponse.newBuilder().setGrant(Grant.newBuilder().setLimited(true)).build();
    Lease lease = client.acquire(CHAT);

    assertThat(lease.isValid()).isTrue();
    assertThat(client.stats().leasesTracked()).isZero();
    lease.close();
    assertThat(lease.isValid()).isFalse();
    client.acquire(CHAT).close(); // a release would be ahead of this one
    assertThat(server.releaseCalls).isEmpty();
  }

  @Test
  void asyncAcquireCompletesOnACallbackThread() throws Exception {
    server.answer = null;
    AtomicReference<String> thread = new AtomicReference<>();
    CompletableFuture<Lease> lease = client.acquireAsync(CHAT);
    CompletableFuture<Void> seen =
        lease.handle(
            (l, failure) -> {
              thread.set(Thread.currentThread().getName());
              return null;
            });
    FakeServer.next(server.acquires);
    client.close();
    seen.get(10, TimeUnit.SECONDS);

    assertThat(thread.get()).startsWith("sluice-callback");
    assertThat(lease).isCancelled();
  }

  @Test
  void asyncDenialCompletesExceptionally() {
    server.deny(io.sluice.proto.v1.DenialReason.DENIAL_REASON_RATE);

    assertThat(client.acquireAsync(CHAT))
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withCauseInstanceOf(RateLimitExceededException.class);
  }

  @Test
  void cancellingTheFutureCancelsTheCall() throws Exception {
    server.answer = null;
    CompletableFuture<Lease> lease =
        client.acquireAsync(Acquisition.of(CHAT).maxWait(Duration.ofMinutes(1)));
    AcquireRequest sent = FakeServer.next(server.acquires);

    lease.cancel(true);

    assertThat(FakeServer.next(server.cancelled)).isEqualTo(sent);
    assertThat(client.stats().leasesTracked()).isZero();
  }

  @Test
  void interruptCancelsTheCall() throws Exception {
    server.answer = null;
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                client.acquire(Acquisition.of(CHAT).maxWait(Duration.ofMinutes(1)));
              } catch (InterruptedException | RuntimeException e) {
                thrown.set(e);
              }
            });
    waiting.start();
    AcquireRequest sent = FakeServer.next(server.acquires);

    waiting.interrupt();
    waiting.join(10_000);

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(FakeServer.next(server.cancelled)).isEqualTo(sent);
  }

  @Test
  void retriesWithTheSameIdentityAfterALostAnswer() throws Exception {
    server.acquireFailures.add(Status.UNAVAILABLE);
    server.acquireFailures.add(Status.UNAVAILABLE);
    try (Lease lease = client.acquire(CHAT)) {
      AcquireRequest first = FakeServer.next(server.acquires);
      AcquireRequest second = FakeServer.next(server.acquires);
      AcquireRequest third = FakeServer.next(server.acquires);

      assertThat(second).isEqualTo(first);
      assertThat(third).isEqualTo(first);
      assertThat(lease.fencingToken()).as("granted once").isEqualTo(1);
    }
  }

  @Test
  void retryWaitsOnlyWhatIsLeftOfTheWait() throws Exception {
    server.acquireFailures.add(Status.UNAVAILABLE);
    client.acquire(Acquisition.of(CHAT).maxWait(Duration.ofSeconds(20))).close();
    AcquireRequest first = FakeServer.next(server.acquires);
    AcquireRequest second = FakeServer.next(server.acquires);

    assertThat(Messages.duration(second.getMaxWait()))
        .isLessThan(Duration.ofSeconds(20))
        .isGreaterThan(Duration.ofSeconds(10));
    assertThat(second.toBuilder().setMaxWait(first.getMaxWait()).build()).isEqualTo(first);
  }

  @Test
  void givesUpAfterItsAttempts() {
    for (int i = 0; i < 4; i++) {
      server.acquireFailures.add(Status.UNAVAILABLE.withDescription("restarting"));
    }
    assertThatThrownBy(() -> client.acquire(CHAT))
        .isInstanceOf(SluiceUnavailableException.class)
        .hasMessageContaining("restarting");
    assertThat(server.acquires).hasSize(4);
    assertThat(client.stats().leasesTracked()).isZero();
  }

  @Test
  void misuseNamesTheFieldAndIsNotRetried() {
    AtomicReference<RuntimeException> misuse =
        new AtomicReference<>(
            StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                    .setCode(Code.INVALID_ARGUMENT_VALUE)
                    .setMessage("bad request")
                    .addDetails(
                        Any.pack(
                            BadRequest.newBuilder()
                                .addFieldViolations(
                                    FieldViolation.newBuilder()
                                        .setField("demands[0].permits")
                                        .setDescription("must be at most 5 but was 9"))
                                .build()))
                    .build()));
    server.answer =
        request -> {
          throw misuse.get();
        };
    assertThatThrownBy(() -> client.acquire(CHAT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad request; demands[0].permits: must be at most 5 but was 9");
    assertThat(server.acquires).hasSize(1);
  }

  @Test
  void requestIdUsedForAnotherBodyIsMisuse() {
    server.acquireFailures.add(Status.ALREADY_EXISTS.withDescription("another body"));

    assertThatThrownBy(() -> client.acquire(Acquisition.of(CHAT).requestId("r1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("another body");
    assertThat(server.acquires.peek().getRequestId()).isEqualTo("r1");
  }

  @Test
  void nobodyListeningIsUnavailable() {
    try (SluiceClient alone =
        SluiceClient.builder()
            .target("127.0.0.1:1")
            .defaultTimeout(Duration.ofSeconds(2))
            .build()) {
      assertThatThrownBy(() -> alone.acquire(CHAT)).isInstanceOf(SluiceUnavailableException.class);
    }
  }

  @Test
  void refusesMoreThanItMayHold() throws Exception {
    try (SluiceClient small = server.client().maxLeases(1).build()) {
      Lease held = small.acquire(CHAT);
      assertThatThrownBy(() -> small.acquire(CHAT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("at most 1");
      held.close();
      small.acquire(CHAT).close();
    }
  }

  @Test
  void worksOverAUnixSocket(@TempDir Path dir) throws Exception {
    Path socket = dir.resolve("s.sock");
    try (FakeServer local = FakeServer.overUnixSocket(socket);
        SluiceClient overSocket = SluiceClient.connect("unix://" + socket)) {
      assertThat(Files.exists(socket)).isTrue();
      try (Lease lease = overSocket.acquire(CHAT)) {
        assertThat(lease.isValid()).isTrue();
      }
      assertThat(FakeServer.next(local.releases).getOutcome())
          .isEqualTo(io.sluice.proto.v1.Outcome.OUTCOME_SUCCESS);
      assertThat(FakeServer.next(local.acquires).getClientId())
          .matches("[A-Za-z0-9._-]+-\\d+-[0-9a-f]{8}");
    }
  }

  @Test
  void leavesABroughtChannelToItsOwner() throws Exception {
    ManagedChannel channel = NettyChannelBuilder.forTarget(server.target()).usePlaintext().build();
    try (SluiceClient over = SluiceClient.builder().channel(channel).build()) {
      over.acquire(CHAT).close();
    }
    assertThat(channel.isShutdown()).isFalse();
    channel.shutdownNow();
  }

  @Test
  void closeGivesBackWhatIsHeldAndCancelsWhatIsUnderWay() throws Exception {
    Set<String> held = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      held.add(client.acquire(CHAT).id());
    }
    Lease last = client.acquire(CHAT);
    held.add(last.id());
    server.answer = null;
    CompletableFuture<Lease> waiting =
        client.acquireAsync(Acquisition.of(CHAT).maxWait(Duration.ofMinutes(1)));

    client.close();

    assertThat(server.releaseCalls).as("one call for all").hasSize(1);
    assertThat(server.releases)
        .hasSize(4)
        .allMatch(r -> r.getOutcome() == io.sluice.proto.v1.Outcome.OUTCOME_ABANDONED)
        .extracting(r -> r.getLeaseId())
        .containsExactlyInAnyOrderElementsOf(held);
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
    assertThat(last.isValid()).isFalse();
    last.close();
    assertThat(server.releaseCalls).hasSize(1);
    assertThatThrownBy(() -> client.acquire(CHAT)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closeWaitsForASilentServerOnlyForItsTimeout() throws Exception {
    SluiceClient hasty =
        server.client().defaultTimeout(Duration.ofSeconds(1)).maxAttempts(1).build();
    hasty.acquire(CHAT);
    server.releasesHang = true;

    hasty.close();

    assertThat(server.releases).isNotEmpty();
  }
}
