package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.RenewStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of calls and leases when streams break, and when the server forgets. */
@Timeout(60)
class SessionTest {
  private static final Demand CHAT = Demand.of("openai/chat");
  private static final Acquisition PATIENT = Acquisition.of(CHAT).maxWait(Duration.ofMinutes(1));

  private FakeServer server;
  private SluiceClient client;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.overTcp();
    client = server.client().build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void whatWaitsGoesOnWaitingWhenTheStreamBreaks() throws Exception {
    Lease before = client.acquire(CHAT);
    server.answer = null;
    CompletableFuture<Lease> waiting = client.acquireAsync(PATIENT);
    FakeServer.next(server.acquires);
    FakeServer.next(server.acquires);

    server.breakStreams();
    server.answer = request -> server.grant(request, FakeServer.TTL);
    client.acquire(CHAT).close();

    assertThat(waiting).as("kept, and not asked for again").isNotDone();
    assertThat(FakeServer.next(server.acquires).getMaxWait().getSeconds()).isZero();
    assertThat(server.acquires).isEmpty();
    assertThat(before.isValid()).isTrue();
  }

  @Test
  void messageThatTheServerNeverGotIsSentAgain() throws Exception {
    try (SluiceClient hasty = server.client().defaultTimeout(Duration.ofSeconds(4)).build()) {
      hasty.acquire(CHAT).close();
      server.acquires.clear();
      server.deaf.set(1);

      assertThat(hasty.acquire(CHAT).isValid()).isTrue();
      assertThat(server.acquires).as("decided once").hasSize(1);
    }
  }

  @Test
  void answersThatWereCutAreGivenAgainAndDecidedOnce() throws Exception {
    List<CompletableFuture<Lease>> leases = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      leases.add(client.acquireAsync(CHAT));
      if (i % 25 == 0) {
        server.breakStreams();
      }
    }
    Set<String> ids = new HashSet<>();
    for (CompletableFuture<Lease> lease : leases) {
      ids.add(lease.get(30, TimeUnit.SECONDS).id());
    }

    assertThat(ids).hasSize(500);
    assertThat(server.acquires).hasSize(500);
    assertThat(client.stats().leasesLost()).isZero();
  }

  @Test
  void serverThatForgotIsAskedAnewAndShownWhatIsHeld() throws Exception {
    Lease held = client.acquire(CHAT);
    AcquireRequest first = FakeServer.next(server.acquires);
    server.answer = null;
    CompletableFuture<Lease> waiting = client.acquireAsync(PATIENT);
    AcquireRequest asked = FakeServer.next(server.acquires);

    server.answer = request -> server.grant(request, FakeServer.TTL);
    server.forgetSessions();

    waiting.get(30, TimeUnit.SECONDS).close();
    AcquireRequest again = FakeServer.next(server.acquires);
    assertThat(again.getRequestId())
        .isEqualTo(asked.getRequestId())
        .isNotEqualTo(first.getRequestId());
    assertThat(again.getMaxWait().getSeconds()).isBetween(1L, 60L);
    assertThat(FakeServer.next(server.renewals).getLeaseIdsList()).containsExactly(held.id());
    assertThat(held.isValid()).isTrue();
  }

  @Test
  void leaseThatTheNewServerDoesNotKnowIsLost() throws Exception {
    Lease held = client.acquire(CHAT);
    CompletableFuture<Void> told = new CompletableFuture<>();
    held.onLost(() -> told.complete(null));
    server.renewal = id -> RenewStatus.RENEW_STATUS_UNKNOWN;

    server.forgetSessions();

    told.get(30, TimeUnit.SECONDS);
    assertThat(held.isValid()).isFalse();
    assertThat(client.stats().leasesLost()).isEqualTo(1);
  }

  @Test
  void shapesAreToldAnewToAServerThatForgot() throws Exception {
    for (int i = 0; i < 3; i++) {
      client.acquire(CHAT.attribute("tenant", "t" + i)).close();
    }
    server.acquires.clear();
    server.forgetSessions();

    for (int i = 0; i < 3; i++) {
      client.acquire(CHAT.attribute("tenant", "t" + i)).close();
      assertThat(FakeServer.next(server.acquires).getDemands(0).getAttributesMap())
          .containsEntry("tenant", "t" + i);
    }
  }

  @Test
  void moreKindsOfAcquiresThanThereAreNumbersForAreAskedForAsTheyAre() throws Exception {
    List<CompletableFuture<Lease>> all = new ArrayList<>();
    for (int i = 0; i < 3 * Shapes.MAX; i++) {
      all.add(client.acquireAsync(CHAT.attribute("n", String.valueOf(i % (Shapes.MAX + 7)))));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);

    for (int i = 0; i < 3 * Shapes.MAX; i++) {
      assertThat(FakeServer.next(server.acquires).getDemands(0).getAttributesMap())
          .containsEntry("n", String.valueOf(i % (Shapes.MAX + 7)));
    }
  }

  @Test
  void nobodyConnectsWhileThereIsNothingToDo() throws Exception {
    client.acquire(CHAT).close();
    server.breakStreams();
    until(() -> client.stats().leasesTracked() == 0);

    client.acquire(CHAT).close();

    assertThat(server.acquires).hasSize(2);
  }

  @Test
  void refusedClientIsToldAtOnceAndDoesNotKeepKnocking() throws Exception {
    server.answer = null;
    CompletableFuture<Lease> waiting = client.acquireAsync(PATIENT);
    FakeServer.next(server.acquires);
    server.sessionRefusal = Status.PERMISSION_DENIED;
    server.breakStreams();

    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(SecurityException.class);
    TimeUnit.MILLISECONDS.sleep(500); // several times the longest first pause
    assertThat(server.refusedStreams()).isEqualTo(1);
    server.sessionRefusal = null;
    server.answer = request -> server.grant(request, FakeServer.TTL);
    assertThat(client.acquire(CHAT).isValid()).isTrue();
  }

  @Test
  void callsOfAClosedClientFail() {
    client.close();

    assertThatThrownBy(() -> client.acquire(CHAT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the client is closed");
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited 10 s").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
