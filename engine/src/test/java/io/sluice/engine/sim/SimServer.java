package io.sluice.engine.sim;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineProbe;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.admission.LateStore;
import io.sluice.engine.admission.Purge;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.invariant.Call;
import io.sluice.engine.invariant.EngineInvariants;
import io.sluice.engine.invariant.History;
import io.sluice.engine.invariant.Invariant;
import io.sluice.engine.invariant.Where;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Usage;
import io.sluice.engine.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The engine with a timer, as a driver runs it: each call is a step, after which every invariant is
 * checked and the next alarm is set. In some runs the store is a round trip away.
 */
final class SimServer {
  /**
   * Holds the engine to the whole of I-19: nobody who goes next waits for what is there, over no
   * store. Without it only who waits alone, over a store that answers at once.
   */
  private static final String POOL = "gpu";

  private static final boolean STRICT = Boolean.getBoolean("sim.strict");

  private final Scheduler scheduler;
  private final SplittableRandom random;
  private final Coverage coverage;
  private final Trace trace;
  private final AdmissionEngine engine;
  private final MemoryStore store;
  private final LateStore late;
  private final EngineInvariants invariants;
  private final History history;
  private final Set<ActiveLimit> firstLimits;
  private final long maxLatenessNanos;
  private final Where where;
  private long wakeAt = Long.MAX_VALUE;
  private int arrivalsPlanned;
  private long lastArrival;
  private long events;
  private int timeouts;

  SimServer(
      Scheduler scheduler,
      World world,
      SplittableRandom random,
      Coverage coverage,
      Trace trace,
      Where where) {
    this.scheduler = scheduler;
    this.random = random;
    this.coverage = coverage;
    this.trace = trace;
    this.where = where;
    List<Limit> limits = world.limits();
    EngineSettings settings = world.settings();
    store = new MemoryStore(world.memory(), random.split(), 0);
    late = random.nextInt(4) == 0 ? new LateStore(store) : null;
    engine =
        new AdmissionEngine(
            limits, settings, late == null ? store : late, new SplittableRandom(3), 0);
    invariants =
        new EngineInvariants(engine, settings, store, this::isSettled, this::mustGo, where);
    history = new History(engine, store, late != null, where);
    firstLimits = new LinkedHashSet<>(engine.limits());
    maxLatenessNanos = random.nextInt(3) == 0 ? 50_000_000 : 1;
  }

  /** Returns how many steps there were. */
  long events() {
    return events;
  }

  History history() {
    return history;
  }

  AdmissionEngine engine() {
    return engine;
  }

  MemoryStore store() {
    return store;
  }

  boolean isSettled() {
    return late == null || late.underWay() == 0;
  }

  private boolean mustGo(EngineProbe.Waiting waiter) {
    return STRICT ? waiter.next() : late == null && waiter.alone();
  }

  List<ActiveLimit> limits() {
    return engine.limits();
  }

  /** Decides an acquire; the answer is told within this step or a later one. */
  Call acquire(Acquire acquire, Consumer<Decision> answer) {
    boolean alone = EngineProbe.waitingCount(engine) == 0;
    boolean[] changes = {true};
    Call[] made = new Call[1];
    step(
        Cause.ACQUIRE,
        () -> {
          Frozen before = freeze();
          Call call = history.asked(acquire, answer);
          made[0] = call;
          call.issued(engine.acquire(acquire, call, scheduler.now()));
          trace.add(scheduler.now(), "acquire " + acquire.requestId(), call.decision());
          changes[0] = !acquire.isPeek() && !(call.decision() instanceof Decision.Denied);
          boolean replaces = acquire.dedup() != null; // it may have sent the one before it away
          requireUnchanged(
              !changes[0] && !replaces && call.decision() != null, before, "a refusal or a peek");
          note(call);
          if (alone && isRefusedForTokens(call)) {
            history.deniedTry(call);
          }
        });
    return made[0];
  }

  private boolean isRefusedForTokens(Call call) {
    return call.decision() instanceof Decision.Denied denied
        && denied.reason() == DenialReason.RATE
        && denied.blockers().stream().allMatch(b -> b.reason() == DenialReason.RATE)
        && !call.acquire().isPeek();
  }

