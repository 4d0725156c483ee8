package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import io.sluice.proto.v1.Release;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ReleaseTest {
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
  void closeReleasesWithSuccess() throws Exception {
    Lease lease = client.acquire(CHAT);
    lease.close();

    Release release = server.releases.remove();
    assertThat(release.getLeaseId()).isEqualTo(lease.id());
    assertThat(release.getOutcome()).isEqualTo(io.sluice.proto.v1.Outcome.OUTCOME_SUCCESS);
    assertThat(release.hasLatency()).isTrue();
    assertThat(lease.isValid()).isFalse();
    assertThat(lease.remaining()).isZero();
    assertThat(client.stats().leasesTracked()).isZero();
  }

  @Test
  void closeReleasesWithTheOutcomeTold() throws Exception {
    try (Lease lease = client.acquire(CHAT)) {
      lease.outcome(Outcome.TIMEOUT);
    }
    assertThat(server.releases.remove().getOutcome())
        .isEqualTo(io.sluice.proto.v1.Outcome.OUTCOME_TIMEOUT);
  }

  @Test
  void releaseTellsWhatTheProviderSaidAsFarAsItMayBeSent() throws Exception {
    try (Lease lease = client.acquire(CHAT)) {
      lease.retryAfter(Duration.ofSeconds(Long.MAX_VALUE));
      lease.providerHeaders(Map.of("Retry-After", "7", "long", "x".repeat(1025), "", "unnamed"));
      assertThatThrownBy(() -> lease.retryAfter(Duration.ofSeconds(-1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    Release release = server.releases.remove();
    assertThat(release.getProviderHeadersMap()).containsExactly(Map.entry("Retry-After", "7"));
    assertThat(release.getRetryAfter().getSeconds()).isEqualTo(Duration.ofDays(366).toSeconds());
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void releaseCarriesTheOutcomeOnce(Outcome outcome) throws Exception {
    Lease lease = client.acquire(CHAT);
    lease.release(outcome);
    lease.release(Outcome.SUCCESS);
    lease.close();
    lease.releaseAsync(Outcome.SUCCESS).get(10, TimeUnit.SECONDS);

    assertThat(server.releases).hasSize(1);
    assertThat(server.releases.remove().getOutcome().name()).isEqualTo("OUTCOME_" + outcome);
  }

  @Test
  void releaseIsRetried() throws Exception {
    server.releaseFailures.add(Status.UNAVAILABLE);
    server.releaseFailures.add(Status.UNAVAILABLE);
    client.acquire(CHAT).release(Outcome.SUCCESS);

    assertThat(server.releaseCalls).hasSize(3);
    assertThat(client.stats().releaseFailures()).isZero();
  }

  @Test
  void releaseThatFailsThrowsButCloseDoesNot() throws Exception {
    failReleases(8);
    Lease first = client.acquire(CHAT);
    assertThatThrownBy(() -> first.release(Outcome.SUCCESS))
        .isInstanceOf(SluiceUnavailableException.class);
    Lease second = client.acquire(CHAT);
    assertThatCode(second::close).doesNotThrowAnyException();

    assertThat(client.stats().releaseFailures()).isEqualTo(2);
    assertThat(client.stats().leasesTracked()).as("places are given back all the same").isZero();
  }

  @Test
  void releaseOfAnInterruptedThreadIsSentAndKeepsTheFlag() throws Exception {
    Lease lease = client.acquire(CHAT);
    Thread.currentThread().interrupt();
    lease.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(FakeServer.next(server.releases).getLeaseId()).isEqualTo(lease.id());
  }

  @Test
  void executeReturnsTheResultAfterTheRelease() throws Exception {
    String result = client.execute(CHAT, () -> "done");

    assertThat(result).isEqualTo("done");
    assertThat(server.releases.remove().getOutcome())
        .isEqualTo(io.sluice.proto.v1.Outcome.OUTCOME_SUCCESS);
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new IllegalStateException("x"), Outcome.ERROR),
        Arguments.of(new AssertionError("x"), Outcome.ERROR),
        Arguments.of(new TimeoutException("x"), Outcome.TIMEOUT),
        Arguments.of(new HttpTimeoutException("x"), Outcome.TIMEOUT),
        Arguments.of(new java.net.http.HttpConnectTimeoutException("x"), Outcome.TIMEOUT),
        Arguments.of(new java.net.SocketTimeoutException("x"), Outcome.TIMEOUT),
        Arguments.of(Status.DEADLINE_EXCEEDED.asRuntimeException(), Outcome.TIMEOUT),
        Arguments.of(Status.DEADLINE_EXCEEDED.asException(), Outcome.TIMEOUT),
        Arguments.of(new CancellationException("x"), Outcome.CANCELLED),
        Arguments.of(new InterruptedException("x"), Outcome.CANCELLED),
        Arguments.of(Status.CANCELLED.asRuntimeException(), Outcome.CANCELLED),
        Arguments.of(new ThrottledException("x"), Outcome.THROTTLED),
        Arguments.of(Status.RESOURCE_EXHAUSTED.asRuntimeException(), Outcome.THROTTLED),
        Arguments.of(Status.INTERNAL.asRuntimeException(), Outcome.ERROR),
        Arguments.of(new ExecutionException(new TimeoutException("x")), Outcome.TIMEOUT),
        Arguments.of(new CompletionException(new ThrottledException("x")), Outcome.THROTTLED),
        Arguments.of(new RuntimeException(new TimeoutException("x")), Outcome.ERROR));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void executeReportsWhatTheExceptionStandsForAndThrowsItUnchanged(
      Throwable thrown, Outcome outcome) {
    Throwable caught =
        catchThrowable(
            () ->
                client.execute(
                    CHAT,
                    () -> {
                      if (thrown instanceof Error error) {
                        throw error;
                      }
                      throw (Exception) thrown;
                    }));

    assertThat(caught).isSameAs(thrown);
    assertThat(caught.getSuppressed()).isEmpty();
    assertThat(server.releases.remove().getOutcome().name()).isEqualTo("OUTCOME_" + outcome);
  }

  @Test
  void executeKeepsTheProvidersRetryAfterWithTheLease() {
    assertThatThrownBy(
            () ->
                client.execute(
                    CHAT,
                    () -> {
                      throw new ThrottledException("429", Duration.ofSeconds(3));
                    }))
        .isInstanceOf(ThrottledException.class);
    Release release = server.releases.remove();
    assertThat(release.getMessage()).isEqualTo("retry after PT3S");
    assertThat(release.getRetryAfter().getSeconds()).isEqualTo(3);
  }

  @Test
  void failedReleaseNeverMasksTheWorksException() {
    failReleases(4);
    IllegalStateException thrown = new IllegalStateException("work");
    Throwable caught =
        catchThrowable(
            () ->
                client.execute(
                    CHAT,
                    () -> {
                      throw thrown;
                    }));

    assertThat(caught).isSameAs(thrown);
    assertThat(caught.getSuppressed())
        .singleElement()
        .isInstanceOf(SluiceUnavailableException.class);
  }

  @Test
  void failedReleaseNeverMasksTheWorksResult() throws Exception {
    failReleases(4);

    assertThat(client.<Integer>execute(CHAT, () -> 7)).isEqualTo(7);
  }

  @Test
  void workIsNotRunWithoutAGrant() {
    server.deny(io.sluice.proto.v1.DenialReason.DENIAL_REASON_CONCURRENCY);
    CompletableFuture<Void> ran = new CompletableFuture<>();

    assertThatThrownBy(() -> client.execute(CHAT, () -> ran.complete(null)))
        .isInstanceOf(ConcurrencyException.class);
    assertThat(ran).isNotDone();
    assertThat(server.releases).isEmpty();
  }

  private void failReleases(int times) {
    for (int i = 0; i < times; i++) {
      server.releaseFailures.add(Status.UNAVAILABLE);
    }
  }
}
