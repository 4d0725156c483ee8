package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineProbe;
import io.sluice.engine.admission.EngineProbe.Waiting;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.RequestKey;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Usage;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The invariants of an engine that its state alone shows, after any step. It remembers of the step
 * before what it needs to tell what is new, and changes nothing.
 */
public final class EngineInvariants {
  private static final long LATENESS_NANOS = 2 * TimerWheel.TICK_NANOS;

  private final AdmissionEngine engine;
  private final EngineSettings settings;
  private final StateStore store;
  private final BooleanSupplier quiet;
  private final Where where;
  private final Predicate<Waiting> mustGo;
  private final Map<Bucket, Long> held = new IdentityHashMap<>();
  private final Set<Bucket> heldByNew = new HashSet<>();

  /** The counters that have counted every grant; one that came back knows older leases, too. */
  private final Set<LimitCounters> whole = Collections.newSetFromMap(new IdentityHashMap<>());

  private Map<Long, Long> admissibleSince = Map.of();

  // By what counts them, which all generations of a limit share.
  private final Map<LimitCounters, Integer> leases = new IdentityHashMap<>();
  private final Map<LimitCounters, Integer> standing = new IdentityHashMap<>();

  private Map<ActiveLimit, Long> capacities = Map.of();
  private long lastFence;
  private long fenceBefore;

  /**
   * Creates the checks.
   *
   * @param store where the state is, at hand
   * @param quiet whether the engine knows every answer of the store
   * @param mustGo which waiters may not wait once what they ask for is there
   */
  public EngineInvariants(
      AdmissionEngine engine,
      EngineSettings settings,
      StateStore store,
      BooleanSupplier quiet,
      Predicate<Waiting> mustGo,
      Where where) {
    this.engine = engine;
    this.settings = settings;
    this.store = store;
    this.quiet = quiet;
    this.mustGo = mustGo;
    this.where = where;
    engine.limits().forEach(limit -> whole.add(limit.counters()));
  }

  /** Throws if an invariant does not hold. */
  public void check() {
    long now = EngineProbe.clockNanos(engine);
    List<ActiveLimit> limits = engine.limits();
    List<Waiting> waiting = EngineProbe.waiting(engine);
    boolean settled = quiet.getAsBoolean();
    held.clear();
    heldByNew.clear();
    leases.clear();
    standing.clear();
    checkLeases(now);
    checkWaiters(waiting, now, settled);
    for (ActiveLimit limit : limits) {
      checkLimit(limit, now, settled);
    }
    checkBuckets(now);
    capacities = new IdentityHashMap<>();
    for (ActiveLimit limit : limits) {
      capacities.put(limit, limit.limit().policy().capacity());
    }
  }

  private void checkLeases(long now) {
    long fence = 0;
    int count = 0;
    Set<RequestKey> requests = new HashSet<>();
    for (Lease lease : store.leases()) {
      count++;
      boolean rises = lease.fencingToken() > fence;
      Invariant.FENCES_RISE.require(rises, where, "%d after %d", lease.fencingToken(), fence);
      fence = lease.fencingToken();
      Invariant.CONSERVATION.require(
          !lease.isEnded(), where, "%s is %s", lease.id(), lease.state());
      Invariant.PROMISED_TIME.require(
          lease.deadlineNanos() + LATENESS_NANOS > now,
          where,
          "%s is live %d ns after its end",
          lease.id(),
          now - lease.deadlineNanos());
      Acquire acquire = lease.claim().acquire();
      Invariant.ONE_GRANT.require(
          acquire.requestId().isEmpty() || requests.add(RequestKey.of(acquire)),
          where,
          "two live leases of request %s",
          acquire.requestId());
      for (Charge charge : lease.claim().charges()) {
        leases.merge(charge.bucket().limit().counters(), lease.isLive() ? 1 : 0, Integer::sum);
      }
      for (Charge charge : lease.held()) {
        held.merge(charge.bucket(), charge.taken(), Long::sum);
        if (fence > lastFence && charge.taken() > 0) {
          heldByNew.add(charge.bucket());
        }
      }
    }
    fenceBefore = lastFence;
    lastFence = Math.max(lastFence, fence);
    Invariant.CONSERVATION.require(
        count == store.leaseCount(), where, "%d leases, %d said", count, store.leaseCount());
  }