  private void note(Call call) {
    if (call.acquire().isPeek()) {
      coverage.met(Fact.PEEKED);
    } else if (call.decision() == null) {
      coverage.met(Fact.QUEUED, late == null ? 1 : 0);
    } else if (call.decision() instanceof Decision.Granted granted) {
      coverage.met(granted.replayed() ? Fact.REPLY_REPLAYED : Fact.GRANTED_AT_ONCE);
      Lease lease = granted.leaseId() == null ? null : store.lease(granted.leaseId());
      coverage.met(Fact.WORK_SHARED, lease != null && isOfAnother(call, lease) ? 1 : 0);
    } else if (call.decision() instanceof Decision.Conflict) {
      coverage.met(Fact.REQUEST_CONFLICTED);
    } else {
      coverage.met(Fact.DENIED_AT_ONCE);
    }
  }

  /**
   * Notes an answer.
   *
   * @param call the call, if it was not answered at once
   */
  void noteAnswer(Call call, Decision decision) {
    if (decision instanceof Decision.Denied denied) {
      switch (denied.reason()) {
        case QUEUE_FULL -> coverage.met(Fact.QUEUE_FULL);
        case SHED -> coverage.met(Fact.SHED);
        case EXCEEDS_LIMIT -> coverage.met(Fact.EXCEEDED_LIMIT);
        case UNMATCHED -> coverage.met(Fact.UNMATCHED_DENIED);
        case DRAINING -> coverage.met(Fact.DRAINED);
        case DUPLICATE -> coverage.met(Fact.REQUEST_DUPLICATE);
        case PAUSED -> coverage.met(Fact.PAUSED_DENIED);
        case QUOTA -> coverage.met(Fact.QUOTA_SPENT);
        case WAIT_TIMEOUT -> timeouts++;
        default -> {}
      }
    }
    if (decision instanceof Decision.Granted granted && granted.leaseId() != null) {
      Lease lease = store.lease(granted.leaseId());
      boolean nested = lease != null && lease.claim().acquire().parent() != null;
      coverage.met(Fact.LEASE_NESTED, nested ? 1 : 0);
    }
    if (decision instanceof Decision.Granted granted && granted.waitedNanos() > 0) {
      coverage.met(granted.replayed() ? Fact.JOINED_OWN_WAIT : Fact.QUEUED_THEN_GRANTED);
    } else if (decision instanceof Decision.Denied denied && late == null && call != null) {
      boolean timedOut = denied.reason() == DenialReason.WAIT_TIMEOUT;
      coverage.met(timedOut ? Fact.QUEUED_THEN_TIMED_OUT : Fact.QUEUED_THEN_DENIED);
    }
  }

  private static boolean isOfAnother(Call call, Lease lease) {
    Acquire granted = lease.claim().acquire();
    return call.acquire().dedup() != null
        && !granted.requestId().equals(call.acquire().requestId());
  }

  /** Cancels a call: its caller is gone, or its answer could not be written. */
  void cancel(Call call) {
    if (call.isCancelled()) {
      return;
    }
    boolean waits = call.isOpen();
    step(
        waits ? Cause.CANCEL_OF_WAITER : Cause.UNDO,
        () -> {
          history.cancel(call, scheduler.now());
          trace.add(scheduler.now(), "cancel", call.acquire().requestId());
          if (waits) {
            coverage.met(Fact.QUEUED_THEN_CANCELLED);
          }
          coverage.met(Fact.GRANT_UNDONE, waits ? 0 : history.takeEnds(LeaseState.RELEASED));
        });
  }

  void release(Release told) {
    LeaseId id = told.leaseId();
    Lease lease = store.lease(id);
    boolean settles =
        told.settles() && lease != null && lease.claim().acquire().hasEstimate() && isSettled();
    Release release = settles ? told : Release.of(id, told.outcome());
    Outcome outcome = release.outcome();
    long more = settles ? told.actualPermits() - estimate(lease) : 0;
    step(
        outcome == Outcome.UNUSED || more < 0 ? Cause.REFUND : Cause.RELEASE,
        () -> {
          Lease then = store.lease(id);
          Frozen before = then != null && then.isQuarantined() ? null : freeze();
          history.releasing(id, outcome);
          engine.release(
              release,
              scheduler.now(),
              status -> {
                history.released(id, outcome, more, status);
                coverage.met(Fact.ESTIMATE_SETTLED, more != 0 ? 1 : 0);
                trace.add(scheduler.now(), "release " + id, status);
                switch (status) {
                  case RELEASED -> {}
                  case ALREADY_RELEASED -> coverage.met(Fact.RELEASED_TWICE);
                  case EXPIRED -> coverage.met(Fact.RELEASED_TOO_LATE);
                  case UNKNOWN -> coverage.met(Fact.RELEASED_UNKNOWN);
                }
                requireUnchanged(
                    late == null && more <= 0 && status != ReleaseStatus.RELEASED,
                    before,
                    "a late release");
              });
        });
  }

