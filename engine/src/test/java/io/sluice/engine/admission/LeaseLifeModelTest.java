package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.SuspendStatus;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Long random runs of leases that are nested, suspended, revoked with grace, quarantined, and whose
 * clients come and go: usage is the sum over what the leases hold (I-8) and within the limits
 * (I-7), a nested lease takes what its line does not, fencing tokens rise per limit in the order of
 * the grants (I-13), whoever waits alone and fits has gone (I-19), and nothing is left at the end.
 */
class LeaseLifeModelTest {
  private static final int STEPS = 300_000;
  private static final int RUNS = 4;
  private static final String[] LIMITS = {"plain", "safe", "fleeting", "cards"};
  private static final long[] CAPACITY = {4, 3, 3, 4};

  @Test
  void nothingIsLostOrMadeInAnyOrderOfEvents() {
    LongStream.rangeClosed(1, RUNS)
        .parallel()
        .forEach(seed -> new Run(seed).steps(STEPS / RUNS).end());
  }

  /** A call that asks for a lease, or to resume one. */
  private record Asked(
      Call call, long[] need, @Nullable LeaseId parent, @Nullable LeaseId resumes) {}

  private static final class Run {
    final SplittableRandom random;
    final long seed;
    final EngineFixture engine;
    final List<Asked> waiting = new ArrayList<>();
    final List<LeaseId> known = new ArrayList<>();
    final Map<LeaseId, long[]> taken = new HashMap<>();
    final Map<LeaseId, LeaseId> parents = new HashMap<>();
    final long[] lastFence = new long[LIMITS.length];
    int step;

    Run(long seed) {
      this.seed = seed;
      random = new SplittableRandom(seed);
      LeaseTerms brief = new LeaseTerms(seconds(5), seconds(20), seconds(60));
      engine =
          EngineFixture.of(
              Limit.of("plain", "plain", concurrency(CAPACITY[0])),
              Limit.of(
                  "safe",
                  "safe",
                  new Policy.Concurrency(CAPACITY[1], brief.withLockDelayNanos(seconds(3)))),
              Limit.of(
                  "fleeting",
                  "fleeting",
                  new Policy.Slots(CAPACITY[2], brief.withDisconnectGraceNanos(seconds(1)))),
              Limit.of(
                  "cards",
                  "cards",
                  new Policy.Devices(
                      "gpu",
                      List.of(new Device("a", 0, "", 100), new Device("b", 1, "", 100)),
                      Placement.BINPACK,
                      2,
                      brief.withLockDelayNanos(seconds(1)).withDisconnectGraceNanos(0))));
    }

    Run steps(int count) {
      for (step = 0; step < count; step++) {
        act();
        settle();
        verify();
        if (step % 50 == 0) {
          engine.check();
        }
      }
      return this;
    }

    void end() {
      for (Asked asked : waiting) {
        engine.cancel(asked.call());
      }
      waiting.clear();
      engine.pass(Duration.ofHours(30));
      engine.check();
      assertThat(engine.engine().store().leases()).as("seed %d", seed).isEmpty();
      assertThat(engine.waiting()).as("seed %d", seed).isZero();
      for (String limit : LIMITS) {
        assertThat(engine.used(limit)).as("seed %d %s", seed, limit).isZero();
        assertThat(engine.active(limit).counters().snapshot().leases())
            .as("seed %d %s", seed, limit)
            .isZero();
      }
    }

    private void act() {
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3, 4, 5, 6 -> acquire();
        case 7, 8, 9, 10 -> release();
        case 11, 12 -> renew();
        case 13, 14 -> suspend();
        case 15, 16 -> resume();
        case 17 -> revoke();
        case 18 -> cancel();
        case 19 -> connection();
        default ->
            engine.passNanos(
                random.nextInt(20) == 0
                    ? random.nextLong(seconds(12))
                    : random.nextLong(300_000_000));
      }
    }

    private void acquire() {
      if (waiting.size() > 8) {
        return;
      }
      long[] need = new long[LIMITS.length];
      List<Demand> demands = new ArrayList<>();
      for (int i = 0; i <= random.nextInt(3); i++) {
        int limit = random.nextInt(LIMITS.length);
        if (need[limit] == 0) {
          need[limit] = 1 + random.nextInt(2);
          demands.add(Demand.of(LIMITS[limit], need[limit]));
        }
      }
      LeaseId parent = random.nextInt(3) == 0 ? pick() : null;
      Lease above = parent == null ? null : engine.engine().store().lease(parent);
      String client =
          above == null || random.nextInt(20) == 0
              ? "c" + random.nextInt(3)
              : above.claim().acquire().clientId();
      Acquire acquire =
          Acquire.builder(demands)
              .parent(parent)
              .clientId(client)
              .ttlNanos(random.nextBoolean() ? 0 : seconds(1 + random.nextInt(20)))
              .priority(random.nextInt(4) == 0 ? random.nextInt(10) : 5)
              .maxWaitNanos(random.nextInt(3) == 0 ? 0 : seconds(1 + random.nextInt(20)))
              .build();
      waiting.add(new Asked(engine.call(acquire), need, parent, null));
    }

    private void release() {
      LeaseId id = pick();
      if (id != null) {
        LeaseState before = state(id);
        ReleaseStatus status = engine.release(id);
        boolean inTime = before == LeaseState.GRANTED || before == LeaseState.SUSPENDED;
        require(inTime == (status == ReleaseStatus.RELEASED), "releases what is held: " + before);
        require(isEnded(id), "a release ends it, also its quarantine");
      }
    }

