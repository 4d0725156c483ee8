package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.RenewStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Leases live 30 s of fake time here, so they are renewed after 9..11 s and valid for 29.4 s. */
@Timeout(60)
class RenewalTest {
  private static final Demand CHAT = Demand.of("openai/chat");
  private static final Duration PERIOD = Duration.ofSeconds(11);
  private static final Duration VALID = Duration.ofMillis(29_400);

  private final FakeTime time = new FakeTime();
  private FakeServer server;
  private SluiceClient client;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.overTcp();
    client = inFakeTime().build();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @Test
  void renewsAtAThirdOfTheTimeToLive() throws Exception {
    Lease lease = client.acquire(CHAT);
    time.advance(Duration.ofMillis(8_999));
    assertThat(server.renewals).isEmpty();
    time.advance(Duration.ofMillis(2_002));

    assertThat(FakeServer.next(server.renewals).getLeaseIdsList()).containsExactly(lease.id());
    for (int i = 0; i < 5; i++) {
      until(() -> lease.remaining().compareTo(Duration.ofSeconds(18)) > 0); // the answer is here
      time.advance(PERIOD);
      assertThat(FakeServer.next(server.renewals).getLeaseIdsList()).containsExactly(lease.id());
    }
  }

  @Test
  void deadlineCountsFromWhenTheAcquireWasSent() throws Exception {
    server.answer =
        request -> {
          time.advance(Duration.ofSeconds(2)); // on its way
          return server.grant(request, FakeServer.TTL);
        };
    Lease lease = client.acquire(CHAT);

    assertThat(lease.remaining()).isEqualTo(VALID.minusSeconds(2));
  }

  @Test
  void deadlineCountsFromTheEndOfTheWaitInTheQueue() throws Exception {
    server.answer =
        request -> {
          time.advance(Duration.ofSeconds(60));
          return AcquireResponse.newBuilder()
              .setGrant(
                  server.grant(FakeServer.TTL).setWaited(Messages.duration(Duration.ofSeconds(59))))
              .build();
        };
    Lease lease = client.acquire(Acquisition.of(CHAT).maxWait(Duration.ofMinutes(2)));

    assertThat(lease.remaining()).isEqualTo(VALID.minusSeconds(1));
  }

  @Test
  void deadlineCountsFromWhenTheRenewalWasSent() throws Exception {
    Lease lease = client.acquire(CHAT);
    server.renewal =
        id -> {
          time.advance(Duration.ofSeconds(3)); // on its way
          return RenewStatus.RENEW_STATUS_RENEWED;
        };
    time.advance(Duration.ofMillis(8_999));
    long before = time.nanoTime();
    time.advance(Duration.ofMillis(2_002));
    until(() -> lease.remaining().compareTo(Duration.ofSeconds(21)) > 0);

    Duration sentAtTheLatest = Duration.ofNanos(time.nanoTime() - before).minusSeconds(3);
    assertThat(lease.remaining()).isLessThanOrEqualTo(VALID.minusSeconds(3));
    assertThat(sentAtTheLatest).isLessThanOrEqualTo(Duration.ofMillis(2_002));
  }

  @Test
  void renewsLeasesGrantedAboutTheSameTimeInOneCall() throws Exception {
    client.close();
    client = inFakeTime().random(() -> 0).build(); // no jitter
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ids.add(client.acquire(CHAT).id());
      time.advance(Duration.ofMillis(10));
    }
    time.advance(PERIOD);