  /** Returns what was charged for the estimate of a lease. */
  private static long estimate(Lease lease) {
    return lease.claim().charges().stream()
        .filter(Charge::isSettled)
        .mapToLong(Charge::estimate)
        .findFirst()
        .orElse(0);
  }

  void suspend(LeaseId id) {
    step(
        Cause.SUSPENSION,
        () ->
            engine.suspend(
                id,
                scheduler.now(),
                status -> trace.add(scheduler.now(), "suspend " + id, status)));
  }

  /** Lets a lease be held again; null if it is not known any more. */
  Call resume(LeaseId id, long maxWaitNanos, Consumer<Decision> answer) {
    Call[] made = new Call[1];
    step(
        Cause.RESUMPTION,
        () -> {
          Call call = history.resuming(id, answer);
          made[0] = call;
          if (call != null) {
            call.issued(engine.resume(id, maxWaitNanos, call, scheduler.now()));
            trace.add(scheduler.now(), "resume " + id, call.decision());
            coverage.met(Fact.RESUMPTION_QUEUED, call.decision() == null && late == null ? 1 : 0);
            coverage.met(Fact.RESUMPTION_LOST, call.decision() instanceof Decision.Lost ? 1 : 0);
          }
        });
    return made[0];
  }

  void disconnected(String clientId) {
    step(
        Cause.CONNECTION,
        () -> {
          history.disconnecting(clientId);
          engine.disconnected(clientId, scheduler.now());
          trace.add(scheduler.now(), "disconnected", clientId);
          coverage.met(Fact.CLIENT_DISCONNECTED);
        });
  }

  void connected(String clientId) {
    step(Cause.CONNECTION, () -> engine.connected(clientId, scheduler.now()));
  }

  void renew(LeaseId id, long ttlNanos, Consumer<Renewal> answer) {
    step(
        Cause.RENEWAL,
        () ->
            engine.renew(
                id,
                ttlNanos,
                scheduler.now(),
                renewal -> {
                  history.renewed(id, renewal);
                  trace.add(scheduler.now(), "renew " + id, renewal.status());
                  coverage.met(
                      renewal.status() == RenewStatus.RENEWED
                          ? Fact.LEASE_RENEWED
                          : renewal.status() == RenewStatus.LOST
                              ? Fact.RENEWAL_LOST
                              : Fact.RENEWAL_UNKNOWN);
                  answer.accept(renewal);
                }));
  }

  void revoke(LeaseId id, long graceNanos) {
    step(
        Cause.REVOCATION,
        () -> {
          history.revoking(lease -> lease.id().equals(id));
          engine.revoke(
              id,
              "simulated",
              graceNanos,
              scheduler.now(),
              lease -> trace.add(scheduler.now(), "revoke " + id, lease == null));
        });
  }

  void replacePolicy(ActiveLimit limit, Policy policy) {
    step(
        Cause.POLICY,
        () -> {
          long before = limit.limit().policy().capacity();
          engine.putLimit(limit.configured().withPolicy(policy), scheduler.now());
          history.policyReplaced(limit.name(), policy);
          trace.add(scheduler.now(), "policy " + limit.name(), policy.capacity());
          Usage usage = store.usage(limit, scheduler.now());
          boolean over = usage.available() < 0 && policy.capacity() < before;
          coverage.met(Fact.LOWERED_BELOW_HELD, over ? 1 : 0);
        });
  }

  void putLimit(Limit limit) {
    changeLimits("put " + limit.name(), () -> engine.putLimit(limit, scheduler.now()));
  }

  void deleteLimit(String name) {
    changeLimits("delete " + name, () -> engine.deleteLimit(name, scheduler.now()));
  }

