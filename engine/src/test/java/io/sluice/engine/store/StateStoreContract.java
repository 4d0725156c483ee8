package io.sluice.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitChange;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.SuspendStatus;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.SliceClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store must do. A store in virtual time passes it in no time; one that lives by a real
 * clock waits where {@link #passTime} says so, a few seconds at most.
 */
public abstract class StateStoreContract {
  private static final Duration TTL = Duration.ofSeconds(2);
  private static final Duration MAX_TTL = Duration.ofSeconds(3);
  private static final Duration MAX_HOLD = Duration.ofSeconds(4);
  private static final Duration GRACE = Duration.ofMillis(200);
  private static final Duration DAY = Duration.ofDays(1);
  private static final LeaseTerms TERMS =
      new LeaseTerms(TTL.toNanos(), MAX_TTL.toNanos(), MAX_HOLD.toNanos());

  private final List<Lease> expired = new ArrayList<>();
  private final List<LeaseEnd> ended = new ArrayList<>();
  private StateStore store;
  private LimitTable limits;

  /** Returns an empty store that bears at most so many live leases. */
  protected abstract StateStore newStore(int maxLeases);

  /** Returns the time, as the store is told it. */
  protected abstract long now();

  /** Moves time on, or waits until it has passed. */
  protected abstract void passTime(Duration time);

  /** Returns the limit of a name that is in force now; null if there is none. */
  protected final @Nullable ActiveLimit findLimit(String name) {
    return limits.find(name);
  }

  /** Returns the limits in force now. */
  protected final List<ActiveLimit> allLimits() {
    return limits.all();
  }

  /** Lets answers arrive that are under way. */
  protected void settle() {}

  @BeforeEach
  void begin() {
    use(1_000);
  }

  private void use(int maxLeases) {
    store = newStore(maxLeases);
    Device small = new Device("GPU-small", 0, "", 1_000);
    Device large = new Device("GPU-large", 1, "", 2_000);
    limits =
        new LimitTable(
            List.of(
                Limit.of("jobs", "jobs", concurrency(3)),
                Limit.of("disk", "disk", concurrency(2)),
                Limit.of("seats", "seats", concurrency(1)).withKey("tenant").withMaxKeys(3),
                Limit.of(
                    "cards",
                    "cards",
                    new Policy.Devices("gpu", List.of(small, large), Placement.BINPACK, 2, TERMS)),
                Limit.of("slots", "slots", new Policy.Slots(2, TERMS)),
                Limit.of(
                    "shortly",
                    "shortly",
                    new Policy.Concurrency(
                        3, TERMS.withDisconnectGraceNanos(Duration.ofMillis(500).toNanos()))),
                Limit.of("slow", "slow", new Policy.Concurrency(2, delayed(2))),
                Limit.of("slower", "slower", new Policy.Slots(2, delayed(3))),
                Limit.of("api", "api", rate(10, DAY, 10)),
                Limit.of("calls", "calls", rate(1, DAY, 2)).withKey("tenant").withMaxKeys(3)),
            new ResourceTable(new SliceClock(0)),
            new SliceClock(0));
  }

  @Test
  void takesAllChargesOrNone() {
    admitted(decide(Acquire.of(Demand.of("jobs", 2), Demand.of("disk"), Demand.of("api", 4))));
    assertUsed("jobs", 2, "disk", 1, "api", 4);
    Verdict.Refused refused =
        refused(decide(Acquire.of(Demand.of("jobs"), Demand.of("disk", 2), Demand.of("api", 7))));
    assertThat(refused.obstacles())
        .extracting(obstacle -> obstacle.blocker().limit())
        .as("every charge that does not fit, in the order they are checked")
        .containsExactly("disk", "api");
    assertThat(refused.obstacles())
        .extracting(obstacle -> obstacle.blocker().reason())
        .containsExactly(DenialReason.CONCURRENCY, DenialReason.RATE);
    assertThat(refused.obstacles())
        .extracting(obstacle -> obstacle.blocker().remaining())
        .containsExactly(1L, 6L);
    assertThat(refused.obstacles().get(1).blocker().asked()).isEqualTo(7);
    assertThat(refused.obstacles().get(1).blocker().waitNanos()).isBetween(1L, DAY.toNanos() / 10);
    assertUsed("jobs", 2, "disk", 1, "api", 4);
    assertThat(store.leases()).hasSize(1);
  }

  @Test
  void tellsWhatEachBucketHasLeft() {
    Verdict.Admitted admitted =
        admitted(decide(Acquire.of(Demand.of("jobs", 2), Demand.of("api"))));
    assertThat(admitted.states())
        .containsExactly(new LimitState("jobs", 1, 3), new LimitState("api", 9, 10));
    assertThat(admitted.replayed()).isFalse();
    ActiveLimit jobs = limit("jobs");
    assertThat(
            store.state(store.peekBucket(jobs, Route.key(jobs, Demand.of("jobs")), now()), now()))
        .isEqualTo(new LimitState("jobs", 1, 3));
  }

  @Test
  void rateAloneMakesNoLease() {
    assertThat(admitted(decide(Acquire.of(Demand.of("api")))).lease()).isNull();
    assertThat(store.leases()).isEmpty();
  }

  @Test
  void leaseKeepsWhatWasAsked() {
    Acquire acquire =
        Acquire.builder(Demand.of("jobs", 2)).clientId("me").labels(Map.of("a", "b")).build();
    Lease lease = lease(acquire);
    assertThat(lease.claim().acquire()).isEqualTo(acquire);
    assertThat(lease.state()).isEqualTo(LeaseState.GRANTED);
    assertThat(lease.remainingNanos(now())).isBetween(TTL.toNanos() - 1_000_000_000, TTL.toNanos());
    assertThat(store.lease(lease.id())).isSameAs(lease);
    assertThat(store.lease(new LeaseId(1, 2))).isNull();
  }

  @Test
  void leasesAreListedInTheOrderTheyWereGranted() {
    Lease first = lease(Acquire.of(Demand.of("jobs")));
    Lease second = lease(Acquire.of(Demand.of("disk")));
    Lease third = lease(Acquire.of(Demand.of("jobs")));
    release(second.id(), Outcome.SUCCESS);
    assertThat(store.leases()).extracting(Lease::id).containsExactly(first.id(), third.id());
  }

  @Test
  void usageIsTheSumOfLiveLeases() {
    for (long seed = 1; seed <= 5; seed++) {
      begin();
      SplittableRandom random = new SplittableRandom(seed);
      List<Lease> live = new ArrayList<>();
      for (int step = 0; step < 400; step++) {
        int what = random.nextInt(4);
        if (what < 2) {
          List<Demand> demands = new ArrayList<>(List.of(Demand.of("jobs", 1 + random.nextInt(2))));
          if (random.nextBoolean()) {
            demands.add(Demand.of("disk"));
          }
          if (random.nextBoolean()) {
            demands.add(tenant("seats", "t" + random.nextInt(5)));
          }
          if (decide(Acquire.builder(demands).build()) instanceof Verdict.Admitted admitted) {
            live.add(admitted.lease());
          }
        } else if (!live.isEmpty()) {
          Lease lease = live.remove(random.nextInt(live.size()));
          ReleaseStatus status =
              what == 2
                  ? release(lease.id(), Outcome.SUCCESS)
                  : revoke(lease.id(), "for the test").status();
          assertThat(status).isEqualTo(ReleaseStatus.RELEASED);
        }
        for (String name : new String[] {"jobs", "disk", "seats"}) {
          long sum =
              live.stream()
                  .flatMap(lease -> lease.claim().charges().stream())
                  .filter(charge -> charge.limitName().equals(name))
                  .mapToLong(Charge::permits)
                  .sum();
          assertThat(used(name)).as("seed %d step %d: %s", seed, step, name).isEqualTo(sum);
        }
      }
    }
  }

  @Test
  void requestIdLeadsToOneGrant() {
    Acquire acquire = Acquire.builder(Demand.of("jobs", 2)).requestId("r").clientId("c").build();
    Verdict.Admitted first = admitted(decide(acquire));
    for (int i = 0; i < 5; i++) {
      Verdict.Admitted again = admitted(decide(acquire));
      assertThat(again.replayed()).isTrue();
      assertThat(again.lease().id()).isEqualTo(first.lease().id());
      assertThat(again.lease().fencingToken()).isEqualTo(first.lease().fencingToken());
    }
    assertUsed("jobs", 2);
    assertThat(admitted(decide(acquire, StateStore.Mode.PEEK)).replayed())
        .as("also for one that only looks")
        .isTrue();
  }

  @Test
  void requestIdWithoutLeaseLeadsToOneGrantToo() {
    Acquire acquire = Acquire.builder(Demand.of("api", 3)).requestId("r").build();
    assertThat(admitted(decide(acquire)).replayed()).isFalse();
    assertThat(admitted(decide(acquire)).replayed()).isTrue();
    assertUsed("api", 3);
  }

  @Test
  void requestIdOfAnotherClientIsAnother() {
    admitted(decide(Acquire.builder(Demand.of("jobs")).requestId("r").clientId("a").build()));
    assertThat(
            admitted(
                    decide(Acquire.builder(Demand.of("jobs")).requestId("r").clientId("b").build()))
                .replayed())
        .isFalse();
    assertUsed("jobs", 2);
  }

  @Test
  void requestIdWithAnotherBodyIsConflict() {
    admitted(decide(Acquire.builder(Demand.of("jobs")).requestId("r").build()));
    assertThat(decide(Acquire.builder(Demand.of("jobs", 2)).requestId("r").build()))
        .isInstanceOf(Verdict.Conflict.class);
    assertThat(decide(Acquire.builder(Demand.of("disk")).requestId("r").build()))
        .isInstanceOf(Verdict.Conflict.class);
    assertUsed("jobs", 1, "disk", 0);
  }

  @Test
  void requestIdWhoseLeaseHasEndedIsNotGrantedAgain() {
    Acquire acquire = Acquire.builder(Demand.of("jobs")).requestId("r").build();
    Lease lease = lease(acquire);
    release(lease.id(), Outcome.SUCCESS);
    assertThat(decide(acquire))
        .isInstanceOfSatisfying(
            Verdict.Ended.class, ended -> assertThat(ended.lease().id()).isEqualTo(lease.id()));
    assertThat(decide(Acquire.builder(Demand.of("jobs", 2)).requestId("r").build()))
        .isInstanceOf(Verdict.Conflict.class);
    assertUsed("jobs", 0);
  }

  @Test
  void requestIdOfRefusalIsFree() {
    Lease lease = lease(Acquire.of(Demand.of("jobs", 3)));
    Acquire acquire = Acquire.builder(Demand.of("jobs")).requestId("r").build();
    refused(decide(acquire));
    release(lease.id(), Outcome.SUCCESS);
    assertThat(admitted(decide(acquire)).replayed()).isFalse();
  }

  @Test
  void undoneGrantNeverWas() {
    Acquire acquire =
        Acquire.builder(Demand.of("jobs", 2), Demand.of("api", 5)).requestId("r").build();
    Verdict.Admitted admitted = admitted(decide(acquire));
    store.undo(admitted, now(), ended::add);
    assertUsed("jobs", 0, "api", 0);
    assertThat(store.leases()).isEmpty();
    assertThat(release(admitted.lease().id(), Outcome.UNUSED)).isNotEqualTo(ReleaseStatus.RELEASED);
    assertUsed("jobs", 0, "api", 0);
    Verdict.Admitted again = admitted(decide(acquire));
    assertThat(again.replayed()).isFalse();
    assertThat(again.lease().id()).isNotEqualTo(admitted.lease().id());

    Verdict.Admitted leaseless =
        admitted(decide(Acquire.builder(Demand.of("api", 5)).requestId("s").build()));
    store.undo(leaseless, now(), ended::add);
    assertUsed("api", 5);
  }

  @Test
  void undoOfEndedLeaseChangesNothing() {
    Verdict.Admitted admitted =
        admitted(decide(Acquire.builder(Demand.of("jobs"), Demand.of("api", 5)).build()));
    release(admitted.lease().id(), Outcome.SUCCESS);
    store.undo(admitted, now(), ended::add);
    assertUsed("jobs", 0, "api", 5);
  }

  @Test
  void releaseEndsOnce() {
    Lease lease = lease(Acquire.of(Demand.of("jobs", 2)));
    Lease other = lease(Acquire.of(Demand.of("jobs")));
    assertThat(release(lease.id(), Outcome.SUCCESS)).isEqualTo(ReleaseStatus.RELEASED);
    assertUsed("jobs", 1);
    assertThat(release(lease.id(), Outcome.SUCCESS)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(release(new LeaseId(1, 2), Outcome.SUCCESS)).isEqualTo(ReleaseStatus.UNKNOWN);
    assertUsed("jobs", 1);
    assertThat(store.lease(other.id()).isLive()).isTrue();
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.RELEASED);
  }

  @Test
  void endedLeaseStaysReadable() {
    Acquire acquire =
        Acquire.builder(
                Demand.of("jobs", 2),
                Demand.of("cards").withDevices(new DeviceAsk(1, 500, false)),
                Demand.of("api"))
            .requestId("r")
            .clientId("me")
            .labels(Map.of("a", "b"))
            .build();
    Lease lease = lease(acquire);
    List<Allotment> allotments = List.copyOf(lease.allotments());
    long granted = lease.grantedAtNanos();
    passTime(Duration.ofMillis(300));
    tell(new Release(lease.id(), Outcome.ERROR, 5, "no luck"));
    Lease ended = store.lease(lease.id());
    assertThat(ended.id()).isEqualTo(lease.id());
    assertThat(ended.fencingToken()).isEqualTo(lease.fencingToken());
    assertThat(ended.state()).isEqualTo(LeaseState.RELEASED);
    assertThat(ended.isLive()).isFalse();
    assertThat(ended.outcome()).isEqualTo(Outcome.ERROR);
    assertThat(ended.message()).isEqualTo("no luck");
    assertThat(ended.grantedAtNanos()).isEqualTo(granted);
    assertThat(ended.endedAtNanos() - granted).isGreaterThanOrEqualTo(299_000_000L);
    assertThat(ended.claim().acquire()).isEqualTo(acquire);
    assertThat(ended.claim().charges())
        .extracting(Charge::limitName)
        .containsExactly("jobs", "cards", "api");
    assertThat(ended.allotments()).hasSize(1).isEqualTo(allotments);
  }

  @Test
  void onlyTheFirstOutcomeCounts() {
    Lease released = lease(Acquire.of(Demand.of("jobs")));
    assertThat(tell(Release.of(released.id(), Outcome.SUCCESS)).firstOutcome()).isTrue();
    assertThat(tell(Release.of(released.id(), Outcome.ERROR)).firstOutcome()).isFalse();
    assertThat(store.lease(released.id()).outcome()).isEqualTo(Outcome.SUCCESS);
    Lease expired = lease(Acquire.of(Demand.of("jobs")));
    passTime(TTL.plus(GRACE).plusMillis(5));
    expire();
    assertThat(store.lease(expired.id()).outcome()).isNull();
    assertThat(tell(Release.of(expired.id(), Outcome.TIMEOUT)).firstOutcome()).isTrue();
    assertThat(tell(Release.of(expired.id(), Outcome.SUCCESS)).firstOutcome()).isFalse();
    assertThat(store.lease(expired.id()).outcome()).isEqualTo(Outcome.TIMEOUT);
    assertThat(tell(Release.of(new LeaseId(1, 2), Outcome.SUCCESS)).firstOutcome()).isFalse();
  }

  @Test
  void onlyUnusedGivesTokensBackOnceAndUpToTheBurst() {
    Lease used = lease(leased("api", 2));
    release(used.id(), Outcome.ERROR);
    assertUsed("api", 2);
    Lease unused = lease(leased("api", 5));
    release(unused.id(), Outcome.UNUSED);
    release(unused.id(), Outcome.UNUSED);
    assertUsed("api", 2);
    Lease last = lease(leased("api", 8));
    replacePolicy("api", rate(10, DAY, 3));
    release(last.id(), Outcome.UNUSED);
    assertThat(available("api")).isEqualTo(3);
  }

  @Test
  void estimateIsSettledOnceWithTheRelease() {
    Demand guess = Demand.of("api", 4).asEstimate();
    Lease less = lease(Acquire.of(guess));
    StateStore.Released released = settle(less.id(), 1);
    assertThat(released.settlements())
        .containsExactly(new Settlement(less.claim().charges().get(0), -3, 0));
    assertThat(available("api")).isEqualTo(9);
    assertThat(settle(less.id(), 9).settlements()).isEmpty();
    assertThat(available("api")).isEqualTo(9);
    Lease more = lease(Acquire.of(guess));
    assertThat(settle(more.id(), 40).settlements().get(0).overrun()).isEqualTo(21);
    assertThat(available("api")).as("as much debt as the burst").isEqualTo(-10);
  }

  @Test
  void estimateOfLeaseThatExpiredIsDebitedOnceAndGivesNothingBack() {
    Demand guess = Demand.of("api", 3).asEstimate();
    Lease less = lease(Acquire.of(guess));
    Lease more = lease(Acquire.of(guess));
    passTime(TTL.plus(GRACE).plusMillis(10));
    expire();
    assertThat(settle(less.id(), 0).settlements()).isEmpty();
    assertThat(available("api")).isEqualTo(4);
    assertThat(settle(more.id(), 5).settlements()).hasSize(1);
    assertThat(available("api")).isEqualTo(2);
  }

  @Test
  void leaseExpiresAfterItsTimeAndGraceAndNotBefore() {
    Lease lease = lease(Acquire.of(Demand.of("jobs")));
    passTime(TTL.minusMillis(500));
    expire();
    assertThat(store.lease(lease.id()).isLive()).isTrue();
    passTime(Duration.ofMillis(500).plus(GRACE).plusMillis(5));
    expire();
    assertThat(expired).extracting(Lease::id).containsExactly(lease.id());
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.EXPIRED);
    assertUsed("jobs", 0);
    assertThat(release(lease.id(), Outcome.UNUSED)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(renew(lease.id(), 0).status()).isEqualTo(RenewStatus.LOST);
    assertUsed("jobs", 0);
    expire();
    assertThat(expired).as("told once").hasSize(1);
  }

  @Test
  void nextExpiryIsTheTimeOfTheFirstLease() {
    Lease lease = lease(Acquire.of(Demand.of("jobs")));
    long latest = now() + TTL.plus(GRACE).plusMillis(5).toNanos();
    assertThat(store.nextExpiryNanos()).isLessThanOrEqualTo(latest);
    release(lease.id(), Outcome.SUCCESS);
  }

  @Test
  void renewalExtendsWithinItsTerms() {
    Lease lease = lease(Acquire.builder(Demand.of("jobs")).ttlNanos(seconds(1)).build());
    assertThat(lease.remainingNanos(now())).isLessThanOrEqualTo(seconds(1));
    Renewal renewal = renew(lease.id(), seconds(2));
    assertThat(renewal.status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(renewal.ttlNanos()).isEqualTo(seconds(2));
    assertThat(renewal.fencingToken()).isEqualTo(lease.fencingToken());
    assertThat(renew(lease.id(), 0).ttlNanos()).as("as granted").isEqualTo(seconds(1));
    Lease usual = lease(Acquire.of(Demand.of("jobs")));
    assertThat(renew(usual.id(), 0).ttlNanos()).as("the default").isEqualTo(TTL.toNanos());
    release(usual.id(), Outcome.SUCCESS);
    assertThat(renew(lease.id(), seconds(60)).ttlNanos())
        .as("the ceiling")
        .isEqualTo(MAX_TTL.toNanos());
    assertThat(renew(new LeaseId(1, 2), 0).status()).isEqualTo(RenewStatus.UNKNOWN);
    release(lease.id(), Outcome.SUCCESS);
    assertThat(renew(lease.id(), 0)).isEqualTo(Renewal.LOST);
  }

  @Test
  void renewalEndsAtTheLongestHold() {
    Lease lease = lease(Acquire.of(Demand.of("jobs")));
    passTime(Duration.ofMillis(1_500));
    expire();
    Renewal renewal = renew(lease.id(), MAX_TTL.toNanos());
    assertThat(renewal.status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(renewal.ttlNanos()).isBetween(seconds(1), MAX_HOLD.toNanos() - 1_500_000_000L);
    passTime(Duration.ofNanos(renewal.ttlNanos()).plusMillis(5));
    expire();
    assertThat(renew(lease.id(), 0)).as("held as long as it may be").isEqualTo(Renewal.LOST);
    passTime(GRACE.plusMillis(5));
    expire();
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(store.lease(lease.id()).message()).isEqualTo("it was held for its longest time");
    assertThat(renew(lease.id(), 0)).isEqualTo(Renewal.LOST);
    assertThat(release(lease.id(), Outcome.SUCCESS)).isEqualTo(ReleaseStatus.EXPIRED);
  }

  @Test
  void fencingTokensRise() {
    long last = 0;
    for (int i = 0; i < 20; i++) {
      Lease lease = lease(Acquire.of(i % 3 == 0 ? Demand.of("disk") : Demand.of("jobs")));
      assertThat(lease.fencingToken()).isGreaterThan(last);
      last = lease.fencingToken();
      if (i % 2 == 0) {
        release(lease.id(), Outcome.UNUSED);
      } else {
        revoke(lease.id(), "");
      }
    }
  }

  @Test
  void revocationEndsAndSaysWhy() {
    Lease lease = lease(Acquire.of(Demand.of("jobs"), Demand.of("api")));
    StateStore.Released revoked = revoke(lease.id(), "maintenance");
    assertThat(revoked.status()).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(revoked.lease().state()).isEqualTo(LeaseState.REVOKED);
    assertThat(revoked.lease().message()).isEqualTo("maintenance");
    assertUsed("jobs", 0, "api", 1);
    assertThat(renew(lease.id(), 0)).isEqualTo(Renewal.LOST);
    assertThat(release(lease.id(), Outcome.UNUSED)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(revoke(lease.id(), "").status()).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(revoke(new LeaseId(1, 2), "").status()).isEqualTo(ReleaseStatus.UNKNOWN);
    assertUsed("jobs", 0, "api", 1);
  }

  @Test
  void flippingPoliciesMintsNothing() {
    admitted(decide(Acquire.of(Demand.of("api", 7))));
    for (int i = 0; i < 100; i++) {
      replacePolicy("api", rate(1, DAY, 1_000));
      replacePolicy("api", rate(999_983, DAY.multipliedBy(365), 5));
      replacePolicy("api", rate(10, DAY, 10));
    }
    assertThat(available("api")).isBetween(2L, 3L);
  }

  @Test
  void loweredLimitRevokesNobodyAndGrantsNobodyUntilThereIsRoom() {
    Lease first = lease(Acquire.of(Demand.of("jobs", 2)));
    lease(Acquire.of(Demand.of("jobs")));
    replacePolicy("jobs", concurrency(1));
    assertThat(store.leases()).hasSize(2);
    assertThat(available("jobs")).isEqualTo(-2);
    refused(decide(Acquire.of(Demand.of("jobs"))));
    release(first.id(), Outcome.SUCCESS);
    refused(decide(Acquire.of(Demand.of("jobs"))));
    replacePolicy("jobs", concurrency(2));
    admitted(decide(Acquire.of(Demand.of("jobs"))));
  }

  @Test
  void limitThatWasDeletedIsHeldAgainWhenItComesBack() {
    Limit jobs = limit("jobs").limit();
    Lease lease = lease(Acquire.of(Demand.of("jobs", 2)));
    delete("jobs");
    put(jobs);
    assertUsed("jobs", 2);
    assertThat(lease.claim().charges().get(0).bucket().limit()).isSameAs(limit("jobs"));
    release(lease.id(), Outcome.SUCCESS);
    assertUsed("jobs", 0);
    delete("jobs");
    put(jobs);
    assertUsed("jobs", 0);
  }

  @Test
  void leasesCountInTheBucketOfTheNewKey() {
    Limit seats = limit("seats").limit().withPolicy(concurrency(5));
    put(seats);
    lease(Acquire.of(tenant("seats", "a"), tenant("seats", "b")));
    Lease second = lease(Acquire.of(tenant("seats", "b")));
    put(seats.withKey());
    assertUsed("seats", 3);
    put(seats.withKey("tenant"));
    assertThat(used("seats")).isEqualTo(3);
    release(second.id(), Outcome.SUCCESS);
    assertUsed("seats", 2);
  }

  @Test
  void tokensOfAnotherKeyBeginAtNoneAndResetFillsThem() {
    admitted(decide(Acquire.of(Demand.of("api", 1))));
    put(limit("api").limit().withKey("tenant"));
    refused(decide(Acquire.of(tenant("api", "a"))));
    put(limit("api").limit().withKey());
    // All of it: a store that outlives the limit may go on with what it had left.
    refused(decide(Acquire.of(Demand.of("api", 10))));
    store.limitReset(limit("api"), now());
    admitted(decide(Acquire.of(Demand.of("api", 10))));
  }

  @Test
  void devicesStayHeldWhateverLimitTheyAreOf() {
    Limit cards = limit("cards").limit();
    Lease lease = lease(Acquire.of(Demand.of("cards").withDevices(new DeviceAsk(1, 500, false))));
    long used = used("cards");
    assertThat(used).isPositive();
    delete("cards");
    put(Limit.of("others", "others", cards.policy()));
    assertUsed("others", used);
    release(lease.id(), Outcome.SUCCESS);
    assertUsed("others", 0);
  }

  @Test
  void peekChangesNothing() {
    lease(Acquire.of(Demand.of("jobs")));
    long next = store.nextExpiryNanos();
    for (int i = 0; i < 20; i++) {
      Acquire acquire =
          Acquire.builder(Demand.of("jobs"), Demand.of("api", 10), tenant("seats", "t" + i))
              .requestId("r" + i)
              .build();
      Verdict.Admitted admitted = admitted(decide(acquire, StateStore.Mode.PEEK));
      assertThat(admitted.lease()).isNull();
      assertThat(admitted.replayed()).isFalse();
      refused(decide(Acquire.of(Demand.of("jobs", 3)), StateStore.Mode.PEEK));
    }
    assertUsed("jobs", 1, "api", 0, "seats", 0);
    assertThat(store.usage(limit("seats"), now()).buckets()).isZero();
    assertThat(store.leases()).hasSize(1);
    assertThat(store.nextExpiryNanos()).isEqualTo(next);
    assertThat(decide(Acquire.builder(Demand.of("disk")).requestId("r1").build()))
        .as("a request id that only looked is free")
        .isInstanceOf(Verdict.Admitted.class);
  }

  @Test
  void keysHaveIndependentBuckets() {
    lease(Acquire.of(tenant("seats", "a")));
    lease(Acquire.of(tenant("seats", "b")));
    refused(decide(Acquire.of(tenant("seats", "a"))));
    assertUsed("seats", 2);
    admitted(decide(Acquire.of(tenant("calls", "a"))));
    admitted(decide(Acquire.of(tenant("calls", "a"))));
    refused(decide(Acquire.of(tenant("calls", "a"))));
    admitted(decide(Acquire.of(tenant("calls", "b"))));
  }

  @Test
  void keysBeyondTheBoundShareOneBucket() {
    for (String name : new String[] {"a", "b", "c"}) {
      lease(Acquire.of(tenant("seats", name)));
    }
    Lease shared = lease(Acquire.of(tenant("seats", "d")));
    refused(decide(Acquire.of(tenant("seats", "e"))));
    refused(decide(Acquire.of(tenant("seats", "e")), StateStore.Mode.PEEK));
    release(shared.id(), Outcome.SUCCESS);
    admitted(decide(Acquire.of(tenant("seats", "e"))));
    refused(decide(Acquire.of(tenant("seats", "a"))));
  }

  @Test
  void bucketWithNothingTakenIsForgotten() {
    for (int i = 0; i < 10; i++) {
      Lease lease = lease(Acquire.of(tenant("seats", "t" + i)));
      release(lease.id(), Outcome.SUCCESS);
    }
    assertThat(store.usage(limit("seats"), now()).buckets()).isZero();
  }

  @Test
  void retainedBucketStays() {
    ActiveLimit seats = limit("seats");
    Bucket bucket = store.bucket(seats, Route.key(seats, tenant("seats", "a")), now());
    store.retain(bucket);
    Lease lease = lease(Acquire.of(tenant("seats", "a")));
    release(lease.id(), Outcome.SUCCESS);
    assertThat(store.bucket(seats, bucket.key(), now())).isSameAs(bucket);
    store.unretain(bucket, now());
    assertThat(store.usage(seats, now()).buckets()).isZero();
  }

  @Test
  void bearsSoManyLeasesAndNoMore() {
    use(2);
    lease(Acquire.of(Demand.of("jobs")));
    Lease second = lease(leased("api", 1));
    assertThat(decide(Acquire.of(Demand.of("jobs")))).isInstanceOf(Verdict.Full.class);
    assertThat(decide(Acquire.of(Demand.of("jobs")), StateStore.Mode.PEEK))
        .isInstanceOf(Verdict.Full.class);
    assertUsed("jobs", 1);
    admitted(decide(Acquire.of(Demand.of("api"))));
    release(second.id(), Outcome.SUCCESS);
    admitted(decide(Acquire.of(Demand.of("jobs"))));
  }

  @Test
  void aLostDeviceEndsItsLeasesAndACordonedOneTakesNoMore() {
    DeviceAsk alone = new DeviceAsk(1, 1_500, true);
    Lease onLarge = lease(Acquire.of(Demand.of("cards").withDevices(alone)));
    Lease onSmall = lease(Acquire.of(Demand.of("cards").withDevices(DeviceAsk.ofMemory(1))));
    Device small = new Device("GPU-small", 0, "", 1_000);
    List<Lease> revoked = new ArrayList<>();
    store.inventory(
        limit("cards"), List.of(DeviceReading.of(small)), now(), end -> revoked.add(end.lease()));
    assertThat(revoked).containsExactly(onLarge);
    assertThat(onLarge.state()).isEqualTo(LeaseState.REVOKED);
    assertThat(onLarge.message()).isEqualTo("device GPU-large of limit cards is lost");
    assertThat(onSmall.isLive()).isTrue();
    assertThat(store.devices(limit("cards"))).extracting(DeviceUsage::lost).contains(true, false);

    assertThat(store.cordon(limit("cards"), "GPU-small", true, now())).isTrue();
    assertThat(store.cordon(limit("cards"), "GPU-none", true, now())).isFalse();
    Verdict.Refused refused =
        refused(decide(Acquire.of(Demand.of("cards").withDevices(DeviceAsk.ofMemory(1)))));
    assertThat(refused.obstacles().get(0).blocker().detail())
        .isEqualTo("GPU-small is cordoned, GPU-large is lost");
    assertUsed("cards", 1);
  }

  @Test
  void devicesAreNamedAndGivenBack() {
    Lease exclusive =
        lease(Acquire.of(Demand.of("cards").withDevices(new DeviceAsk(1, 1_500, true))));
    assertThat(exclusive.allotments())
        .containsExactly(new Allotment("cards", "GPU-large", 1, 2_000, 100));
    Lease shared = lease(Acquire.of(Demand.of("cards").withDevices(DeviceAsk.ofMemory(600))));
    assertThat(shared.allotments()).containsExactly(new Allotment("cards", "GPU-small", 0, 600, 0));
    assertUsed("cards", 3);
    Verdict.Refused refused =
        refused(decide(Acquire.of(Demand.of("cards").withDevices(DeviceAsk.ofMemory(500)))));
    assertThat(refused.obstacles().get(0).blocker().reason()).isEqualTo(DenialReason.DEVICES);
    assertThat(refused.obstacles().get(0).blocker().detail())
        .isEqualTo(
            "GPU-small has 400 MiB free of 1000, 500 asked,"
                + " GPU-large has 0 MiB free of 2000, 500 asked");
    assertThat(store.devices(limit("cards")))
        .extracting(device -> device.grantedMib(), device -> device.exclusive())
        .containsExactly(tuple(600L, false), tuple(2_000L, true));
    release(exclusive.id(), Outcome.SUCCESS);
    revoke(shared.id(), "");
    assertUsed("cards", 0);
    assertThat(store.devices(limit("cards"))).allMatch(device -> device.grantedMib() == 0);
    assertThat(store.devices(limit("jobs"))).isEmpty();
  }

  @Test
  void plainSlotsAreSemaphore() {
    Lease first = lease(Acquire.of(Demand.of("slots")));
    lease(Acquire.of(Demand.of("slots")));
    assertThat(
            refused(decide(Acquire.of(Demand.of("slots")))).obstacles().get(0).blocker().reason())
        .isEqualTo(DenialReason.DEVICES);
    release(first.id(), Outcome.SUCCESS);
    admitted(decide(Acquire.of(Demand.of("slots"))));
  }

  @Test
  void untouchedLimitHasAllOfIt() {
    assertThat(store.usage(limit("jobs"), now())).isEqualTo(new Usage(1, 0, 3));
    assertThat(store.usage(limit("seats"), now())).isEqualTo(new Usage(0, 0, 0));
  }

  @Test
  void nestedLeaseTakesOnlyWhatIsBeyondItsParent() {
    Lease parent = lease(Acquire.of(Demand.of("jobs", 2), Demand.of("api", 1)));
    Lease covered = lease(nested(parent, Demand.of("jobs", 2), Demand.of("api", 4)));
    assertUsed("jobs", 2, "api", 5);
    Lease beyond = lease(nested(parent, Demand.of("jobs", 3), Demand.of("disk")));
    assertUsed("jobs", 3, "disk", 1);
    Lease deeper = lease(nested(beyond, Demand.of("jobs", 3)));
    assertUsed("jobs", 3);
    assertThat(decide(nested(parent, Demand.of("jobs", 4)))).isInstanceOf(Verdict.Refused.class);
    assertThat(List.of(parent, covered, beyond, deeper))
        .extracting(Lease::fencingToken)
        .doesNotHaveDuplicates()
        .isSorted();
    release(beyond.id(), Outcome.SUCCESS);
    assertUsed("jobs", 2, "disk", 0);
    assertThat(store.lease(deeper.id()).state()).isEqualTo(LeaseState.RELEASED);
    release(covered.id(), Outcome.SUCCESS);
    assertUsed("jobs", 2);
  }

  @Test
  void endOfParentEndsWhatIsNestedOnIt() {
    Lease parent = lease(Acquire.of(Demand.of("jobs")));
    Lease child = lease(nested(parent, Demand.of("jobs"), Demand.of("disk")));
    Lease grandchild = lease(nested(child, Demand.of("disk", 2)));
    StateStore.Released revoked = revoke(parent.id(), "for the test");
    assertThat(revoked.ended())
        .extracting(end -> end.lease().id())
        .containsExactly(parent.id(), child.id(), grandchild.id());
    for (Lease lease : List.of(child, grandchild)) {
      assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.REVOKED);
      assertThat(store.lease(lease.id()).message()).isEqualTo("its parent ended");
      assertThat(renew(lease.id(), 0)).isEqualTo(Renewal.LOST);
      assertThat(release(lease.id(), Outcome.SUCCESS)).isEqualTo(ReleaseStatus.EXPIRED);
    }
    assertUsed("jobs", 0, "disk", 0);
    assertThat(store.leases()).isEmpty();
  }

  @Test
  void expiryOfParentEndsWhatIsNestedOnItOnce() {
    Lease parent = lease(Acquire.of(Demand.of("jobs")));
    Lease twin = lease(nested(parent, Demand.of("jobs")));
    Lease longer =
        lease(
            Acquire.builder(Demand.of("disk"))
                .parent(parent.id())
                .ttlNanos(MAX_TTL.toNanos())
                .build());
    passTime(TTL.plus(GRACE).plus(GRACE));
    expire();
    assertThat(expired)
        .extracting(Lease::id)
        .containsExactlyInAnyOrder(parent.id(), twin.id(), longer.id());
    assertUsed("jobs", 0, "disk", 0);
    assertThat(store.lease(longer.id()).state()).isEqualTo(LeaseState.EXPIRED);
  }

  @Test
  void undoneParentTakesItsNestedLeasesAlong() {
    Verdict.Admitted parent = admitted(decide(Acquire.of(Demand.of("jobs"))));
    Lease child = lease(nested(parent.lease(), Demand.of("disk")));
    store.undo(parent, now(), ended::add);
    assertThat(ended)
        .extracting(end -> end.lease().id())
        .containsExactly(parent.lease().id(), child.id());
    assertUsed("jobs", 0, "disk", 0);
  }

  @Test
  void parentMustBeLiveLeaseOfTheSameClient() {
    Lease mine = lease(Acquire.builder(Demand.of("jobs")).clientId("me").build());
    for (LeaseId parent : List.of(mine.id(), new LeaseId(1, 2))) {
      Acquire foreign = Acquire.builder(Demand.of("disk")).clientId("you").parent(parent).build();
      assertThat(decide(foreign))
          .as("one text, so that nobody learns of leases of others")
          .isEqualTo(
              new Verdict.BadParent("must be a live lease of this client but was " + parent));
      assertThat(decide(foreign, StateStore.Mode.PEEK)).isInstanceOf(Verdict.BadParent.class);
    }
    Acquire own = Acquire.builder(Demand.of("disk")).clientId("me").parent(mine.id()).build();
    release(lease(own).id(), Outcome.SUCCESS);
    release(mine.id(), Outcome.SUCCESS);
    assertThat(decide(own)).isInstanceOf(Verdict.BadParent.class);
    assertUsed("jobs", 0, "disk", 0);
  }

  @Test
  void nestingIsBoundedInDepthAndWidth() {
    use(3_000);
    Lease parent = lease(leased("jobs", 1));
    Lease deepest = parent;
    for (int depth = 1; depth <= 8; depth++) {
      deepest = lease(nested(deepest, Demand.of("jobs")));
    }
    assertThat(decide(nested(deepest, Demand.of("jobs"))))
        .isEqualTo(new Verdict.BadParent("must be nested less than 8 deep"));
    for (int i = 1; i < 1000; i++) {
      lease(nested(parent, Demand.of("jobs")));
    }
    assertThat(decide(nested(parent, Demand.of("jobs"))))
        .isEqualTo(new Verdict.BadParent("must have less than 1000 live leases nested on it"));
    assertUsed("jobs", 1);
    release(parent.id(), Outcome.SUCCESS);
    assertThat(store.leases()).isEmpty();
    assertUsed("jobs", 0);
  }

  @Test
  void nestedLeaseWorksOnTheDevicesOfItsParent() {
    Lease parent = lease(Acquire.of(cards(1, 900, false)));
    Allotment held = parent.allotments().get(0);
    Lease child = lease(nested(parent, cards(1, 500, false)));
    assertThat(child.allotments())
        .containsExactly(new Allotment("cards", held.deviceUuid(), held.deviceIndex(), 500, 0));
    assertThat(lease(nested(child, cards(1, 500, false))).allotments())
        .isEqualTo(child.allotments());
    assertUsed("cards", 1);
    Lease beyond = lease(nested(parent, cards(1, 950, false)));
    assertThat(beyond.allotments().get(0).deviceUuid())
        .as("an ask rides as a whole or not at all")
        .isNotEqualTo(held.deviceUuid());
    assertUsed("cards", 2);
    assertThat(decide(nested(parent, cards(1, 0, true))))
        .as("what is shared cannot be had exclusively")
        .isInstanceOf(Verdict.Refused.class);
    release(parent.id(), Outcome.SUCCESS);
    Lease alone = lease(Acquire.of(cards(2, 0, true)));
    assertThat(lease(nested(alone, cards(1, 0, true))).allotments())
        .containsExactly(alone.allotments().get(0));
    assertThat(lease(nested(alone, cards(2, 100, false))).allotments()).hasSize(2);
    assertUsed("cards", 4);
    release(alone.id(), Outcome.SUCCESS);
    assertUsed("cards", 0);
  }

  @Test
  void revocationWithGraceBoundsRenewalsAndThenEndsTheLease() {
    Lease lease = lease(Acquire.of(Demand.of("jobs", 2)));
    StateStore.Released told = revoke(lease.id(), "for the test", Duration.ofSeconds(1));
    assertThat(told.lease().state()).isEqualTo(LeaseState.GRANTED);
    assertThat(told.ended()).isEmpty();
    assertThat(renew(lease.id(), MAX_TTL.toNanos()).ttlNanos())
        .isBetween(1L, Duration.ofSeconds(1).toNanos());
    revoke(lease.id(), "longer", Duration.ofSeconds(9));
    assertThat(renew(lease.id(), MAX_TTL.toNanos()).ttlNanos())
        .as("a later call may only shorten it")
        .isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    assertUsed("jobs", 2);
    passTime(Duration.ofSeconds(1).plus(GRACE).plus(GRACE));
    expire();
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(store.lease(lease.id()).message()).isEqualTo("for the test");
    assertThat(renew(lease.id(), 0)).isEqualTo(Renewal.LOST);
    assertUsed("jobs", 0);
  }

  @Test
  void releaseWithinTheGraceIsRelease() {
    Lease lease = lease(Acquire.of(Demand.of("slow")));
    revoke(lease.id(), "for the test", Duration.ofSeconds(1));
    assertThat(release(lease.id(), Outcome.SUCCESS)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.RELEASED);
    assertUsed("slow", 0);
  }

  @Test
  void expiredLeaseIsQuarantinedForTheLockDelayOfEachLimit() {
    Lease lease = lease(Acquire.of(Demand.of("jobs"), Demand.of("slow"), Demand.of("slower")));
    passTime(TTL.plus(GRACE).plus(GRACE));
    expire();
    assertUsed("jobs", 0, "slow", 1, "slower", 1);
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.QUARANTINED);
    assertThat(store.leases()).extracting(Lease::id).containsExactly(lease.id());
    assertThat(renew(lease.id(), 0)).isEqualTo(Renewal.LOST);
    passTime(Duration.ofMillis(2_100));
    expire();
    assertUsed("slow", 0, "slower", 1);
    passTime(Duration.ofSeconds(1));
    expire();
    assertUsed("slower", 0);
    assertThat(store.leases()).isEmpty();
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.EXPIRED);
    assertThat(expired).as("as it ended, and as each limit came free").hasSize(3);
  }

  @Test
  void lateReleaseEndsTheQuarantineAndReleaseInTimeKnowsNone() {
    Lease intime = lease(Acquire.of(Demand.of("slow")));
    release(intime.id(), Outcome.SUCCESS);
    assertUsed("slow", 0);
    Lease revoked = lease(Acquire.of(Demand.of("slow")));
    assertThat(revoke(revoked.id(), "for the test").ended())
        .containsExactly(new LeaseEnd(revoked, LeaseState.GRANTED));
    assertUsed("slow", 1);
    assertThat(release(revoked.id(), Outcome.UNUSED)).isEqualTo(ReleaseStatus.EXPIRED);
    assertUsed("slow", 0);
    assertThat(store.lease(revoked.id()).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(release(revoked.id(), Outcome.UNUSED)).isEqualTo(ReleaseStatus.EXPIRED);
    assertUsed("slow", 0);
  }

  @Test
  void revocationEndsTheQuarantine() {
    Lease lease = lease(Acquire.of(Demand.of("slow"), Demand.of("slower")));
    revoke(lease.id(), "first");
    revoke(lease.id(), "second", Duration.ofMillis(500));
    assertUsed("slow", 1, "slower", 1);
    passTime(Duration.ofMillis(600));
    expire();
    assertUsed("slow", 0, "slower", 0);
    Lease other = lease(Acquire.of(Demand.of("slow")));
    revoke(other.id(), "first");
    assertThat(revoke(other.id(), "second").ended())
        .containsExactly(new LeaseEnd(other, LeaseState.QUARANTINED));
    assertUsed("slow", 0);
    assertThat(store.leases()).isEmpty();
  }

  @Test
  void suspendedLeaseHoldsNothingAndLivesOn() {
    Lease lease = lease(Acquire.of(Demand.of("jobs", 3), Demand.of("slots"), Demand.of("api", 4)));
    assertThat(suspend(lease.id()))
        .isEqualTo(new StateStore.Suspended(SuspendStatus.SUSPENDED, lease));
    assertUsed("jobs", 0, "slots", 0, "api", 4);
    assertThat(suspend(lease.id()).lease()).as("it was suspended before").isNull();
    assertThat(store.leases()).extracting(Lease::id).containsExactly(lease.id());
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.SUSPENDED);
    assertThat(renew(lease.id(), 0).status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(suspend(new LeaseId(1, 2)).status()).isEqualTo(SuspendStatus.UNKNOWN);
    assertThat(release(lease.id(), Outcome.UNUSED)).isEqualTo(ReleaseStatus.RELEASED);
    assertUsed("api", 0);
    assertThat(suspend(lease.id()).status()).isEqualTo(SuspendStatus.LOST);
    assertThat(decide(resuming(lease), StateStore.Mode.COMMIT)).isInstanceOf(Verdict.Lost.class);
  }

  @Test
  void resumedLeaseTakesTheSameUnderNewFence() {
    Lease lease = lease(Acquire.of(Demand.of("jobs", 3), Demand.of("api", 4)));
    long fence = lease.fencingToken();
    suspend(lease.id());
    Lease other = lease(Acquire.of(Demand.of("jobs")));
    assertThat(refused(decide(resuming(lease), StateStore.Mode.COMMIT)).obstacles()).hasSize(1);
    release(other.id(), Outcome.SUCCESS);
    Lease third = lease(Acquire.of(Demand.of("disk")));
    Verdict.Admitted resumed = admitted(decide(resuming(lease), StateStore.Mode.COMMIT));
    assertThat(resumed.lease().id()).isEqualTo(lease.id());
    assertThat(resumed.replayed()).isFalse();
    assertThat(resumed.lease().fencingToken())
        .isGreaterThan(fence)
        .isGreaterThan(third.fencingToken());
    assertUsed("jobs", 3, "api", 4);
    Verdict.Admitted again = admitted(decide(resuming(lease), StateStore.Mode.COMMIT));
    assertThat(again.replayed()).as("one that runs is answered with its grant").isTrue();
    assertUsed("jobs", 3);
    assertThat(store.leases())
        .as("in the order of their fences")
        .extracting(Lease::id)
        .containsExactly(third.id(), lease.id());
    assertThat(store.undo(resumed, now(), ended::add)).as("another call was told").isFalse();
    release(lease.id(), Outcome.SUCCESS);
    assertUsed("jobs", 0);
  }

  @Test
  void undoneResumptionLeavesTheLeaseSuspended() {
    Lease lease = lease(Acquire.of(cards(2, 100, false)));
    suspend(lease.id());
    assertUsed("cards", 0);
    Verdict.Admitted resumed = admitted(decide(resuming(lease), StateStore.Mode.COMMIT));
    assertThat(resumed.lease().allotments()).hasSize(2);
    assertUsed("cards", 2);
    assertThat(store.undo(resumed, now(), ended::add)).isTrue();
    assertUsed("cards", 0);
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.SUSPENDED);
    assertThat(store.undo(resumed, now(), ended::add)).isFalse();
  }

  @Test
  void suspendedLeaseExpiresAndKnowsNoQuarantine() {
    Lease lease = lease(Acquire.of(Demand.of("slow")));
    suspend(lease.id());
    passTime(TTL.plus(GRACE).plus(GRACE));
    expire();
    assertThat(expired).extracting(Lease::id).containsExactly(lease.id());
    assertUsed("slow", 0);
    assertThat(store.lease(lease.id()).state()).isEqualTo(LeaseState.EXPIRED);
    assertThat(store.leases()).isEmpty();
  }

  @Test
  void leaseOnWhichOthersAreNestedIsNotSuspended() {
    Lease parent = lease(Acquire.of(Demand.of("jobs")));
    Lease child = lease(nested(parent, Demand.of("jobs", 2)));
    assertThat(suspend(parent.id()).status()).isEqualTo(SuspendStatus.NESTED);
    assertUsed("jobs", 2);
    suspend(child.id());
    assertUsed("jobs", 1);
    assertThat(suspend(parent.id()).status()).isEqualTo(SuspendStatus.NESTED);
    admitted(decide(resuming(child), StateStore.Mode.COMMIT));
    assertUsed("jobs", 2);
    release(child.id(), Outcome.SUCCESS);
    suspend(parent.id());
    assertThat(decide(nested(parent, Demand.of("jobs")))).isInstanceOf(Verdict.BadParent.class);
  }

  @Test
  void leasesOfDisconnectedClientAreReclaimedAfterTheirGrace() {
    Acquire acquire =
        Acquire.builder(Demand.of("shortly"), Demand.of("jobs")).clientId("c").build();
    Lease gone = lease(acquire);
    Lease other = lease(Acquire.builder(Demand.of("shortly")).clientId("d").build());
    Lease kept = lease(Acquire.builder(Demand.of("jobs")).clientId("c").build());
    Lease nameless = lease(Acquire.of(Demand.of("shortly")));
    store.disconnected("c", now());
    store.disconnected("", now());
    passTime(Duration.ofMillis(400));
    expire();
    assertUsed("shortly", 3);
    passTime(Duration.ofMillis(200));
    expire();
    assertThat(expired).extracting(Lease::id).containsExactly(gone.id());
    assertThat(store.lease(gone.id()).state()).isEqualTo(LeaseState.EXPIRED);
    assertThat(store.lease(gone.id()).message()).isEqualTo("its client disconnected");
    assertThat(store.leases())
        .extracting(Lease::id)
        .containsExactly(other.id(), kept.id(), nameless.id());
    assertUsed("shortly", 2, "jobs", 1);
  }

  @Test
  void clientThatComesBackOrRenewsKeepsItsLeases() {
    Lease first = lease(Acquire.builder(Demand.of("shortly")).clientId("c").build());
    Lease second = lease(Acquire.builder(Demand.of("shortly")).clientId("c").build());
    store.disconnected("c", now());
    store.connected("c", now());
    passTime(Duration.ofMillis(600));
    expire();
    assertUsed("shortly", 2);
    store.disconnected("c", now());
    assertThat(renew(second.id(), 0).status()).isEqualTo(RenewStatus.RENEWED);
    passTime(Duration.ofMillis(600));
    expire();
    assertThat(expired).isEmpty();
    passTime(TTL);
    expire();
    assertThat(expired).extracting(Lease::id).contains(first.id());
    assertThat(store.lease(first.id()).message()).isEmpty();
  }

  private StateStore.Suspended suspend(LeaseId id) {
    return answer(told -> store.suspend(id, now(), told));
  }

  private static Claim resuming(Lease lease) {
    List<Charge> held =
        lease.claim().charges().stream()
            .filter(charge -> charge.bucket().limit().limit().policy().terms() != null)
            .toList();
    Acquire acquire = Acquire.of(Demand.of("jobs"));
    return new Claim(acquire, held, lease.claim().terms()).resuming(lease.id());
  }

  private Verdict decide(Claim claim, StateStore.Mode mode) {
    return answer(told -> store.decide(claim, mode, now(), told));
  }

  @Test
  void nestedLeaseIsQuarantinedForWhatItTookItself() {
    Lease parent = lease(Acquire.of(Demand.of("slow")));
    Lease child = lease(nested(parent, Demand.of("slow"), Demand.of("slower")));
    revoke(parent.id(), "for the test");
    assertUsed("slow", 1, "slower", 1);
    release(child.id(), Outcome.SUCCESS);
    assertUsed("slow", 1, "slower", 0);
    release(parent.id(), Outcome.SUCCESS);
    assertUsed("slow", 0);
  }

  private static Demand cards(int count, long memoryMib, boolean exclusive) {
    return Demand.of("cards").withDevices(new DeviceAsk(count, memoryMib, exclusive));
  }

  private static Acquire nested(Lease parent, Demand... demands) {
    return Acquire.builder(demands).parent(parent.id()).build();
  }

  private Verdict decide(Acquire acquire) {
    return decide(acquire, StateStore.Mode.COMMIT);
  }

  private Verdict decide(Acquire acquire, StateStore.Mode mode) {
    List<Charge> charges = new ArrayList<>();
    LeaseTerms terms = acquire.wantLease() || acquire.hasEstimate() ? TERMS : null;
    for (Demand demand : acquire.demands()) {
      for (ActiveLimit limit : limits.route(demand.resource()).limits()) {
        Bucket bucket =
            mode == StateStore.Mode.PEEK
                ? store.peekBucket(limit, Route.key(limit, demand), now())
                : store.bucket(limit, Route.key(limit, demand), now());
        List<DeviceAsk> asks = demand.devices() == null ? List.of() : List.of(demand.devices());
        long estimate = demand.estimate() ? demand.permits() : Charge.CERTAIN;
        charges.add(
            new Charge(bucket, demand.resource(), demand.permits(), asks).withEstimate(estimate));
        terms = terms == null ? limit.limit().policy().terms() : terms;
      }
    }
    charges.sort((a, b) -> Integer.compare(a.bucket().limit().order(), b.bucket().limit().order()));
    LeaseId parent = acquire.parent();
    if (parent != null) {
      charges.replaceAll(charge -> store.ride(charge, parent));
    }
    Claim claim = new Claim(acquire, charges, terms);
    charges.forEach(charge -> store.retain(charge.bucket()));
    Verdict verdict = answer(told -> store.decide(claim, mode, now(), told));
    charges.forEach(charge -> store.unretain(charge.bucket(), now()));
    return verdict;
  }

  private Lease lease(Acquire acquire) {
    Lease lease = admitted(decide(acquire)).lease();
    assertThat(lease).isNotNull();
    return lease;
  }

  private static Verdict.Admitted admitted(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Admitted.class);
    return (Verdict.Admitted) verdict;
  }

  private static Verdict.Refused refused(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    return (Verdict.Refused) verdict;
  }

  private ReleaseStatus release(LeaseId id, Outcome outcome) {
    return tell(Release.of(id, outcome)).status();
  }

  private StateStore.Released settle(LeaseId id, long actual) {
    return tell(Release.of(id, Outcome.SUCCESS).withActualPermits(actual));
  }

  private StateStore.Released tell(Release release) {
    StateStore.Released released = answer(told -> store.release(release, now(), told));
    assertThat(released.lease() == null).isEqualTo(released.status() == ReleaseStatus.UNKNOWN);
    return released;
  }

  private StateStore.Released revoke(LeaseId id, String message) {
    return revoke(id, message, Duration.ZERO);
  }

  private StateStore.Released revoke(LeaseId id, String message, Duration grace) {
    return answer(told -> store.revoke(id, message, grace.toNanos(), now(), told));
  }

  private Renewal renew(LeaseId id, long ttlNanos) {
    return answer(told -> store.renew(id, ttlNanos, now(), told));
  }

  private void expire() {
    store.expire(now(), end -> expired.add(end.lease()));
    settle();
  }

  private void replacePolicy(String name, Policy policy) {
    put(limit(name).limit().withPolicy(policy));
  }

  /** Puts a limit in the place of the one of its name, or behind all. */
  private void put(Limit limit) {
    List<Limit> definitions = new ArrayList<>(limits.definitions());
    if (limits.find(limit.name()) == null) {
      definitions.add(limit);
    }
    definitions.replaceAll(old -> old.name().equals(limit.name()) ? limit : old);
    replace(definitions);
  }

  private void delete(String name) {
    List<Limit> definitions = new ArrayList<>(limits.definitions());
    definitions.removeIf(limit -> limit.name().equals(name));
    replace(definitions);
  }

  private void replace(List<Limit> definitions) {
    List<LimitChange> changes = limits.replace(definitions);
    for (LimitChange change : changes) {
      if (change.retired() != null) {
        store.limitRetired(change.retired(), now());
      }
    }
    for (LimitChange change : changes) {
      if (change.before() != null) {
        store.limitChanged(change.active(), change.before(), now());
      } else if (change.active() != null) {
        store.limitAdded(change.active(), change.retired() != null, now());
      }
    }
  }

  private <T> T answer(Consumer<Consumer<T>> call) {
    List<T> answers = new ArrayList<>();
    call.accept(answers::add);
    settle();
    assertThat(answers).as("told exactly once").hasSize(1);
    return answers.get(0);
  }

  private void assertUsed(Object... limitsAndUsed) {
    for (int i = 0; i < limitsAndUsed.length; i += 2) {
      String name = (String) limitsAndUsed[i];
      assertThat(used(name)).as(name).isEqualTo(((Number) limitsAndUsed[i + 1]).longValue());
    }
  }

  private long used(String name) {
    return store.usage(limit(name), now()).used();
  }

  private long available(String name) {
    return store.usage(limit(name), now()).available();
  }

  private ActiveLimit limit(String name) {
    @Nullable ActiveLimit limit = limits.find(name);
    assertThat(limit).isNotNull();
    return limit;
  }

  private static Acquire leased(String resource, long permits) {
    return Acquire.builder(Demand.of(resource, permits)).wantLease(true).build();
  }

  private static Demand tenant(String resource, String tenant) {
    return Demand.of(resource).withAttributes(Map.of("tenant", tenant));
  }

  private static LeaseTerms delayed(long seconds) {
    return TERMS.withLockDelayNanos(seconds(seconds));
  }

  private static Policy concurrency(long max) {
    return new Policy.Concurrency(max, TERMS);
  }

  private static Policy rate(long permits, Duration per, long burst) {
    return new Policy.Rate(TokenScale.of(permits, per.toNanos(), burst));
  }

  private static long seconds(long count) {
    return TimeUnit.SECONDS.toNanos(count);
  }
}
