package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.TokenBucket;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.Lease;
import io.sluice.engine.timer.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Long random runs of one engine beside a model that knows nothing but sums: what each bucket owes
 * to its live leases, a bucket of tokens for each rate, and the order in which waiters came.
 */
class LeaseModelTest {
  private static final int STEPS = 1_000_000;
  private static final int STEPS_BETWEEN_FULL_CHECKS = 1_000;

  @Test
  void usageIsTheSumOfLiveLeasesAfterEveryOfMillionSteps() {
    LongStream.rangeClosed(1, 4).parallel().forEach(seed -> new Run(seed).steps(STEPS / 4).end());
  }

  @Test
  void sameEventsGiveSameAnswers() {
    for (long seed = 11; seed <= 14; seed++) {
      List<String> first = new Run(seed).recording().steps(20_000).trace;
      List<String> second = new Run(seed).recording().steps(20_000).trace;
      assertThat(second).as("seed %d", seed).isEqualTo(first);
    }
  }

  /** An acquire of the run. */
  private final class Asker implements Reply {
    final Run run;
    final Acquire acquire;
    final long[] need;
    final int sequence;
    final long askedAt;

    /** When the wait began that it shares, if it joined one. */
    final long queuedAt;

    @Nullable Ticket ticket;
    @Nullable Decision decision;
    boolean shared;
    long admissibleSince = -1;

    Asker(Run run, Acquire acquire, long[] need, @Nullable Asker joined) {
      this.run = run;
      this.acquire = acquire;
      this.need = need;
      this.askedAt = run.fixture.now();
      this.sequence = joined == null ? run.sequence++ : joined.sequence;
      this.queuedAt = joined == null ? askedAt : joined.queuedAt;
    }

    @Override
    public void decided(Decision answer) {
      run.require(decision == null, "answered twice");
      decision = answer;
      run.answered(this, answer);
    }

    long deadline() {
      return askedAt + acquire.maxWaitNanos();
    }

    boolean isBefore(Asker other) {
      int byRank = Long.compare(rank(), other.rank());
      return byRank != 0 ? byRank < 0 : sequence < other.sequence;
    }

    /** When it counts as having come. */
    private long rank() {
      return queuedAt + acquire.priority() * QueueRules.DEFAULT.agingNanos();
    }
  }

  /** A lease that the model believes to be live. */
  private static final class Held {
    final LeaseId id;
    final long[] need;
    final Asker asker;
    long validUntil;
    long expiresAt;

    Held(LeaseId id, Asker asker) {
      this.id = id;
      this.need = asker.need;
      this.asker = asker;
    }

    void extend(long now, long ttl) {
      validUntil = now + ttl;
      expiresAt = validUntil + Math.max(200_000_000L, ttl / 100);
    }
  }

  private final class Run {
    static final int TENANTS = 4;
    static final int SLOTS = 0;
    static final int KEYED = 1;
    static final int TOKENS = KEYED + TENANTS;
    static final int KEYED_TOKENS = TOKENS + 1;
    static final int BUCKETS = KEYED_TOKENS + TENANTS;
    static final String[] LIMITS = {"slots", "keyed", "tokens", "keyedTokens"};

    final long seed;
    final SplittableRandom random;
    final EngineFixture fixture;
    final ActiveLimit[] limits = new ActiveLimit[LIMITS.length];
    final long[] used = new long[BUCKETS];
    final long[] capacity = new long[BUCKETS];
    final TokenBucket[] tokens = new TokenBucket[BUCKETS];
    final TokenScale[] scales = new TokenScale[BUCKETS];
    final Map<LeaseId, Held> held = new HashMap<>();
    final List<Held> heldList = new ArrayList<>();
    final PriorityQueue<Held> byExpiry =
        new PriorityQueue<>((a, b) -> Long.compare(a.expiresAt, b.expiresAt));
    final List<Asker> waiting = new ArrayList<>();
    final List<LeaseId> ended = new ArrayList<>();
    final List<String> trace = new ArrayList<>();
    boolean recording;
    @Nullable Asker lastLeased;
    @Nullable Asker lastNamed;
    int step;
    int sequence;
    long lastFence;