    assertThat(FakeServer.next(server.renewals).getLeaseIdsList())
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(server.renewals).isEmpty();
  }

  @Test
  void neverSendsMoreThanABatchInOneCall() throws Exception {
    client.close();
    client = inFakeTime().random(() -> 0).build();
    int leases = 4097;
    List<CompletableFuture<Lease>> acquired = new ArrayList<>();
    for (int i = 0; i < leases; i++) {
      acquired.add(client.acquireAsync(CHAT));
    }
    CompletableFuture.allOf(acquired.toArray(CompletableFuture[]::new)).get(3, TimeUnit.MINUTES);
    time.advance(PERIOD);

    int first = FakeServer.next(server.renewals).getLeaseIdsCount();
    int second = FakeServer.next(server.renewals).getLeaseIdsCount();
    assertThat(List.of(first, second)).containsExactlyInAnyOrder(4096, 1);
  }

  @Test
  void doesNotRenewWhatWasReleased() throws Exception {
    client.acquire(CHAT).close();
    time.advance(PERIOD);

    assertThat(server.renewals).isEmpty();
  }

  @Test
  void leaseThatTheServerLostIsToldOnce() throws Exception {
    Lease lost = client.acquire(CHAT);
    Lease kept = client.acquire(CHAT);
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    lost.onLost(() -> told.add(Thread.currentThread().getName()));
    kept.onLost(() -> told.add("kept"));
    server.renewal =
        id ->
            id.equals(lost.id()) ? RenewStatus.RENEW_STATUS_LOST : RenewStatus.RENEW_STATUS_RENEWED;
    time.advance(PERIOD);

    assertThat(FakeServer.next(told)).isEqualTo("sluice-listener");
    assertThat(lost.isValid()).isFalse();
    assertThat(lost.remaining()).isZero();
    assertThatThrownBy(lost::requireValid)
        .isInstanceOf(LeaseLostException.class)
        .isInstanceOf(ConcurrencyException.class)
        .hasMessageContaining(lost.id());
    assertThat(kept.isValid()).isTrue();
    lost.onLost(() -> told.add("late"));
    assertThat(FakeServer.next(told)).as("told at once when lost already").isEqualTo("late");
    until(() -> client.stats().leasesTracked() == 1);
    assertThat(client.stats().leasesLost()).isEqualTo(1);
    lost.close();
    assertThat(FakeServer.next(server.releases).getLeaseId())
        .as("the outcome is told all the same")
        .isEqualTo(lost.id());
    assertThat(client.stats().leasesTracked()).isEqualTo(1);
  }

  @Test
  void listenerThatFailsHarmsNobody() throws Exception {
    Lease lease = client.acquire(CHAT);
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    lease.onLost(
        () -> {
          throw new IllegalStateException("listener");
        });
    lease.onLost(() -> told.add("second"));
    server.renewal = id -> RenewStatus.RENEW_STATUS_UNKNOWN;
    time.advance(PERIOD);

    assertThat(FakeServer.next(told)).isEqualTo("second");
    assertThat(client.stats().listenerFailures()).isEqualTo(1);
  }

  @Test
  void keepsTryingThroughFailures() throws Exception {
    server.ttlOfRenewals = Duration.ofMinutes(10);
    server.answer = request -> server.grant(request, Duration.ofMinutes(10));
    Lease lease = client.acquire(CHAT);
    for (int i = 0; i < 5; i++) {
      server.renewFailures.add(Status.UNAVAILABLE);
    }
    time.advance(Duration.ofSeconds(220));
    for (int failed = 1; failed <= 5; failed++) {
      int failures = failed;
      until(
          () -> {
            time.advance(Duration.ofMillis(20)); // slowly: the answers come in real time
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            return server.renewals.size() > failures;
          });
    }

    until(() -> lease.remaining().compareTo(Duration.ofMinutes(9)) > 0);
    assertThat(client.stats().leasesLost()).isZero();
    assertThat(client.stats().renewalFailures()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void leaseIsLostAtTheClientsOwnDeadline() throws Exception {
    client.close();
    client = inFakeTime().renewal(false).build();
    Lease lease = client.acquire(CHAT);
    CompletableFuture<Void> told = new CompletableFuture<>();
    lease.onLost(() -> told.complete(null));
    time.advance(VALID.minusNanos(1));
    assertThat(lease.isValid()).isTrue();
    assertThat(told).isNotDone();

    time.advance(Duration.ofNanos(1));

    assertThat(lease.isValid()).isFalse();
    assertThat(told).succeedsWithin(Duration.ofSeconds(10));
    assertThat(server.renewals).isEmpty();
  }

  @Test
  void leaseIsLostWhenNoRenewalIsAnswered() throws Exception {
    Lease lease = client.acquire(CHAT);
    CompletableFuture<Void> told = new CompletableFuture<>();
    lease.onLost(() -> told.complete(null));
    server.close();
    until(
        () -> {
          time.advance(Duration.ofMillis(100));
          return told.isDone();
        });

    assertThat(lease.isValid()).isFalse();
    assertThat(client.stats().leasesLost()).isEqualTo(1);
  }

  /**
   * The application fills the common pool, every thread that completes futures, and the thread of
   * the listeners; leases of three seconds live on in real time.
   */
  @Test
  void renewalsSurviveAStarvedApplication() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (SluiceClient real = server.client().build()) {
      server.answer = request -> server.grant(request, Duration.ofSeconds(3));
      Lease lease = real.acquire(CHAT);
      Lease doomed = real.acquire(CHAT);
      CompletableFuture<Void> listening = new CompletableFuture<>();
      doomed.onLost(
          () -> {
            listening.complete(null);
            awaitQuietly(done);
          });
      server.renewal =
          id ->
              id.equals(doomed.id())
                  ? RenewStatus.RENEW_STATUS_LOST
                  : RenewStatus.RENEW_STATUS_RENEWED;
      server.ttlOfRenewals = Duration.ofSeconds(3);
      CountDownLatch answer = new CountDownLatch(1);
      server.answer =
          request -> {
            awaitQuietly(answer);
            return server.grant(request, Duration.ofSeconds(3));
          };
      CountDownLatch starved = new CountDownLatch(4);
      for (int i = 0; i < 4; i++) {
        var unused =
            real.acquireAsync(CHAT)
                .thenAccept(
                    held -> {
                      starved.countDown();
                      awaitQuietly(done);
                    });
      }
      answer.countDown();
      for (int i = 0; i < 4 * ForkJoinPool.getCommonPoolParallelism() + 4; i++) {
        ForkJoinPool.commonPool().execute(() -> awaitQuietly(done));
      }
      assertThat(starved.await(10, TimeUnit.SECONDS)).isTrue();
      listening.get(10, TimeUnit.SECONDS);
      server.renewals.clear();
      for (int seen = 0; seen < 4; ) { // more than three seconds
        if (FakeServer.next(server.renewals).getLeaseIdsList().contains(lease.id())) {
          seen++;
        }
      }

      assertThat(lease.isValid()).isTrue();
      assertThat(real.stats().leasesLost()).isEqualTo(1);
      real.acquire(CHAT).close(); // blocking calls do not depend on the starved threads either
    } finally {
      done.countDown();
    }
  }

  /** Retries wait for fake time, so nothing may seem too slow in it. */
  private SluiceClientBuilder inFakeTime() {
    return server.client().time(time).defaultTimeout(Duration.ofHours(1));
  }

  /** What the server answered has arrived soon; nothing here depends on how soon. */
  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited 10 s").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