  private void changeLimits(String what, Runnable change) {
    step(
        Cause.LIMITS,
        () -> {
          Set<ActiveLimit> before = new LinkedHashSet<>(engine.limits());
          Map<ActiveLimit, Limit> configured = new HashMap<>();
          before.forEach(limit -> configured.put(limit, limit.configured()));
          history.changingLimits();
          change.run();
          history.limitsChanged(configured);
          trace.add(scheduler.now(), what, engine.limits().size());
          coverage.met(Fact.LIMIT_DELETED, engine.limits().size() < before.size() ? 1 : 0);
          boolean anew =
              engine.limits().size() == before.size() && !before.containsAll(engine.limits());
          coverage.met(Fact.LIMIT_BEGUN_ANEW, anew ? 1 : 0);
        });
  }

  void resetLimit(String name) {
    step(
        Cause.RESET,
        () -> {
          history.reset(name);
          engine.resetLimit(name, scheduler.now());
          trace.add(scheduler.now(), "reset", name);
        });
  }

  void pause(Pause pause) {
    step(
        Cause.PAUSE,
        () -> {
          engine.pause(pause, scheduler.now());
          trace.add(scheduler.now(), "pause", pause);
        });
  }

  void resume(ResourcePattern resource) {
    step(
        Cause.PAUSE,
        () -> {
          boolean was = engine.resume(resource, scheduler.now());
          trace.add(scheduler.now(), "end of pause", was);
        });
  }

  void endPauses() {
    engine.pauses().forEach(pause -> resume(pause.resource()));
  }

  void purge(Purge purge) {
    step(
        Cause.PURGE,
        () -> {
          history.revoking(lease -> purge.leases());
          engine.purge(
              purge,
              scheduler.now(),
              purged -> {
                trace.add(scheduler.now(), "purge", purged);
                coverage.met(Fact.PURGED, purged.waiters() + purged.leases() > 0 ? 1 : 0);
              });
        });
  }

  void inventory(List<DeviceReading> readings) {
    if (!hasPool()) {
      return;
    }
    step(
        Cause.INVENTORY,
        () -> {
          history.revoking(lease -> !lease.allotments().isEmpty());
          engine.inventory(POOL, readings, scheduler.now());
          trace.add(scheduler.now(), "inventory", readings.size());
          coverage.met(Fact.DEVICE_LOST, readings.size() < pool().size() ? 1 : 0);
        });
  }

  void cordon(List<String> uuids, boolean cordoned) {
    if (hasPool()) {
      uuids.forEach(
          uuid -> step(Cause.CORDON, () -> engine.cordon(POOL, uuid, cordoned, scheduler.now())));
    }
  }

  private List<DeviceUsage> pool() {
    return engine.limits().stream()
        .filter(limit -> limit.name().equals(POOL))
        .findFirst()
        .map(store::devices)
        .orElse(List.of());
  }

  private boolean hasPool() {
    return !pool().isEmpty();
  }

  void wallClock(long epochMillis) {
    step(
        Cause.TIME,
        () -> {
          engine.wallClock(epochMillis, scheduler.now());
          coverage.met(Fact.TIME_OF_DAY_JUMPED);
        });
  }

  void explain(Acquire acquire) {
    step(
        Cause.ACQUIRE,
        () -> {
          Frozen before = freeze();
          engine.explain(
              acquire,
              scheduler.now(),
              explanation -> {
                trace.add(scheduler.now(), "explain", explanation.decision());
                requireUnchanged(late == null, before, "explain");
                coverage.met(Fact.EXPLAINED);
              });
        });
  }

  /** Makes a call with a bad argument; it has to be refused and to change nothing. */
  void misuse(LeaseId id) {
    step(
        Cause.ACQUIRE,
        () -> {
          Frozen before = freeze();
          try {
            engine.renew(id, -1, scheduler.now(), renewal -> {});
          } catch (InvalidArgumentException refused) {
            coverage.met(Fact.INVALID_CALL_REFUSED);
          }
          requireUnchanged(true, before, "a bad argument");
        });
  }

  /** Gives the engine a time that has passed. */
  void clockBack(long nanos) {
    step(
        Cause.TIME,
        () -> {
          Frozen before = freeze();
          engine.advance(scheduler.now() - nanos);
          requireUnchanged(true, before, "a clock that went back");
          coverage.met(Fact.CLOCK_WENT_BACK);
        });
  }

  void drain() {
    step(Cause.DRAIN, () -> engine.drain(scheduler.now()));
  }

  /** Returns the lease if it is live. */
  Lease live(LeaseId id) {
    Lease lease = store.lease(id);
    return lease != null && lease.isLive() ? lease : null;
  }

