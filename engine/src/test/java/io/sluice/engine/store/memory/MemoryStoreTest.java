package io.sluice.engine.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.SliceClock;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.StateStoreContract;
import io.sluice.engine.store.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends StateStoreContract {
  private static final Duration KEEP = Duration.ofMinutes(10);
  private static final Policy ONCE_IN_TWO_HOURS =
      new Policy.Rate(TokenScale.of(1, Duration.ofHours(2).toNanos(), 1));

  private final LimitTable limits =
      new LimitTable(
          List.of(
              Limit.of("jobs", "jobs", new Policy.Concurrency(100, LeaseTerms.DEFAULT)),
              Limit.of("api", "api", ONCE_IN_TWO_HOURS).withKey("tenant")),
          new ResourceTable(new SliceClock(0)),
          new SliceClock(0));
  private long now;

  @Override
  protected StateStore newStore(int maxLeases) {
    return new MemoryStore(
        new MemorySettings(1, maxLeases, 1_000, KEEP.toNanos()), new SplittableRandom(1), now);
  }

  @Override
  protected long now() {
    return now;
  }

  @Override
  protected void passTime(Duration time) {
    now += time.toNanos();
  }

  @Test
  void historyOfEndedLeasesIsBoundedByNumber() {
    MemoryStore store = store(5);
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Lease lease = take(store, Demand.of("jobs"), "r" + i).lease();
      leases.add(lease);
      assertThat(release(store, lease.id())).isEqualTo(ReleaseStatus.RELEASED);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(release(store, leases.get(i).id()))
          .as("lease %d", i)
          .isEqualTo(i < 15 ? ReleaseStatus.UNKNOWN : ReleaseStatus.ALREADY_RELEASED);
    }
    assertThat(store.rememberedRequests()).isEqualTo(5);
  }

  @Test
  void historyOfEndedLeasesIsBoundedByTime() {
    MemoryStore store = store(1_000);
    Lease first = take(store, Demand.of("jobs"), "first").lease();
    release(store, first.id());
    passTime(KEEP.minusSeconds(1));
    Lease second = take(store, Demand.of("jobs"), "second").lease();
    release(store, second.id());
    passTime(Duration.ofSeconds(2));
    store.expire(now, lease -> {});
    assertThat(store.lease(first.id())).isNull();
    assertThat(store.lease(second.id())).isNotNull();
    assertThat(store.rememberedRequests()).isEqualTo(1);
  }

  @Test
  void historyMayBeNone() {
    MemoryStore store = store(0);
    Lease lease = take(store, Demand.of("jobs"), "r").lease();
    assertThat(store.rememberedRequests()).as("while it lives").isEqualTo(1);
    release(store, lease.id());
    assertThat(release(store, lease.id())).isEqualTo(ReleaseStatus.UNKNOWN);
    assertThat(store.rememberedRequests()).isZero();
  }

  @Test
  void requestsWithoutLeaseAreBoundedByNumberAndTime() {
    MemoryStore store = store(5);
    for (int i = 0; i < 20; i++) {
      take(store, tenant("t" + i), "r" + i);
    }
    assertThat(store.rememberedRequests()).isEqualTo(5);
    passTime(KEEP.plusSeconds(1));
    store.expire(now, lease -> {});
    assertThat(store.rememberedRequests()).isZero();
  }

  @Test
  void requestOfLiveLeaseOutlivesEveryFlood() {
    MemoryStore store = store(5);
    Lease held = take(store, Demand.of("jobs"), "held").lease();
    for (int i = 0; i < 50; i++) {
      release(store, take(store, Demand.of("jobs"), "r" + i).lease().id());
      take(store, tenant("t" + i), "s" + i);
    }
    Verdict.Admitted again = take(store, Demand.of("jobs"), "held");
    assertThat(again.replayed()).isTrue();
    assertThat(again.lease()).isSameAs(held);
  }

  @Test
  void requestTakenAgainAfterUndoOutlivesItsFirstEntry() {
    MemoryStore store = store(2);
    store.undo(take(store, tenant("a"), "r"), now, end -> {});
    passTime(KEEP.minusSeconds(1));
    take(store, tenant("a"), "r");
    passTime(Duration.ofSeconds(2));
    store.expire(now, lease -> {});
    assertThat(take(store, tenant("a"), "r").replayed()).isTrue();
  }

  @Test
  void idleBucketIsForgottenOnlyWhenFull() {
    MemoryStore store = store(5);
    ActiveLimit api = limits.find("api");
    take(store, tenant("a"), "");
    for (int minute = 0; minute < 119; minute++) {
      passTime(Duration.ofMinutes(1));
      store.expire(now, lease -> {});
      assertThat(store.usage(api, now).used()).isEqualTo(1);
    }
    passTime(Duration.ofMinutes(2));
    store.expire(now, lease -> {});
    assertThat(store.usage(api, now).buckets()).isZero();
    assertThat(store.nextExpiryNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void firstFenceIsWhereThePreviousRunLeftOff() {
    MemoryStore store =
        new MemoryStore(
            MemorySettings.DEFAULT.withFirstFence(1L << 40), new SplittableRandom(1), now);
    assertThat(take(store, Demand.of("jobs"), "").lease().fencingToken()).isEqualTo(1L << 40);
  }

  @Test
  void settingsOutOfBoundsAreRefusedByName() {
    refuses(() -> new MemorySettings(0, 1, 0, 0), "fencing token must be in [1, ");
    refuses(() -> new MemorySettings(1, 0, 0, 0), "max_leases must be in [1, 100000000] but was 0");
    refuses(
        () -> new MemorySettings(1, 1, -1, 0),
        "max_ended_leases must be in [0, 10000000] but was -1");
    refuses(() -> new MemorySettings(1, 1, 0, -1), "keep_ended nanoseconds must be in [0, ");
  }

  private static void refuses(Runnable code, String message) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(code::run)
        .withMessageStartingWith(message);
  }

  private MemoryStore store(int maxEnded) {
    return new MemoryStore(
        new MemorySettings(1, 1_000, maxEnded, KEEP.toNanos()), new SplittableRandom(1), now);
  }

  private Verdict.Admitted take(MemoryStore store, Demand demand, String requestId) {
    return take(store, limits, demand, requestId);
  }

  private Verdict.Admitted take(
      MemoryStore store, LimitTable table, Demand demand, String requestId) {
    Acquire acquire = Acquire.builder(demand).requestId(requestId).build();
    ActiveLimit limit = table.find(demand.resource());
    Charge charge =
        new Charge(
            store.bucket(limit, Route.key(limit, demand), now), demand.resource(), 1, List.of());
    List<Verdict> verdicts = new ArrayList<>();
    store.decide(
        new Claim(acquire, List.of(charge), limit.limit().policy().terms()),
        StateStore.Mode.COMMIT,
        now,
        verdicts::add);
    assertThat(verdicts).singleElement().isInstanceOf(Verdict.Admitted.class);
    return (Verdict.Admitted) verdicts.get(0);
  }

  private ReleaseStatus release(MemoryStore store, LeaseId id) {
    List<StateStore.Released> released = new ArrayList<>();
    store.release(Release.of(id, Outcome.SUCCESS), now, released::add);
    return released.get(0).status();
  }

  private static Demand tenant(String tenant) {
    return Demand.of("api").withAttributes(Map.of("tenant", tenant));
  }
}
