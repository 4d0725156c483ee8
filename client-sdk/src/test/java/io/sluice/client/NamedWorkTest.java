package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.client.Dedup.OnConflict;
import io.sluice.client.Dedup.Scope;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.DedupConflict;
import io.sluice.proto.v1.DedupScope;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.Release;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Work that has a name, a parent, a deadline, or permits that are a guess. */
@Timeout(60)
class NamedWorkTest {
  private static final Demand CHAT = Demand.of("openai/chat");

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
  void sendsWhatTheWorkIs() throws Exception {
    Lease parent = client.acquire(CHAT);
    server.acquires.clear();
    client
        .acquire(
            Acquisition.of(CHAT.permits(500).estimate())
                .dedup(Dedup.of("report").ttl(Duration.ofMinutes(1)).onConflict(OnConflict.JOIN))
                .parent(parent)
                .workDeadline(Duration.ofSeconds(9))
                .expectedHold(Duration.ofSeconds(2)))
        .close();

    AcquireRequest sent = FakeServer.next(server.acquires);
    assertThat(sent.getDemands(0).getEstimate()).isTrue();
    assertThat(sent.getDedup().getKey()).isEqualTo("report");
    assertThat(sent.getDedup().getScope()).isEqualTo(DedupScope.DEDUP_SCOPE_TTL);
    assertThat(sent.getDedup().getTtl().getSeconds()).isEqualTo(60);
    assertThat(sent.getDedup().getOnConflict()).isEqualTo(DedupConflict.DEDUP_CONFLICT_JOIN);
    assertThat(sent.getParentLeaseId()).isEqualTo(parent.id());
    assertThat(sent.getWorkDeadline().getSeconds()).isEqualTo(9);
    assertThat(sent.getExpectedHold().getSeconds()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(OnConflict.class)
  void everyConflictHasItsMessage(OnConflict conflict) {
    assertThat(Messages.dedup(Dedup.of("x").onConflict(conflict)).getOnConflict().name())
        .isEqualTo("DEDUP_CONFLICT_" + conflict);
  }

  @Test
  void everyScopeHasItsMessage() {
    assertThat(Messages.dedup(Dedup.of("x")).getScope()).isEqualTo(DedupScope.DEDUP_SCOPE_PENDING);
    assertThat(Messages.dedup(Dedup.of("x").alsoRunning()).getScope())
        .isEqualTo(DedupScope.DEDUP_SCOPE_PENDING_OR_RUNNING);
  }

  @Test
  void misuseNamesTheValueAndItsBound() {
    assertThatThrownBy(() -> Dedup.of(""))
        .hasMessage("bytes of dedup.key must be in [1, 256] but was 0");
    assertThatThrownBy(() -> new Dedup("x", Scope.TTL, null, OnConflict.REUSE))
        .hasMessage("dedup.ttl must be told with the scope TTL, and only then");
    assertThatThrownBy(() -> Dedup.of("x").ttl(Duration.ZERO))
        .hasMessage("dedup.ttl must be in [PT0.001S, PT24H] but was PT0S");
    assertThatThrownBy(() -> Acquisition.of(CHAT).workDeadline(Duration.ofSeconds(-1)))
        .hasMessage("workDeadline must be in [PT0S, PT24H] but was PT-1S");
    assertThatThrownBy(() -> Acquisition.of(CHAT).expectedHold(Duration.ofDays(2)))
        .hasMessage("expectedHold must be in [PT0S, PT24H] but was PT48H");
  }

  @Test
  void duplicateTellsWhatThereIs() {
    server.answer =
        request ->
            AcquireResponse.newBuilder()
                .setDenial(
                    Denial.newBuilder()
                        .setReason(io.sluice.proto.v1.DenialReason.DENIAL_REASON_DUPLICATE)
                        .setExisting(
                            io.sluice.proto.v1.ExistingRequest.newBuilder()
                                .setRequestId("first")
                                .setState(io.sluice.proto.v1.LeaseState.LEASE_STATE_QUEUED)
                                .addDifferences(
                                    io.sluice.proto.v1.Difference.newBuilder()
                                        .setField("labels[x]")
                                        .setAsked("y"))))
                .build();

    ConcurrencyException denied =
        catchThrowableOfType(ConcurrencyException.class, () -> client.acquire(CHAT));

    ExistingRequest existing = denied.existing().orElseThrow();
    assertThat(existing.requestId()).isEqualTo("first");
    assertThat(existing.state()).isEqualTo(LeaseState.QUEUED);
    assertThat(existing.differences())
        .containsExactly(new Difference("labels[x]", Optional.empty(), Optional.of("y")));
  }

  @ParameterizedTest
  @EnumSource(io.sluice.proto.v1.LeaseState.class)
  void everyStateIsKnown(io.sluice.proto.v1.LeaseState state) {
    String name = state.name().replace("LEASE_STATE_", "");
    assertThat(Messages.leaseState(state).name())
        .isEqualTo(name.equals("UNSPECIFIED") ? "UNRECOGNIZED" : name);
  }

  @Test
  void releaseTellsWhatTheEstimateTookInTruth() throws Exception {
    try (Lease lease = client.acquire(CHAT.permits(500).estimate())) {
      lease.actualPermits(123);
      assertThatThrownBy(() -> lease.actualPermits(-1)).hasMessageContaining("actualPermits");
    }
    assertThat(FakeServer.next(server.releases).getActualPermits()).isEqualTo(123);

    Lease unused = client.acquire(CHAT.permits(500).estimate());
    unused.actualPermits(123);
    unused.release(Outcome.UNUSED);
    Release release = FakeServer.next(server.releases);
    assertThat(release.hasActualPermits()).as("all of it comes back").isFalse();
  }
}
