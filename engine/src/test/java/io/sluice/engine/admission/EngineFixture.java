package io.sluice.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.invariant.EngineInvariants;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.SuspendStatus;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** An engine in virtual time, whose invariants are verified after each operation. */
public final class EngineFixture {
  private static final int WAITERS_PER_STEP = 64;

  private final AdmissionEngine engine;
  private final EngineInvariants invariants;
  private long now;
  private int unchecked;

  private EngineFixture(
      EngineSettings settings, StateStore store, long startNanos, List<Limit> limits) {
    now = startNanos;
    engine = new AdmissionEngine(limits, settings, store, new SplittableRandom(3), startNanos);
    LateStore late = store instanceof LateStore l ? l : null;
    invariants =
        new EngineInvariants(
            engine,
            settings,
            late == null ? store : late.there(),
            () -> late == null || late.underWay() == 0,
            EngineProbe.Waiting::next,
            () -> "at " + now + " ns");
  }

  private EngineFixture(EngineSettings settings, MemorySettings memory, List<Limit> limits) {
    this(settings, new MemoryStore(memory, new SplittableRandom(1), 0), 0, limits);
  }

  public static EngineFixture of(Limit... limits) {
    return new EngineFixture(EngineSettings.DEFAULT, MemorySettings.DEFAULT, List.of(limits));
  }

