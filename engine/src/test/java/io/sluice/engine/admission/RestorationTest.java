package io.sluice.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.SavedLease;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.engine.store.memory.Restoration;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What survives a restart: everything that somebody was told. */
class RestorationTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final LeaseTerms TERMS = new LeaseTerms(5 * SECOND, 60 * SECOND, 600 * SECOND);
  private static final long NOON = 1_800_000_000_000L;

  /** One life of a process: its engine, its store, and what that told. */
  private static final class Life {
    final MemoryStore store;
    final AdmissionEngine engine;
    final Remembered remembered;
    long now;

    Life(List<Limit> limits, long seed) {
      store = new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(seed), 0);
      engine =
          new AdmissionEngine(limits, EngineSettings.DEFAULT, store, new SplittableRandom(3), 0);
      remembered = new Remembered(store, () -> now);
      engine.wallClock(NOON, 0);
    }

    /** The next life, after this one ended without a word. */
    Life restarted(List<Limit> limits, long seed) {
      Life next = new Life(limits, seed);
      next.now = now;
      Restoration restoration = remembered.restoration(next.store, next.engine::limit);
      remembered.tell(restoration, next.remembered);
      next.engine.restored(restoration.finish(now), List.of(), now);
      next.engine.wallClock(NOON + now / 1_000_000, now);
      return next;
    }

    Decision ask(Acquire acquire) {
      List<Decision> decisions = new ArrayList<>(1);
      Ticket unused = engine.acquire(acquire, decisions::add, now);
      remembered.flush();
      return decisions.isEmpty() ? null : decisions.get(0);
    }

    Decision.Granted grant(Acquire acquire) {
      return (Decision.Granted) ask(acquire);
    }

    LeaseState release(LeaseId id, Outcome outcome) {
      engine.release(Release.of(id, outcome), now, status -> {});
      remembered.flush();
      Lease lease = store.lease(id);
      return lease == null ? null : lease.state();
    }

    void pass(long nanos) {
      now += nanos;
      engine.advance(now);
      remembered.flush();
    }

    /** All that a caller could be told of leases. */
    Map<LeaseId, SavedLease> live() {
      Map<LeaseId, SavedLease> live = new LinkedHashMap<>();
      store.leases().forEach(lease -> live.put(lease.id(), untimed(store.records().saved(lease))));
      return live;
    }

    /** A renewal for a shorter time is not told, so the restored time may be longer. */
    private static SavedLease untimed(SavedLease saved) {
      return new SavedLease(
          saved.id(),
          saved.fencingToken(),
          saved.acquire(),
          saved.charges(),
          saved.terms(),
          saved.allotments(),
          saved.grantedAtNanos(),
          saved.heldSinceNanos(),
          0,
          saved.revokedByNanos(),
          saved.state(),
          saved.endState(),
          saved.outcome(),
          saved.endedAtNanos(),
          saved.message());
    }

    Map<String, String> usage() {
      Map<String, String> usage = new LinkedHashMap<>();
      for (ActiveLimit limit : engine.limits()) {
        var used = store.usage(limit, now);
        // A bucket that is as new may have been forgotten, or not come to exist.
        boolean keyed = !limit.limit().key().isEmpty();
        usage.put(limit.name(), used.used() + (keyed ? "" : " of " + used.available()));
      }
      return usage;
    }
  }

  private static List<Limit> limits() {
    return List.of(
        Limit.of("jobs", "jobs", new Policy.Concurrency(4, TERMS)),
        Limit.of("seats", "seats", new Policy.Concurrency(2, TERMS))
            .withKey("tenant")
            .withMaxKeys(2),
        Limit.of(
            "delayed", "delayed", new Policy.Concurrency(3, TERMS.withLockDelayNanos(4 * SECOND))),
        Limit.of(
            "cards",
            "gpu",
            new Policy.Devices(
                "gpu",
                List.of(new Device("A", 0, "", 1_000), new Device("B", 1, "", 2_000)),
                Placement.BINPACK,
                3,
                TERMS)),
        Limit.of("slots", "slots", new Policy.Slots(2, TERMS)),
        Limit.of("api", "api", new Policy.Rate(TokenScale.of(3, SECOND, 10))),
        Limit.of("calls", "calls", new Policy.Rate(TokenScale.of(7, 3 * SECOND, 5)))
            .withKey("tenant")
            .withMaxKeys(2),
        Limit.of("fixed", "fixed", new Policy.Window(5, new WindowRule.Fixed(3 * SECOND))),
        Limit.of("sliding", "sliding", new Policy.Window(5, new WindowRule.Sliding(3 * SECOND))),
        Limit.of(
            "daily",
            "daily",
            new Policy.Window(50, new WindowRule.Calendar(CalendarUnit.MINUTE, ZoneOffset.UTC))));
  }

  @Test
  void everythingThatWasToldIsThereAfterARestart() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Life life = new Life(limits(), seed);
      List<LeaseId> known = new ArrayList<>();
      List<Acquire> asked = new ArrayList<>();
      for (int step = 0; step < 150; step++) {
        act(life, random, known, asked);
        if (random.nextInt(4) == 0) {
          life.remembered.checkpoint(life.engine, 1 + random.nextInt(5));
        }
        if (random.nextInt(25) == 0) {
          life = assertSame(life, known, "seed " + seed + " step " + step, random);
        }
      }
    }
  }

  /** Restarts, and compares both lives at the same moment. */
  private static Life assertSame(
      Life before, List<LeaseId> known, String where, SplittableRandom random) {
    Life after = before.restarted(limits(), random.nextLong());
    // Who holds a lease may believe in it for as long as before, so nothing of it has changed.
    before
        .live()
        .forEach((id, lease) -> assertThat(after.live()).as(where).containsEntry(id, lease));
    assertThat(after.live().keySet()).as(where).containsExactlyElementsOf(before.live().keySet());
    assertThat(after.usage()).as(where).isEqualTo(before.usage());
    assertThat(after.store.records().nextFence())
        .as(where)
        .isGreaterThanOrEqualTo(before.store.records().nextFence());
    assertThat(after.store.devices(after.engine.limit("cards")).stream().map(d -> d.grantedMib()))
        .as(where)
        .containsExactlyElementsOf(
            before.store.devices(before.engine.limit("cards")).stream()
                .map(d -> d.grantedMib())
                .toList());
    for (LeaseId id : known) {
      Lease old = before.store.lease(id);
      Lease lease = after.store.lease(id);
      assertThat(lease == null).as(where + " " + id).isEqualTo(old == null);
      if (old != null && lease != null) {
        assertThat(lease.state()).as(where).isEqualTo(old.state());
        assertThat(lease.endState()).as(where).isEqualTo(old.endState());
        assertThat(lease.outcome()).as(where).isEqualTo(old.outcome());
        assertThat(lease.message()).as(where).isEqualTo(old.message());
        assertThat(lease.fencingToken()).as(where).isEqualTo(old.fencingToken());
        if (lease.isLive() || lease.isSuspended()) {
          assertThat(lease.remainingNanos(after.now))
              .as(where + ": never less than was promised")
              .isGreaterThanOrEqualTo(old.remainingNanos(before.now));
        }
      }
    }
    return after;
  }

  private static void act(
      Life life, SplittableRandom random, List<LeaseId> known, List<Acquire> asked) {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> {
        Acquire acquire = acquire(random, known);
        asked.add(acquire);
        note(life.ask(acquire), known);
      }
      case 4 -> {
        if (!asked.isEmpty()) { // a retry
          note(life.ask(asked.get(random.nextInt(asked.size()))), known);
        }
      }
      case 5, 6 -> {
        if (!known.isEmpty()) {
          Outcome[] outcomes = Outcome.values();
          life.release(
              known.get(random.nextInt(known.size())), outcomes[random.nextInt(outcomes.length)]);
        }
      }
      case 7 -> {
        if (!known.isEmpty()) {
          long ttl = random.nextBoolean() ? 0 : (1 + random.nextInt(30)) * SECOND;
          life.engine.renew(known.get(random.nextInt(known.size())), ttl, life.now, any -> {});
        }
      }
      case 8 -> {
        if (!known.isEmpty()) {
          life.engine.suspend(known.get(random.nextInt(known.size())), life.now, any -> {});
        }
      }
      case 9 -> {
        if (!known.isEmpty()) {
          Ticket unused =
              life.engine.resume(known.get(random.nextInt(known.size())), 0, any -> {}, life.now);
        }
      }
      case 10 -> {
        if (!known.isEmpty() && random.nextInt(3) == 0) {
          life.engine.revoke(
              known.get(random.nextInt(known.size())),
              "order",
              random.nextInt(3) * SECOND,
              life.now,
              any -> {});
        } else { // a caller that goes away with its grant
          List<Decision> told = new ArrayList<>();
          Ticket ticket = life.engine.acquire(acquire(random, known), told::add, life.now);
          life.engine.cancel(ticket, life.now);
        }
      }
      default -> life.pass(random.nextLong(2 * SECOND));
    }
    life.remembered.flush();
  }

  private static void note(Decision decision, List<LeaseId> known) {
    if (decision instanceof Decision.Granted granted && granted.leaseId() != null) {
      known.add(granted.leaseId());
    }
  }

  private static Acquire acquire(SplittableRandom random, List<LeaseId> known) {
    List<Demand> demands = new ArrayList<>();
    String[] resources = {
      "jobs", "seats", "delayed", "gpu", "slots", "api", "calls", "fixed", "sliding", "daily"
    };
    int count = 1 + random.nextInt(3);
    boolean estimated = false;
    for (int i = 0; i < count; i++) {
      String resource = resources[random.nextInt(resources.length)];
      Demand demand =
          Demand.of(resource, 1 + random.nextInt(2))
              .withAttributes(Map.of("tenant", "t" + random.nextInt(4)));
      if (resource.equals("gpu")) {
        demand = Demand.of("gpu").withDevices(new DeviceAsk(1, 300, random.nextInt(8) == 0));
      }
      if (!estimated && resource.equals("api") && random.nextBoolean()) {
        demand = demand.asEstimate();
        estimated = true;
      }
      demands.add(demand);
    }
    Acquire.Builder builder =
        Acquire.builder(demands).clientId("c" + random.nextInt(3)).wantLease(random.nextBoolean());
    if (random.nextBoolean()) {
      builder.requestId("r" + random.nextInt(1_000));
    }
    if (random.nextInt(4) == 0) {
      Dedup.Scope scope = Dedup.Scope.values()[random.nextInt(3)];
      long ttl = scope == Dedup.Scope.TTL ? 10 * SECOND : 0;
      builder.dedup(
          new Dedup(
              "k" + random.nextInt(3), scope, ttl, Dedup.OnConflict.values()[random.nextInt(4)]));
    }
    if (!known.isEmpty() && random.nextInt(4) == 0) {
      builder.parent(known.get(random.nextInt(known.size())));
    }
    return builder.build();
  }

  @Test
  void dormantLeasesAreAsThoseThatAreAwake() {
    int dormant = 0;
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Life before = new Life(limits(), seed);
      List<LeaseId> known = new ArrayList<>();
      List<Acquire> asked = new ArrayList<>();
      for (int step = 0; step < 60; step++) {
        act(before, random, known, asked);
      }
      Life sleeping = before.restarted(limits(), -seed - 1);
      Life awake = before.restarted(limits(), -seed - 1);
      dormant += sleeping.store.records().dormant();
      assertThat(awake.store.leases()).hasSize(awake.store.leaseCount());
      SplittableRandom waking = random.split();
      long acts = random.nextLong();
      List<LeaseId> knownAwake = new ArrayList<>(known);
      List<Acquire> askedAwake = new ArrayList<>(asked);
      for (int step = 0; step < 40; step++) {
        String where = "seed " + seed + " step " + step;
        act(sleeping, new SplittableRandom(acts + step), known, asked);
        act(awake, new SplittableRandom(acts + step), knownAwake, askedAwake);
        assertThat(known).as(where).isEqualTo(knownAwake);
        assertThat(sleeping.usage()).as(where).isEqualTo(awake.usage());
        assertThat(sleeping.store.leaseCount()).as(where).isEqualTo(awake.store.leaseCount());
        if (waking.nextInt(4) == 0) {
          boolean unused = sleeping.store.records().wakeSome(1);
        }
      }
      assertThat(sleeping.live().entrySet())
          .as("seed " + seed)
          .containsExactlyElementsOf(awake.live().entrySet());
      assertThat(sleeping.engine.nextEventNanos()).isEqualTo(awake.engine.nextEventNanos());
    }
    assertThat(dormant).as("of all that came back").isGreaterThan(300);
  }

  @Test
  void dormantLeasesEndWhenTheirTimeIsOverThoughNobodyAsks() {
    Life life = new Life(limits(), 1);
    for (int i = 0; i < 3; i++) {
      LeaseId unused = life.grant(Acquire.of(Demand.of("jobs"))).leaseId();
    }
    Life next = life.restarted(limits(), 2);
    assertThat(next.store.records().dormant()).isEqualTo(3);
    next.pass(5 * SECOND);
    assertThat(next.store.leaseCount()).isEqualTo(3);
    assertThat(next.store.records().dormant()).as("due after a grace").isZero();
    next.pass(SECOND);
    assertThat(next.store.leaseCount()).isZero();
    assertThat(next.engine.nextEventNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void leaseGetsItsFullTimeAnew() {
    Life life = new Life(limits(), 1);
    LeaseId id = life.grant(Acquire.of(Demand.of("jobs"))).leaseId();
    life.pass(4 * SECOND);
    Life next = life.restarted(limits(), 2);
    assertThat(next.store.lease(id).remainingNanos(next.now)).isEqualTo(5 * SECOND);
    next.pass(5 * SECOND);
    assertThat(next.store.lease(id).state()).isEqualTo(LeaseState.GRANTED);
    next.pass(SECOND);
    assertThat(next.store.lease(id).state()).isEqualTo(LeaseState.EXPIRED);
  }

  @Test
  void longerTimeThatARenewalGotIsKept() {
    Life life = new Life(limits(), 1);
    LeaseId id = life.grant(Acquire.of(Demand.of("jobs"))).leaseId();
    life.engine.renew(id, 50 * SECOND, life.now, any -> {});
    Life next = life.restarted(limits(), 2);
    next.pass(49 * SECOND);
    List<RenewStatus> statuses = new ArrayList<>();
    next.engine.renew(id, 0, next.now, renewal -> statuses.add(renewal.status()));
    assertThat(statuses).containsExactly(RenewStatus.RENEWED);
  }

  @Test
  void retryAfterARestartIsTheSameGrant() {
    Life life = new Life(limits(), 1);
    Acquire leased = Acquire.builder(Demand.of("jobs")).clientId("c").requestId("r").build();
    Acquire leaseless = Acquire.builder(Demand.of("api", 7)).clientId("c").requestId("s").build();
    Decision.Granted first = life.grant(leased);
    life.grant(leaseless);
    Life next = life.restarted(limits(), 2);
    Decision.Granted again = next.grant(leased);
    assertThat(again.replayed()).isTrue();
    assertThat(again.leaseId()).isEqualTo(first.leaseId());
    assertThat(again.fencingToken()).isEqualTo(first.fencingToken());
    assertThat(next.grant(leaseless).replayed()).as("and took nothing again").isTrue();
    assertThat(next.usage()).isEqualTo(life.usage());
  }

  @Test
  void workUnderWayIsStillTheSameWork() {
    Life life = new Life(limits(), 1);
    Acquire.Builder work =
        Acquire.builder(Demand.of("jobs"))
            .dedup(new Dedup("nightly", Dedup.Scope.PENDING_OR_RUNNING, 0, Dedup.OnConflict.REUSE));
    LeaseId id = life.grant(work.clientId("a").build()).leaseId();
    Life next = life.restarted(limits(), 2);
    Decision.Denied duplicate = (Decision.Denied) next.ask(work.clientId("b").build());
    assertThat(duplicate.reason()).isEqualTo(DenialReason.DUPLICATE);
    next.release(id, Outcome.SUCCESS);
    assertThat(next.ask(work.clientId("b").build())).isInstanceOf(Decision.Granted.class);
  }

  @Test
  void nameKeptForItsTimeIsKeptBeyondARestart() {
    Life life = new Life(limits(), 1);
    Dedup dedup = new Dedup("hourly", Dedup.Scope.TTL, 10 * SECOND, Dedup.OnConflict.REUSE);
    LeaseId id = life.grant(Acquire.builder(Demand.of("jobs")).dedup(dedup).build()).leaseId();
    life.grant(Acquire.builder(Demand.of("api")).dedup(dedup).build());
    life.pass(SECOND);
    life.release(id, Outcome.SUCCESS);
    Life next = life.restarted(limits(), 2);
    for (String resource : List.of("jobs", "api")) {
      Acquire again = Acquire.builder(Demand.of(resource)).dedup(dedup).build();
      assertThat(((Decision.Denied) next.ask(again)).reason()).isEqualTo(DenialReason.DUPLICATE);
    }
    next.pass(10 * SECOND);
    assertThat(next.ask(Acquire.builder(Demand.of("jobs")).dedup(dedup).build()))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void leaseOfALimitThatIsGoneHoldsNothing() {
    Life life = new Life(limits(), 1);
    LeaseId id = life.grant(Acquire.of(Demand.of("jobs"), Demand.of("slots"))).leaseId();
    List<Limit> fewer = limits().stream().filter(limit -> !limit.name().equals("jobs")).toList();
    Life next = life.restarted(fewer, 2);
    assertThat(next.store.lease(id).held()).hasSize(1);
    assertThat(next.usage()).containsEntry("slots", "1 of 1").doesNotContainKey("jobs");
  }

  @Test
  void leaseHoldsInTheBucketOfTheKeyThatThereIsNow() {
    Life life = new Life(List.of(Limit.of("l", "jobs", new Policy.Concurrency(2, TERMS))), 1);
    life.grant(Acquire.of(Demand.of("jobs").withAttributes(Map.of("tenant", "a"))));
    List<Limit> keyed =
        List.of(Limit.of("l", "jobs", new Policy.Concurrency(1, TERMS)).withKey("tenant"));
    Life next = life.restarted(keyed, 2);
    assertThat(next.ask(Acquire.of(Demand.of("jobs").withAttributes(Map.of("tenant", "a")))))
        .isInstanceOf(Decision.Denied.class);
    assertThat(next.ask(Acquire.of(Demand.of("jobs").withAttributes(Map.of("tenant", "b")))))
        .isInstanceOf(Decision.Granted.class);
  }

  @Test
  void whatWasSpentStaysSpentUnderOtherNumbers() {
    Life life = new Life(List.of(Limit.of("l", "r", rate(60, 60))), 1);
    life.grant(Acquire.of(Demand.of("r", 50)));
    assertThat(life.restarted(List.of(Limit.of("l", "r", rate(60, 100))), 2).usage())
        .containsEntry("l", "90 of 10");
    assertThat(life.restarted(List.of(Limit.of("l", "r", rate(60, 5))), 2).usage())
        .containsEntry("l", "0 of 5");
    Policy window = new Policy.Window(60, new WindowRule.Fixed(60 * SECOND));
    assertThat(life.restarted(List.of(Limit.of("l", "r", window)), 2).usage())
        .as("another kind of counting begins with nothing left")
        .containsEntry("l", "60 of 0");
  }

  @Test
  void limitThatIsGoneAndComesBackHasNothingToSpend() {
    Life life = new Life(List.of(Limit.of("l", "r", rate(60, 60))), 1);
    life.grant(Acquire.of(Demand.of("r", 50)));
    Life next = life.restarted(List.of(), 2);
    next.engine.putLimit(Limit.of("l", "r", rate(60, 60)), next.now);
    assertThat(next.usage()).containsEntry("l", "60 of 0");
  }

  @Test
  void holderOfADeviceThatIsGoneIsRevoked() {
    Life life = new Life(limits(), 1);
    Demand large = Demand.of("gpu").withDevices(DeviceAsk.ofMemory(1_500));
    Demand small = Demand.of("gpu").withDevices(DeviceAsk.ofMemory(900));
    LeaseId lost = life.grant(Acquire.of(large)).leaseId();
    LeaseId kept = life.grant(Acquire.of(small)).leaseId();
    List<Limit> without =
        List.of(
            Limit.of(
                "cards",
                "gpu",
                new Policy.Devices(
                    "gpu", List.of(new Device("A", 0, "", 1_000)), Placement.BINPACK, 3, TERMS)));
    Life next = life.restarted(without, 2);
    assertThat(next.store.lease(lost).state()).isEqualTo(LeaseState.REVOKED);
    assertThat(next.store.lease(lost).message()).contains("B");
    assertThat(next.store.lease(kept).isLive()).isTrue();
  }

  @Test
  void checkpointForgetsWhatIsOver() {
    Life life = new Life(limits(), 1);
    for (int i = 0; i < 1_000; i++) {
      LeaseId id = life.grant(Acquire.of(Demand.of("jobs"))).leaseId();
      life.release(id, Outcome.SUCCESS);
    }
    life.pass(Duration.ofMinutes(11).toNanos()); // out of the history
    life.grant(Acquire.of(Demand.of("jobs")));
    for (int i = 0; i < 20; i++) {
      life.remembered.checkpoint(life.engine, 100);
    }
    assertThat(life.remembered.size()).isLessThan(10);
    assertThat(life.restarted(limits(), 2).live()).isEqualTo(life.live());
  }

  private static Policy rate(long perMinute, long burst) {
    return new Policy.Rate(TokenScale.of(perMinute, 60 * SECOND, burst));
  }
}