    private void renew() {
      LeaseId id = pick();
      if (id != null) {
        LeaseState before = state(id);
        Renewal renewal = engine.renew(id, Duration.ofSeconds(1 + random.nextInt(20)));
        boolean held = before == LeaseState.GRANTED || before == LeaseState.SUSPENDED;
        require(held || renewal.status() != RenewStatus.RENEWED, "renews nothing that ended");
      }
    }

    private void suspend() {
      LeaseId id = pick();
      if (id != null) {
        LeaseState before = state(id);
        SuspendStatus status = engine.suspend(id);
        switch (status) {
          case SUSPENDED -> require(state(id) == LeaseState.SUSPENDED, "is suspended");
          case NESTED -> require(state(id) == LeaseState.GRANTED, "stays as it was");
          case LOST, UNKNOWN ->
              require(
                  before != LeaseState.GRANTED && before != LeaseState.SUSPENDED, "loses nothing");
        }
      }
    }

    private void resume() {
      LeaseId id = pick();
      if (id != null && waiting.size() <= 8) {
        Lease lease = engine.engine().store().lease(id);
        boolean suspended = lease != null && lease.isSuspended();
        long wait = random.nextBoolean() ? 0 : 1 + random.nextInt(20);
        Call call = engine.resume(id, Duration.ofSeconds(wait));
        waiting.add(new Asked(call, need(taken.get(id)), null, suspended ? id : null));
      }
    }

    private static long[] need(long @Nullable [] taken) {
      return taken == null ? new long[LIMITS.length] : taken;
    }

    private void revoke() {
      LeaseId id = pick();
      if (id != null) {
        Duration grace =
            random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(random.nextInt(10));
        engine.revoke(id, grace);
        require(state(id) != LeaseState.GRANTED || !grace.isZero(), "takes back at once");
      }
    }

    private void cancel() {
      if (!waiting.isEmpty()) {
        engine.cancel(waiting.remove(random.nextInt(waiting.size())).call());
      }
    }

    private void connection() {
      String client = "c" + random.nextInt(3);
      if (random.nextBoolean()) {
        engine.engine().disconnected(client, engine.now());
      } else {
        engine.engine().connected(client, engine.now());
      }
    }

    /** Takes over what was answered, in the order of the fencing tokens. */
    private void settle() {
      List<Asked> granted = new ArrayList<>();
      waiting.removeIf(
          asked -> {
            if (asked.call().isGranted()) {
              granted.add(asked);
            }
            return asked.call().isAnswered();
          });
      granted.removeIf(asked -> asked.call().grant().replayed());
      granted.sort(
          (a, b) -> Long.compare(a.call().grant().fencingToken(), b.call().grant().fencingToken()));
      for (Asked asked : granted) {
        granted(asked, asked.call().grant());
      }
    }

    private void granted(Asked asked, Decision.Granted grant) {
      LeaseId id = grant.leaseId();
      Lease lease = engine.engine().store().lease(id);
      if (lease == null) {
        return; // ended and forgotten within the step
      }
      if (asked.resumes() == null) {
        long[] own = asked.need().clone();
        for (LeaseId above = asked.parent(); above != null; above = parents.get(above)) {
          long[] held = taken.get(above);
          for (int i = 0; i < LIMITS.length; i++) {
            own[i] = Math.max(0, own[i] - held[i]);
          }
        }
        for (Charge charge : lease.claim().charges()) {
          int limit = List.of(LIMITS).indexOf(charge.limitName());
          require(
              limit == 3 || charge.taken() == own[limit],
              "takes what those above it do not: " + charge.taken() + " of " + own[limit]);
          own[limit] = charge.taken(); // devices ride ask by ask
        }
        taken.put(id, own);
        known.add(id);
        if (asked.parent() != null) {
          parents.put(id, asked.parent());
        }
      }
      for (Charge charge : lease.claim().charges()) {
        int limit = List.of(LIMITS).indexOf(charge.limitName());
        require(grant.fencingToken() > lastFence[limit], "fencing tokens rise");
        lastFence[limit] = grant.fencingToken();
      }
    }

    private void verify() {
      long[] used = new long[LIMITS.length];
      for (Lease lease : engine.engine().store().leases()) {
        require(!lease.isEnded(), "lists what has not ended");
        LeaseId parent = lease.claim().acquire().parent();
        boolean running = lease.isLive() || lease.isSuspended();
        require(
            parent == null || !running || state(parent) == LeaseState.GRANTED,
            "a nested lease lives no longer than its parent");
        for (Charge charge : lease.held()) {
          used[List.of(LIMITS).indexOf(charge.limitName())] += charge.taken();
        }
      }
      for (int i = 0; i < LIMITS.length; i++) {
        require(used[i] <= CAPACITY[i], LIMITS[i] + " is within its limit");
        require(engine.used(LIMITS[i]) == used[i], LIMITS[i] + " is the sum of what is held");
      }
      if (waiting.size() == 1 && engine.waiting() == 1) {
        Asked alone = waiting.get(0);
        boolean fits = alone.parent() == null && alone.need()[3] == 0;
        for (int i = 0; i < LIMITS.length; i++) {
          fits &= used[i] + alone.need()[i] <= CAPACITY[i];
        }
        require(!fits, "who waits alone and fits has gone");
      }
      if (known.size() > 60) {
        known.subList(0, 30).clear();
      }
    }

    private @Nullable LeaseId pick() {
      return known.isEmpty() ? null : known.get(random.nextInt(known.size()));
    }

    private @Nullable LeaseState state(LeaseId id) {
      Lease lease = engine.engine().store().lease(id);
      return lease == null ? null : lease.state();
    }

    private boolean isEnded(LeaseId id) {
      Lease lease = engine.engine().store().lease(id);
      return lease == null || lease.isEnded();
    }

    private void require(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError("seed " + seed + " step " + step + ": " + what);
      }
    }
  }

  private static long seconds(long count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