  private void checkWaiters(List<Waiting> waiting, long now, boolean settled) {
    Map<String, Integer> clients = new HashMap<>();
    Map<Long, Long> admissible = new HashMap<>();
    for (Waiting waiter : waiting) {
      waiter.waitsAt().forEach(b -> standing.merge(b.limit().counters(), 1, Integer::sum));
      int ofClient = clients.merge(waiter.acquire().clientId(), 1, Integer::sum);
      Invariant.BOUNDED.require(
          ofClient <= settings.maxWaitersPerClient(), where, "%d of one client wait", ofClient);
      if (settled) {
        Invariant.NO_LOST_WAKE_UP.require(
            waiter.stands().isEmpty() == waiter.paused() && !waiter.deciding(),
            where,
            "a waiter stands in no queue, or is being decided for ever");
        Invariant.NO_LOST_WAKE_UP.require(
            waiter.tickets() > 0 && waiter.deadlineNanos() + LATENESS_NANOS > now,
            where,
            "a wait of %d calls ends at %d and it is %d: %s",
            waiter.tickets(),
            waiter.deadlineNanos(),
            now,
            waiter.claim());
        checkIdle(waiter, now, admissible);
      }
    }
    admissibleSince = admissible;
    int room = EngineProbe.waitingCount(engine);
    Invariant.NO_LOST_WAKE_UP.require(
        room == waiting.size(), where, "%d stand in queues, %d wait", waiting.size(), room);
    Invariant.BOUNDED.require(room <= settings.maxWaiters(), where, "%d wait", room);
  }

  private void checkIdle(Waiting waiter, long now, Map<Long, Long> admissible) {
    if (!mustGo.test(waiter) || !fits(waiter.claim(), now)) {
      return;
    }
    // Tokens may take two ticks to reach a waiter; everything else goes to it in the same step.
    boolean rated =
        waiter.claim().charges().stream()
            .anyMatch(charge -> charge.bucket().limit().limit().policy().kind() == LimitKind.RATE);
    long since = admissibleSince.getOrDefault(waiter.sequence(), now);
    admissible.put(waiter.sequence(), since);
    Invariant.WORK_CONSERVATION.require(
        rated && now - since <= LATENESS_NANOS,
        where,
        "%s, standing at %s, fits since %d ns and waits",
        waiter.acquire(),
        waiter.stands().stream().map(b -> b.limit().limit().queue()).toList(),
        now - since);
  }

  private boolean fits(Claim claim, long now) {
    // Without its request id, so that the store does not take the question for a retry.
    Acquire nameless = Acquire.builder(claim.acquire().demands()).build();
    boolean[] admitted = new boolean[1];
    store.decide(
        new Claim(nameless, claim.charges(), claim.terms()),
        StateStore.Mode.PEEK,
        now,
        verdict -> admitted[0] = verdict instanceof Verdict.Admitted);
    return admitted[0];
  }

  private void checkLimit(ActiveLimit limit, long now, boolean settled) {
    Usage usage = store.usage(limit, now);
    Policy policy = limit.limit().policy();
    boolean whole = usage.used() + usage.available() == usage.buckets() * policy.capacity();
    Invariant.CONSERVATION.require(
        whole || policy instanceof Policy.Devices || limit.limit().learning().concurrency() != null,
        where,
        "%s: %s are not its %d buckets",
        limit.name(),
        usage,
        usage.buckets());
    Invariant.BOUNDED.require(
        usage.buckets() <= limit.limit().maxKeys() + 1L,
        where,
        "%s has %d buckets",
        limit.name(),
        usage.buckets());
    if (policy instanceof Policy.Rate) {
      long debt = usage.buckets() * policy.capacity();
      boolean inRange = usage.used() >= 0 && usage.available() >= -debt;
      Invariant.LEVEL_IN_RANGE.require(inRange, where, "%s: %s", limit.name(), usage);
    } else if (policy instanceof Policy.Devices devices) {
      checkDevices(limit, devices);
    } else if (isCounted(policy)) {
      long sum = 0;
      for (Map.Entry<Bucket, Long> entry : held.entrySet()) {
        sum += entry.getKey().limit() == limit ? entry.getValue() : 0;
      }
      Invariant.CONSERVATION.require(
          usage.used() == sum,
          where,
          "%s uses %d, its live leases hold %d",
          limit.name(),
          usage.used(),
          sum);
    }
    checkCounters(limit, settled);
  }