  /** Returns the lease as the store knows it, or null. */
  Lease lease(LeaseId id) {
    return store.lease(id);
  }

  /** Lets time reach the engine. */
  void wake() {
    wakeAt = Long.MAX_VALUE;
    step(Cause.TIME, () -> engine.advance(scheduler.now()));
  }

  private void arrive() {
    arrivalsPlanned--;
    step(
        Cause.LATE_ANSWER,
        () -> {
          late.arrive();
          coverage.met(Fact.STORE_ANSWERED_LATE);
        });
  }

  /**
   * One event. Mostly time reaches the engine first, so that what a call hands over is that call's;
   * sometimes not, so that the engine has to pass many alarms in one call.
   */
  private void step(Cause cause, Runnable call) {
    boolean straight = cause == Cause.TIME || random.nextInt(8) == 0 && cause.mayRunStraight();
    if (!straight) {
      engine.advance(scheduler.now());
      settle(Cause.TIME);
    }
    call.run();
    settle(straight && cause != Cause.TIME ? Cause.SEVERAL : cause);
    planNext();
  }

  private void settle(Cause cause) {
    events++;
    invariants.check();
    history.check(isSettled());
    int expired = history.takeEnds(LeaseState.EXPIRED);
    coverage.met(Fact.LEASE_EXPIRED, expired);
    coverage.met(Fact.LEASE_REVOKED, history.takeEnds(LeaseState.REVOKED));
    coverage.met(Fact.LEASE_RELEASED, history.takeEnds(LeaseState.RELEASED));
    coverage.met(Fact.LEASE_SUSPENDED, history.takeEnds(LeaseState.SUSPENDED));
    coverage.met(Fact.LEASE_RESUMED, history.takeEnds(LeaseState.GRANTED));
    coverage.met(Fact.LEASE_QUARANTINED, history.takeEnds(LeaseState.QUARANTINED));
    Fact handedBy = cause.handsOver(expired > 0, timeouts > 0);
    int handOvers = history.takeHandOvers();
    if (handedBy != null) {
      coverage.met(handedBy, handOvers);
    }
    timeouts = 0;
    for (ActiveLimit limit : engine.limits()) {
      if (!limit.limit().key().isEmpty()) {
        Usage usage = store.usage(limit, EngineProbe.clockNanos(engine));
        coverage.met(Fact.KEYS_SHARED_A_BUCKET, usage.buckets() > limit.limit().maxKeys() ? 1 : 0);
      }
    }
  }

  private void planNext() {
    long next = engine.nextEventNanos();
    if (next < wakeAt) {
      wakeAt = next;
      scheduler.at(
          next + random.nextLong(maxLatenessNanos),
          () -> {
            if (wakeAt <= scheduler.now()) {
              wake();
            }
          });
    }
    for (; late != null && arrivalsPlanned < late.underWay(); arrivalsPlanned++) {
      lastArrival = Math.max(lastArrival, scheduler.now() + random.nextLong(5_000_000));
      scheduler.at(lastArrival, this::arrive);
    }
  }

  private Frozen freeze() {
    boolean sheds =
        engine.limits().stream().anyMatch(l -> l.limit().queue().mode() == QueueMode.INTERACTIVE);
    if (late != null || sheds) {
      return null; // any look at an overloaded queue may shed from it
    }
    List<Usage> usages = new ArrayList<>();
    for (ActiveLimit limit : engine.limits()) {
      if (!firstLimits.contains(limit) && limit.limit().policy().terms() == null) {
        continue; // a bucket of a limit that began anew comes into being spent
      }
      Usage usage = store.usage(limit, EngineProbe.clockNanos(engine));
      usages.add(new Usage(0, usage.used(), 0)); // an idle bucket may come and go
    }
    return new Frozen(
        EngineProbe.clockNanos(engine),
        usages,
        store.leaseCount(),
        EngineProbe.waitingCount(engine));
  }

  private void requireUnchanged(boolean must, Frozen before, String what) {
    if (must && before != null && before.at == scheduler.now()) {
      Frozen after = freeze();
      Invariant.LEVEL_IN_RANGE.require(
          before.equals(after), where, "%s changed %s to %s", what, before, after);
    }
  }

  /** What a call that changes nothing must leave as it was. */
  private record Frozen(long at, List<Usage> usages, int leases, int waiting) {}
}
