package io.sluice.engine.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.admission.Ticket;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.memory.MemorySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Several processes, each with an engine of its own, that share a ledger, in one virtual time. */
public final class SharedWorld {
  private final ModelLedger ledger;
  private final List<Limit> limits;
  private final List<Process> processes = new ArrayList<>();
  private final SplittableRandom random;
  private long now;

  private SharedWorld(long seed, List<Limit> limits) {
    this.random = new SplittableRandom(seed);
    this.ledger = new ModelLedger(random.split(), 0);
    this.limits = limits;
  }

  /** So many processes with the same limits. */
  public static SharedWorld of(int processes, Limit... limits) {
    return seeded(1, processes, limits);
  }

  public static SharedWorld seeded(long seed, int processes, Limit... limits) {
    SharedWorld world = new SharedWorld(seed, List.of(limits));
    for (int i = 0; i < processes; i++) {
      world.start();
    }
    world.settle();
    return world;
  }

  /** A world whose ledger is out of reach from the start. */
  public static SharedWorld down(int processes, Limit... limits) {
    SharedWorld world = new SharedWorld(1, List.of(limits));
    world.ledger.up(false);
    for (int i = 0; i < processes; i++) {
      world.start();
    }
    world.settle();
    return world;
  }

  public static Policy rate(long permits, Duration per, long burst) {
    return new Policy.Rate(TokenScale.of(permits, per.toNanos(), burst));
  }

  public static Policy concurrency(long max) {
    return new Policy.Concurrency(
        max,
        new LeaseTerms(
            Duration.ofSeconds(5).toNanos(), Duration.ofSeconds(10).toNanos(), Long.MAX_VALUE));
  }

  /** Starts one more process. */
  public Process start() {
    Process process = new Process("p" + processes.size());
    processes.add(process);
    return process;
  }

  public ModelLedger ledger() {
    return ledger;
  }

  public Process process(int index) {
    return processes.get(index);
  }

  public List<Process> processes() {
    return processes;
  }

  public long now() {
    return now;
  }

  /** Lets everything happen that happens now, at no delay. */
  public void settle() {
    pass(Duration.ZERO);
  }

  /** Moves time on, through everything that happens meanwhile, in its order. */
  public void pass(Duration time) {
    long target = now + time.toNanos();
    for (long next = next(); next <= target; next = next()) {
      now = Math.max(now, next);
      ledger.moveTo(now);
      for (Process process : processes) {
        process.advance();
      }
      if (ledger.nextEventNanos() <= now) {
        ledger.step();
      }
    }
    now = target;
    ledger.runTo(now);
    processes.forEach(Process::advance);
  }

  private long next() {
    long next = ledger.nextEventNanos();
    for (Process process : processes) {
      next = Math.min(next, process.nextEventNanos());
    }
    return next;
  }

  /** One process. */
  public final class Process {
    private final ModelLedger.Process view;
    private final SharedStore store;
    private final AdmissionEngine engine;
    private final String name;
    private boolean dead;

    private Process(String name) {
      this.name = name;
      view = ledger.process(name);
      MemorySettings settings = MemorySettings.DEFAULT.withFirstFence(1 + now / 1_000_000 << 20);
      store = new SharedStore(settings, view, random.split(), now);
      engine =
          new AdmissionEngine(limits, EngineSettings.DEFAULT, store, new SplittableRandom(3), now);
    }

    public ModelLedger.Process view() {
      return view;
    }

    public SharedStore store() {
      return store;
    }

    public AdmissionEngine engine() {
      return engine;
    }

    /** Ends it without a word. */
    public void die() {
      dead = true;
      view.die();
    }

    private void advance() {
      if (!dead) {
        engine.advance(now);
      }
    }

    private long nextEventNanos() {
      return dead ? Long.MAX_VALUE : engine.nextEventNanos();
    }

    /** Asks; the answer may be under way. */
    public Call call(Acquire acquire) {
      long permits = acquire.demands().stream().mapToLong(Demand::permits).sum();
      Call call = new Call(this, permits, now);
      call.ticket = engine.acquire(acquire, call::decided, now);
      return call;
    }

    public Call call(String resource) {
      return call(Acquire.of(Demand.of(resource)));
    }

    /** Asks and waits in the queue. */
    public Call waiter(String resource, Duration maxWait) {
      return call(Acquire.builder(Demand.of(resource)).maxWaitNanos(maxWait.toNanos()).build());
    }

    /** Asks, and lets the answer arrive at once. */
    public Decision ask(Acquire acquire) {
      Call call = call(acquire);
      settle();
      return call.decision();
    }

    public Decision ask(String resource) {
      return ask(Acquire.of(Demand.of(resource)));
    }

    public LeaseId lease(String resource) {
      Decision decision = ask(resource);
      assertThat(decision).isInstanceOf(Decision.Granted.class);
      return ((Decision.Granted) decision).leaseId();
    }

    public ReleaseStatus release(LeaseId id) {
      return release(Release.of(id, Outcome.SUCCESS));
    }

    public ReleaseStatus release(Release release) {
      List<ReleaseStatus> told = new ArrayList<>();
      engine.release(release, now, told::add);
      settle();
      assertThat(told).hasSize(1);
      return told.get(0);
    }

    public Renewal renew(LeaseId id) {
      List<Renewal> told = new ArrayList<>();
      engine.renew(id, 0, now, told::add);
      settle();
      assertThat(told).hasSize(1);
      return told.get(0);
    }

    public ActiveLimit limit(String limit) {
      return engine.limits().stream()
          .filter(active -> active.name().equals(limit))
          .findFirst()
          .orElseThrow();
    }

    public long used(String limit) {
      return store.usage(limit(limit), now).used();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** One acquire and its answer. */
  public final class Call {
    private final Process process;
    private final long permits;
    private final long askedNanos;
    private @Nullable Decision decision;
    private @Nullable Ticket ticket;
    private long answeredNanos;

    private Call(Process process, long permits, long askedNanos) {
      this.process = process;
      this.permits = permits;
      this.askedNanos = askedNanos;
    }

    private void decided(Decision answer) {
      assertThat(decision).as("answered once").isNull();
      decision = answer;
      answeredNanos = now;
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

    public long permits() {
      return permits;
    }

    public LeaseId lease() {
      assertThat(decision).isInstanceOf(Decision.Granted.class);
      return ((Decision.Granted) decision).leaseId();
    }

    public DenialReason reason() {
      assertThat(decision).isInstanceOf(Decision.Denied.class);
      return ((Decision.Denied) decision).reason();
    }

    public long answeredNanos() {
      return answeredNanos;
    }

    public Duration took() {
      return Duration.ofNanos(answeredNanos - askedNanos);
    }

    public Process process() {
      return process;
    }

    public void cancel() {
      process.engine.cancel(ticket, now);
    }
  }
}