  /** An engine whose clock begins anywhere, as a monotonic clock does. */
  public static EngineFixture startingAt(long startNanos, Limit... limits) {
    StateStore store = new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), startNanos);
    return new EngineFixture(EngineSettings.DEFAULT, store, startNanos, List.of(limits));
  }

  public static EngineFixture over(StateStore store, Limit... limits) {
    return new EngineFixture(EngineSettings.DEFAULT, store, 0, List.of(limits));
  }

  public static EngineFixture of(EngineSettings settings, Limit... limits) {
    return new EngineFixture(settings, MemorySettings.DEFAULT, List.of(limits));
  }

  public static EngineFixture of(
      EngineSettings settings, MemorySettings memory, List<Limit> limits) {
    return new EngineFixture(settings, memory, limits);
  }

  public static Policy rate(long permits, Duration per, long burst) {
    return new Policy.Rate(TokenScale.of(permits, per.toNanos(), burst));
  }

  public static Policy window(long permits, WindowRule rule) {
    return new Policy.Window(permits, rule);
  }

  public static Policy concurrency(long max) {
    return new Policy.Concurrency(max, LeaseTerms.DEFAULT);
  }

  public AdmissionEngine engine() {
    return engine;
  }

  public long now() {
    return now;
  }

  /** Moves time on and lets the engine do what is due. */
  public void pass(Duration time) {
    passNanos(time.toNanos());
  }

  public void passNanos(long nanos) {
    now += nanos;
    engine.advance(now);
    checkStep();
  }

  /** Asks with every default and returns the answer, which must come at once. */
  public Decision ask(Demand... demands) {
    return ask(Acquire.of(demands));
  }

  public Decision ask(Acquire acquire) {
    Call call = call(acquire);
    assertThat(call.decision).as("answered at once").isNotNull();
    return call.decision();
  }

  public Decision ask(String resource) {
    return ask(Demand.of(resource));
  }

  public Decision.Granted granted(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Granted.class);
    return (Decision.Granted) decision;
  }

  public Decision.Denied denied(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Denied.class);
    return (Decision.Denied) decision;
  }

  public LeaseId lease(String resource) {
    LeaseId id = granted(ask(resource)).leaseId();
    assertThat(id).isNotNull();
    return id;
  }

  public Call call(Acquire acquire) {
    Call call = new Call();
    call.ticket = engine.acquire(acquire, call, now);
    checkStep();
    return call;
  }

  /** Asks for one permit and waits in the queue. */
  public Call waiter(String resource, Duration maxWait) {
    return call(Acquire.builder(Demand.of(resource)).maxWaitNanos(maxWait.toNanos()).build());
  }

  public void cancel(Call call) {
    engine.cancel(call.ticket, now);
    checkStep();
  }

  public ReleaseStatus release(LeaseId id) {
    return release(id, Outcome.SUCCESS);
  }

  public ReleaseStatus release(LeaseId id, Outcome outcome) {
    List<ReleaseStatus> statuses = new ArrayList<>();
    engine.release(Release.of(id, outcome), now, statuses::add);
    assertThat(statuses).hasSize(1);
    checkStep();
    return statuses.get(0);
  }

  public Renewal renew(LeaseId id, Duration ttl) {
    List<Renewal> renewals = new ArrayList<>();
    engine.renew(id, ttl.toNanos(), now, renewals::add);
    assertThat(renewals).hasSize(1);
    check();
    return renewals.get(0);
  }

  /** Tells the engine the time of day. */
  public void wallClock(String instant) {
    engine.wallClock(Instant.parse(instant).toEpochMilli(), now);
    check();
  }

  public SuspendStatus suspend(LeaseId id) {
    List<SuspendStatus> statuses = new ArrayList<>();
    engine.suspend(id, now, statuses::add);
    assertThat(statuses).hasSize(1);
    check();
    return statuses.get(0);
  }

  public Call resume(LeaseId id, Duration maxWait) {
    Call call = new Call();
    call.ticket = engine.resume(id, maxWait.toNanos(), call, now);
    check();
    return call;
  }

  public void replacePolicy(String limit, Policy policy) {
    engine.putLimit(active(limit).configured().withPolicy(policy), now);
    check();
  }

  public void inventory(String limit, DeviceReading... readings) {
    engine.inventory(limit, List.of(readings), now);
    check();
  }

  public boolean cordon(String limit, String uuid, boolean cordoned) {
    boolean known = engine.cordon(limit, uuid, cordoned, now) != null;
    check();
    return known;
  }

  public List<DeviceUsage> devices(String limit) {
    return engine.store().devices(active(limit));
  }

  public Explanation explain(Acquire acquire) {
    List<Explanation> explanations = new ArrayList<>();
    engine.explain(acquire, now, explanations::add);
    assertThat(explanations).hasSize(1);
    check();
    return explanations.get(0);
  }

  public @Nullable Lease revoke(LeaseId id) {
    return revoke(id, Duration.ZERO);
  }

  public @Nullable Lease revoke(LeaseId id, Duration grace) {
    List<@Nullable Lease> leases = new ArrayList<>();
    engine.revoke(id, "by an administrator", grace.toNanos(), now, leases::add);
    assertThat(leases).hasSize(1);
    check();
    return leases.get(0);
  }

  public long used(String limit) {
    return engine.store().usage(active(limit), now).used();
  }

  public long available(String limit) {
    return engine.store().usage(active(limit), now).available();
  }

  public long waiting() {
    return engine.snapshot(now).waiting();
  }

  public ActiveLimit active(String limit) {
    return engine.limits().stream().filter(l -> l.name().equals(limit)).findFirst().orElseThrow();
  }

  /** Verifies what must hold after every step. Every operation of the fixture ends with it. */
  public EngineFixture check() {
    unchecked = 0;
    invariants.check();
    return this;
  }

  /**
   * Checks after the calls that come in masses, less often the more wait: a look visits them all.
   */
  private void checkStep() {
    if (++unchecked > EngineProbe.waitingCount(engine) / WAITERS_PER_STEP) {
      check();
    }
  }

  /** One acquire and its answer. */
  public static final class Call implements Reply {
    private @Nullable Decision decision;
    private @Nullable Ticket ticket;

    @Override
    public void decided(Decision answer) {
      assertThat(decision).as("answered once").isNull();
      decision = answer;
    }

    public boolean isAnswered() {
      return decision != null;
    }

    public Decision decision() {
      assertThat(decision).as("answered").isNotNull();
      return decision;
    }

    public boolean isGranted() {
      return decision instanceof Decision.Granted;
    }

    /** Returns what stands in the queue for a call that waits. */
    Waiter waiter() {
      assertThat(ticket).isNotNull();
      assertThat(ticket.waiter).as("waits").isNotNull();
      return ticket.waiter;
    }

    public Decision.Granted grant() {
      assertThat(decision).isInstanceOf(Decision.Granted.class);
      return (Decision.Granted) decision;
    }

    public Decision.Denied denial() {
      assertThat(decision).isInstanceOf(Decision.Denied.class);
      return (Decision.Denied) decision;
    }
  }
}