    Run(long seed) {
      this.seed = seed;
      random = new SplittableRandom(seed);
      fixture =
          EngineFixture.of(
              Limit.of("slots", "slots", concurrency(6)),
              Limit.of("keyed", "keyed", concurrency(3)).withKey("tenant"),
              Limit.of("tokens", "tokens", rate(40, Duration.ofSeconds(1), 10)),
              Limit.of("keyedTokens", "keyedTokens", rate(3, Duration.ofSeconds(1), 5))
                  .withKey("tenant"));
      for (int i = 0; i < LIMITS.length; i++) {
        limits[i] = fixture.active(LIMITS[i]);
      }
      capacity[SLOTS] = 6;
      for (int tenant = 0; tenant < TENANTS; tenant++) {
        capacity[KEYED + tenant] = 3;
        scales[KEYED_TOKENS + tenant] = scaleOf("keyedTokens");
      }
      scales[TOKENS] = scaleOf("tokens");
      for (int i = TOKENS; i < BUCKETS; i++) {
        tokens[i] = new TokenBucket(scales[i], 0);
      }
    }

    Run recording() {
      recording = true;
      return this;
    }

    Run steps(int count) {
      for (step = 0; step < count; step++) {
        act();
        verify();
        if (step % STEPS_BETWEEN_FULL_CHECKS == 0) {
          fixture.check();
        }
      }
      return this;
    }

    void end() {
      fixture.passNanos(Duration.ofHours(1).toNanos());
      verify();
      require(waiting.isEmpty(), "everybody who waited was answered");
      fixture.pass(Duration.ofDays(3));
      verify();
      fixture.check();
      Snapshot snapshot = fixture.engine().snapshot(fixture.now());
      assertThat(snapshot.leases()).as("seed %d", seed).isZero();
      assertThat(snapshot.waiting()).as("seed %d", seed).isZero();
      for (Snapshot.ByLimit limit : snapshot.limits()) {
        assertThat(limit.usage().used()).as("seed %d", seed).isZero();
        assertThat(limit.counts().leases()).as("seed %d", seed).isZero();
        assertThat(limit.counts().waiting()).as("seed %d", seed).isZero();
        if (!limit.limit().key().isEmpty()) {
          assertThat(limit.usage().buckets()).as("seed %d forgets", seed).isZero();
        }
      }
    }

    private void act() {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4, 5 -> acquire();
        case 6, 7, 8, 9 -> release();
        case 10 -> releaseEnded();
        case 11, 12 -> renew();
        case 13 -> cancel();
        case 14 -> askAgain();
        case 15 -> resize();
        case 16 -> revokeSometimes();
        default -> pass();
      }
    }