  /** Returns whether what is used of it is the permits of live leases, and nothing else. */
  static boolean isCounted(Policy policy) {
    return policy instanceof Policy.Concurrency || policy instanceof Policy.Slots;
  }

  private void checkCounters(ActiveLimit limit, boolean settled) {
    LimitCounters.Counts counts = limit.counters().snapshot();
    Invariant.REFUND_ONCE.require(
        counts.permitsRefunded() <= counts.permitsGranted() || !whole.contains(limit.counters()),
        where,
        "%s gave back %d of %d",
        limit.name(),
        counts.permitsRefunded(),
        counts.permitsGranted());
    Invariant.STATISTICS.require(
        counts.waiting() == standing.getOrDefault(limit.counters(), 0),
        where,
        "%s counts %d waiters, %d stand there",
        limit.name(),
        counts.waiting(),
        standing.getOrDefault(limit.counters(), 0));
    Invariant.STATISTICS.require(
        !settled || counts.leases() == leases.getOrDefault(limit.counters(), 0),
        where,
        "%s counts %d leases of %d",
        limit.name(),
        counts.leases(),
        leases.getOrDefault(limit.counters(), 0));
  }

  private void checkDevices(ActiveLimit limit, Policy.Devices policy) {
    Map<String, long[]> granted = new HashMap<>();
    Set<String> newly = new HashSet<>();
    Set<String> live = new HashSet<>();
    for (Lease lease : store.leases()) {
      List<Charge> here = lease.held().stream().filter(c -> c.bucket().limit() == limit).toList();
      if (!here.isEmpty()) {
        List<Allotment> own = new ArrayList<>(lease.allotments());
        here.forEach(charge -> charge.borrowed().forEach(own::remove));
        for (Allotment allotment : own) {
          long[] sums = granted.computeIfAbsent(allotment.deviceUuid(), uuid -> new long[2]);
          sums[0] += allotment.memoryMib();
          sums[1] += allotment.computePercent();
          if (lease.isLive()) {
            live.add(allotment.deviceUuid());
          }
          if (lease.fencingToken() > fenceBefore) {
            newly.add(allotment.deviceUuid());
          }
        }
      }
    }
    boolean lowered = lastCapacity(limit) != policy.capacity();
    for (DeviceUsage usage : store.devices(limit)) {
      long[] sums = granted.getOrDefault(usage.device().uuid(), new long[2]);
      Invariant.CONSERVATION.require(
          usage.grantedMib() == sums[0]
              && usage.grantedPercent() == sums[1]
              && (!usage.lost() || !live.contains(usage.device().uuid())),
          where,
          "%s but its leases hold %d MiB and %d percent, or are live though it is lost",
          usage,
          sums[0],
          sums[1]);
      Invariant.NEVER_OVER.require(
          usage.grantedMib() <= usage.device().memoryMib()
              && usage.grantedPercent() <= 100
              && (usage.sharers() <= policy.maxSharers()
                  || lowered
                  || !newly.contains(usage.device().uuid())),
          where,
          "%s of %d shares",
          usage,
          policy.maxSharers());
    }
  }

  private long lastCapacity(ActiveLimit limit) {
    return capacities.getOrDefault(limit, 0L);
  }

  private void checkBuckets(long now) {
    for (Map.Entry<Bucket, Long> entry : held.entrySet()) {
      Bucket bucket = entry.getKey();
      Policy policy = bucket.limit().limit().policy();
      if (!isCounted(policy)) {
        continue;
      }
      long learned = bucket.policy().capacity() - entry.getValue();
      long left = policy.capacity() - entry.getValue();
      long said = store.state(bucket, now).remaining();
      Invariant.CONSERVATION.require(
          said == learned, where, "%s has %d left, says %d", bucket.limit().name(), learned, said);
      boolean changed = lastCapacity(bucket.limit()) != policy.capacity();
      Invariant reason =
          lastCapacity(bucket.limit()) > policy.capacity()
              ? Invariant.LOWERING_REVOKES_NOTHING
              : Invariant.NEVER_OVER;
      reason.require(
          left >= 0 || changed || !heldByNew.contains(bucket),
          where,
          "%s was granted with %d of %d held",
          bucket.limit().name(),
          entry.getValue(),
          policy.capacity());
    }
  }
}