    private void acquire() {
      String tenant = "t" + random.nextInt(TENANTS);
      int index = tenant.charAt(1) - '0';
      List<Demand> demands = new ArrayList<>();
      long[] need = new long[BUCKETS];
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        int limit = random.nextInt(LIMITS.length);
        long permits = 1 + (random.nextInt(4) == 0 ? random.nextInt(4) : 0);
        int bucket =
            switch (limit) {
              case 0 -> SLOTS;
              case 1 -> KEYED + index;
              case 2 -> TOKENS;
              default -> KEYED_TOKENS + index;
            };
        need[bucket] += permits;
        demands.add(Demand.of(LIMITS[limit], permits).withAttributes(Map.of("tenant", tenant)));
      }
      boolean waits = random.nextInt(3) != 0 && waiting.size() < 24;
      Acquire.Builder builder =
          Acquire.builder(demands)
              .ttlNanos(random.nextInt(3) == 0 ? 0 : seconds(1 + random.nextInt(60)))
              .wantLease(random.nextInt(4) == 0)
              .priority(random.nextInt(4) == 0 ? random.nextInt(10) : 5)
              .maxWaitNanos(waits ? 1 + random.nextLong(seconds(20)) : 0);
      boolean named = random.nextInt(3) == 0;
      if (named) {
        builder.requestId("request-" + step);
      }
      Asker asker = new Asker(this, builder.build(), need, null);
      boolean must = asker.acquire.maxWaitNanos() == 0 && fits(need) && !anyAhead(asker);
      call(asker);
      require(!must || asker.decision instanceof Decision.Granted, "grants a try that fits");
      lastNamed = named ? asker : lastNamed;
    }

    private void call(Asker asker) {
      asker.ticket = fixture.engine().acquire(asker.acquire, asker, fixture.now());
      if (asker.decision == null) {
        require(asker.acquire.maxWaitNanos() > 0, "answers a try at once");
        waiting.add(asker);
      }
    }

    private void askAgain() {
      Asker first = lastNamed;
      if (first == null) {
        return;
      }
      first.shared = true;
      Asker joined = null;
      for (Asker asker : waiting) {
        joined = asker.acquire == first.acquire ? asker : joined;
      }
      Asker again = new Asker(this, first.acquire, first.need, joined);
      again.shared = true;
      call(again);
    }

    private void answered(Asker asker, Decision answer) {
      if (recording) {
        trace.add(step + " " + asker.sequence + " " + answer);
      }
      if (answer instanceof Decision.Granted granted) {
        granted(asker, granted);
      } else if (answer instanceof Decision.Denied denied) {
        boolean exceeds = false;
        for (int i = 0; i < BUCKETS; i++) {
          long top = i < TOKENS ? capacity[i] : scales[i].burst();
          exceeds |= asker.need[i] > top;
        }
        boolean saysSo = denied.reason() == DenialReason.EXCEEDS_LIMIT;
        require(saysSo == exceeds || asker.acquire.maxWaitNanos() > 0 || asker.shared, "exceeds");
        require(denied.waitNanos() >= 0, "waits in the future");
      }
    }

    private void granted(Asker asker, Decision.Granted granted) {
      if (granted.replayed()) {
        return;
      }
      long grantedAt = asker.askedAt + granted.waitedNanos();
      expireUntil(grantedAt);
      for (int i = 0; i < TOKENS; i++) {
        require(
            asker.need[i] == 0 || used[i] + asker.need[i] <= capacity[i], "stays within its limit");
        used[i] += asker.need[i];
      }
      for (int i = TOKENS; i < BUCKETS; i++) {
        if (asker.need[i] > 0) {
          require(tokens[i].tryTake(scales[i], asker.need[i], grantedAt), "the tokens were there");
        }
      }
      LeaseId id = granted.leaseId();
      if (id != null) {
        require(granted.fencingToken() > lastFence, "fencing tokens rise");
        lastFence = granted.fencingToken();
        Held lease = new Held(id, asker);
        lease.extend(grantedAt, granted.ttlNanos());
        require(held.put(id, lease) == null, "a lease id is given once");
        heldList.add(lease);
        byExpiry.add(lease);
        lastLeased = asker;
      }
    }

    private void release() {
      Held lease = pick();
      if (lease == null) {
        return;
      }
      Outcome outcome = random.nextInt(3) == 0 ? Outcome.UNUSED : Outcome.SUCCESS;
      drop(lease);
      if (outcome == Outcome.UNUSED) {
        refund(lease.need);
      }
      require(fixture.release(lease.id, outcome) == ReleaseStatus.RELEASED, "releases");
    }

    private void releaseEnded() {
      if (!ended.isEmpty()) {
        LeaseId id = ended.get(random.nextInt(ended.size()));
        ReleaseStatus status = fixture.release(id, Outcome.UNUSED);
        require(status != ReleaseStatus.RELEASED, "an ended lease is not released again");
      }
    }

    private void renew() {
      if (random.nextInt(8) == 0 && !ended.isEmpty()) {
        Renewal lost = fixture.renew(ended.get(0), Duration.ofSeconds(5));
        require(lost.status() != RenewStatus.RENEWED, "an ended lease is not renewed");
        return;
      }
      Held lease = pick();
      if (lease != null) {
        byExpiry.remove(lease);
        Renewal renewal = fixture.renew(lease.id, Duration.ofSeconds(1 + random.nextInt(60)));
        require(renewal.status() == RenewStatus.RENEWED, "renews");
        lease.extend(fixture.now(), renewal.ttlNanos());
        byExpiry.add(lease);
      }
    }

    private void cancel() {
      if (random.nextBoolean() && !waiting.isEmpty()) {
        Asker asker = waiting.remove(random.nextInt(waiting.size()));
        fixture.engine().cancel(asker.ticket, fixture.now());
        require(asker.decision == null, "a cancelled call is not answered");
      } else if (lastLeased != null && !lastLeased.shared) {
        Asker asker = lastLeased;
        lastLeased = null;
        Decision.Granted granted = (Decision.Granted) asker.decision;
        Held lease = held.get(granted.leaseId());
        if (lease != null) {
          drop(lease);
          refund(lease.need);
          ended.remove(lease.id);
          if (asker == lastNamed) {
            lastNamed = null; // the request id is free again, for another sequence
          }
        }
        fixture.engine().cancel(asker.ticket, fixture.now());
      }
    }

    private void resize() {
      if (random.nextInt(10) != 0) {
        return;
      }
      switch (random.nextInt(3)) {
        case 0 -> {
          capacity[SLOTS] = 3 + random.nextInt(6);
          fixture.replacePolicy("slots", concurrency(capacity[SLOTS]));
        }
        case 1 -> {
          long max = 1 + random.nextInt(5);
          for (int tenant = 0; tenant < TENANTS; tenant++) {
            capacity[KEYED + tenant] = max;
          }
          fixture.replacePolicy("keyed", concurrency(max));
        }
        default -> {
          Policy policy =
              rate(20 + random.nextInt(40), Duration.ofSeconds(1), 5 + random.nextInt(10));
          TokenScale to = ((Policy.Rate) policy).scale();
          tokens[TOKENS].rescale(scales[TOKENS], to, CarryOver.AS_IS, fixture.now());
          scales[TOKENS] = to;
          fixture.replacePolicy("tokens", policy);
        }
      }
    }

    private void revokeSometimes() {
      Held lease = random.nextInt(4) == 0 ? pick() : null;
      if (lease != null) {
        drop(lease);
        require(fixture.revoke(lease.id) != null, "revokes");
      }
    }

    private void pass() {
      fixture.passNanos(
          switch (random.nextInt(40)) {
            case 0 -> seconds(1 + random.nextInt(120));
            case 1, 2, 3 -> seconds(1);
            case 4 -> 0;
            default -> random.nextLong(60_000_000);
          });
    }

    private @Nullable Held pick() {
      return heldList.isEmpty() ? null : heldList.get(random.nextInt(heldList.size()));
    }

    private void drop(Held lease) {
      held.remove(lease.id);
      heldList.remove(lease);
      byExpiry.remove(lease);
      for (int i = 0; i < TOKENS; i++) {
        used[i] -= lease.need[i];
      }
      ended.add(lease.id);
      if (ended.size() > 20) {
        ended.remove(0);
      }
    }

    private void refund(long[] need) {
      for (int i = TOKENS; i < BUCKETS; i++) {
        if (need[i] > 0) {
          tokens[i].giveBack(scales[i], need[i], fixture.now());
        }
      }
    }

    private void expireUntil(long now) {
      for (Held next = byExpiry.peek();
          next != null && next.expiresAt < now;
          next = byExpiry.peek()) {
        Lease lease = fixture.engine().store().lease(next.id);
        if (lease != null && lease.isLive()) {
          require(next.expiresAt + 2 * TimerWheel.TICK_NANOS > now, "expires in time");
          return;
        }
        drop(next);
      }
    }

    private void verify() {
      long now = fixture.now();
      expireUntil(now);
      long keyedUsed = 0;
      long keyedTokensUsed = 0;
      for (int tenant = 0; tenant < TENANTS; tenant++) {
        keyedUsed += used[KEYED + tenant];
        keyedTokensUsed += tokensUsed(KEYED_TOKENS + tenant);
      }
      requireUsed(0, used[SLOTS]);
      requireUsed(1, keyedUsed);
      requireUsed(2, tokensUsed(TOKENS));
      requireUsed(3, keyedTokensUsed);
      waiting.removeIf(asker -> asker.decision != null);
      for (Asker asker : waiting) {
        require(asker.deadline() + 2 * TimerWheel.TICK_NANOS > now, "a wait ends in time");
      }
      requireNoneAdmissible(now);
    }

    private void requireUsed(int limit, long expected) {
      long is = fixture.engine().store().usage(limits[limit], fixture.now()).used();
      if (is != expected) {
        require(false, LIMITS[limit] + " uses " + is + " instead of " + expected);
      }
    }

    private long tokensUsed(int bucket) {
      return scales[bucket].burst() - tokens[bucket].tokens(scales[bucket], fixture.now());
    }

    private boolean fits(long[] need) {
      for (int i = 0; i < BUCKETS; i++) {
        if (need[i] > 0 && !fits(i, need[i])) {
          return false;
        }
      }
      return true;
    }

    private boolean fits(int bucket, long need) {
      return bucket < TOKENS
          ? used[bucket] + need <= capacity[bucket]
          : tokens[bucket].holds(scales[bucket], need, fixture.now());
    }

    private boolean anyAhead(Asker asker) {
      for (Asker other : waiting) {
        if (other.isBefore(asker) && overlap(asker.need, other.need)) {
          return true;
        }
      }
      return false;
    }

    private static boolean overlap(long[] one, long[] other) {
      for (int i = 0; i < BUCKETS; i++) {
        if (one[i] > 0 && other[i] > 0) {
          return true;
        }
      }
      return false;
    }

    /**
     * In the order of the queue: a waiter stands where its need does not fit, and where one before
     * it stands. One that stands nowhere should have gone; tokens may take two ticks.
     */
    private void requireNoneAdmissible(long now) {
      waiting.sort((a, b) -> a.isBefore(b) ? -1 : b.isBefore(a) ? 1 : 0);
      int stood = 0;
      for (Asker asker : waiting) {
        int stands = 0;
        boolean rated = false;
        for (int i = 0; i < BUCKETS; i++) {
          if (asker.need[i] > 0) {
            rated |= i >= TOKENS;
            if (!fits(i, asker.need[i]) || (stood & (1 << i)) != 0) {
              stands |= 1 << i;
            }
          }
        }
        stood |= stands;
        if (stands != 0) {
          asker.admissibleSince = -1;
          continue;
        }
        if (asker.admissibleSince < 0) {
          asker.admissibleSince = now;
        }
        require(
            rated && now - asker.admissibleSince <= 2 * TimerWheel.TICK_NANOS,
            "an admissible waiter goes");
        // It may go a tick later; those behind it may have to wait for that.
        for (int i = 0; i < BUCKETS; i++) {
          stood |= asker.need[i] > 0 ? 1 << i : 0;
        }
      }
    }

    private TokenScale scaleOf(String limit) {
      return ((Policy.Rate) fixture.active(limit).limit().policy()).scale();
    }

    private void require(boolean holds, String what) {
      if (!holds) {
        throw new AssertionError("seed " + seed + " step " + step + ": " + what);
      }
    }
  }

  private static long seconds(int count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
