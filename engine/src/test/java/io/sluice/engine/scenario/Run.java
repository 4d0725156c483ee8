package io.sluice.engine.scenario;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.admission.Reply;
import io.sluice.engine.admission.Ticket;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.scenario.Scenario.Change;
import io.sluice.engine.sim.Scheduler;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** One run of a scenario: an engine, its clients and what they come to, in virtual time. */
final class Run {
  private static final long AFTER_DENIAL_NANOS = 1_000_000_000L;
  private static final ResourcePattern EVERYTHING = ResourcePattern.parse("**");

  private final Scenario scenario;
  private final Scenario.Variant variant;
  private final Scheduler time = new Scheduler();
  private final AdmissionEngine engine;
  private final List<Client> clients = new ArrayList<>();
  private final Map<String, Recording> recordings = new LinkedHashMap<>();
  private final Recording all;
  private final Holdings holdings;
  private final List<Work> granted = new ArrayList<>();
  private final double baseLoad;
  private double load;
  private long starts;

  private Run(Scenario scenario, Scenario.Variant variant, double load) {
    this.scenario = scenario;
    this.variant = variant;
    this.baseLoad = load;
    this.load = load;
    this.engine =
        new AdmissionEngine(
            List.of(variant.limit()),
            new EngineSettings(true, 1_000_000, 1_000_000),
            new MemoryStore(
                new MemorySettings(1, 1_000_000, 1_000, 1_000_000_000L),
                new SplittableRandom(scenario.seed()),
                0),
            new SplittableRandom(3),
            0);
    this.holdings = new Holdings(scenario, variant.limit().policy());
    SplittableRandom random = new SplittableRandom(scenario.seed());
    for (Clients kind : scenario.clients()) {
      recordings.put(kind.name(), new Recording(scenario, variant, kind.count()));
      for (int i = 0; i < kind.count(); i++) {
        clients.add(new Client(kind, i, clients.size(), random.split()));
      }
    }
    this.all = new Recording(scenario, variant, clients.size());
    recordings.put(Scenario.ALL, all);
  }

  /** Runs a scenario with each of its variants and loads, in that order. */
  static List<Results> all(Scenario scenario) {
    List<Results> results = new ArrayList<>();
    for (Scenario.Variant variant : scenario.variants()) {
      for (double load : scenario.loads()) {
        results.add(new Run(scenario, variant, load).run());
      }
    }
    return results;
  }

  private Results run() {
    for (int i = 0; i < scenario.intervals(); i++) {
      int interval = i;
      // Planned first, so what happens at the end of an interval belongs to the next.
      time.at((i + 1) * scenario.intervalNanos(), () -> intervalEnded(interval));
    }
    variant.changes().forEach(change -> time.at(change.atNanos(), () -> happens(change)));
    clients.forEach(client -> time.at(client.kind.fromNanos(), client::begin));
    long next = 0;
    while (next <= scenario.durationNanos()) {
      time.runUntil(next);
      engine.advance(next);
      observe();
      next = Math.min(time.nextNanos(), engine.nextEventNanos());
    }
    return new Results(scenario, variant, baseLoad, recordings, holdings);
  }

  private void intervalEnded(int interval) {
    engine.advance(time.now());
    observe();
    recordings.values().forEach(recording -> recording.intervalEnded(interval));
    holdings.intervalEnded(interval);
  }

  private void happens(Change change) {
    if (change instanceof Change.Crash) {
      crashHolders();
    } else if (change instanceof Change.Load newLoad) {
      load = baseLoad * newLoad.factor();
    } else if (change instanceof Change.NewPolicy newPolicy) {
      holdings.changed(newPolicy.policy(), time.now());
      engine.putLimit(variant.limit().withPolicy(newPolicy.policy()), time.now());
    } else if (change instanceof Change.Pause) {
      engine.pause(new Pause(EVERYTHING, "the provider takes nothing", false), time.now());
    } else if (change instanceof Change.Resume) {
      engine.resume(EVERYTHING, time.now());
    }
    observe();
  }

  private void crashHolders() {
    List<Client> holders =
        clients.stream()
            .filter(client -> client.work.stream().anyMatch(work -> work.lease != null))
            .toList();
    holders.forEach(Client::crash);
    holders.forEach(Client::restart);
  }

  /** Looks at what the last call of the engine has changed. */
  private void observe() {
    if (!(holdings.policy() instanceof Policy.Rate)) {
      holdings.held(
          engine.store().usage(engine.limits().get(0), time.now()).used(),
          all.waiting(),
          time.now());
    }
    granted.forEach(work -> holdings.granted(work.client.kind.permits(), time.now()));
    granted.clear();
  }

  /** One client, and those that come in its place when it dies. */
  private final class Client {
    private final Clients kind;
    private final int index;
    private final int indexOfAll;
    private final SplittableRandom random;
    private final Recording recording;

    /** What it waits for or does, the first to be asked for first. */
    private final Set<Work> work = new LinkedHashSet<>();

    private int deaths;

    Client(Clients kind, int index, int indexOfAll, SplittableRandom random) {
      this.kind = kind;
      this.index = index;
      this.indexOfAll = indexOfAll;
      this.random = random;
      this.recording = Run.this.recordings.get(kind.name());
    }

    void begin() {
      Clients.Arrivals arrivals = kind.arrivals();
      if (arrivals instanceof Clients.Arrivals.Poisson poisson) {
        time.in(gapNanos(poisson), () -> askAgain(poisson));
      } else if (arrivals instanceof Clients.Arrivals.Every every) {
        askAgain(every);
      } else if (arrivals instanceof Clients.Arrivals.Backlog backlog) {
        ask(backlog.asks());
      } else if (arrivals instanceof Clients.Arrivals.Burst burst) {
        ask(burst.asks());
      }
    }

    private void ask(int asks) {
      for (int i = 0; i < asks && time.now() < kind.untilNanos(); i++) {
        new Work(this).ask();
      }
    }

    private void askAgain(Clients.Arrivals.Poisson arrivals) {
      ask(1);
      time.in(gapNanos(arrivals), () -> askAgain(arrivals));
    }

    private void askAgain(Clients.Arrivals.Every arrivals) {
      ask(1);
      time.in(Math.max(1, (long) (arrivals.gapNanos() / load)), () -> askAgain(arrivals));
    }

    /** Asks for the next if it always has something to ask for. */
    private void ended(Work ended, long delayNanos) {
      work.remove(ended);
      if (kind.arrivals() instanceof Clients.Arrivals.Backlog) {
        time.in(delayNanos, () -> ask(1));
      }
    }

    private void crash() {
      for (Work each : List.copyOf(work)) {
        each.abandoned = true;
        if (each.lease == null) {
          engine.cancel(each.ticket, time.now());
          recording.cancelled(time.now());
          all.cancelled(time.now());
        }
      }
      work.clear();
      engine.disconnected(id(), time.now());
      deaths++;
      observe();
    }

    private void restart() {
      if (kind.arrivals() instanceof Clients.Arrivals.Backlog backlog) {
        ask(backlog.asks());
      }
    }

    private String id() {
      return deaths == 0 ? kind.id(index) : kind.id(index) + "-" + (deaths + 1);
    }

    private long gapNanos(Clients.Arrivals.Poisson arrivals) {
      return exponential(1e9 / (arrivals.perSecond() * load));
    }

    private long serviceNanos() {
      return kind.exponential() ? exponential(kind.serviceNanos()) : kind.serviceNanos();
    }

    /** Every machine computes the same, which {@link Math} does not promise. */
    private long exponential(double mean) {
      return Math.max(1, (long) (-mean * StrictMath.log(1 - random.nextDouble())));
    }
  }

  /** One ask and what it is for. */
  private final class Work implements Reply {
    private final Client client;
    private final long serviceNanos;
    private final long askedAtNanos = time.now();
    private final long startsBefore = starts;
    private Ticket ticket;
    private LeaseId lease;
    private boolean abandoned;

    Work(Client client) {
      this.client = client;
      this.serviceNanos = client.serviceNanos();
    }

    void ask() {
      Clients kind = client.kind;
      client.work.add(this);
      client.recording.asked();
      all.asked();
      ticket =
          engine.acquire(
              Acquire.builder(Demand.of(ScenarioFile.RESOURCE, kind.permits()))
                  .clientId(client.id())
                  .maxWaitNanos(kind.patienceNanos())
                  .priority(kind.priority())
                  .expectedHoldNanos(kind.tellsHold() ? serviceNanos : 0)
                  .build(),
              this,
              time.now());
      observe();
    }

    @Override
    public void decided(Decision decision) {
      if (decision instanceof Decision.Granted grant) {
        start(grant);
      } else {
        client.recording.denied(time.now());
        all.denied(time.now());
        client.ended(this, AFTER_DENIAL_NANOS);
      }
    }

    private void start(Decision.Granted grant) {
      long now = time.now();
      lease = grant.leaseId();
      granted.add(this);
      long waited = now - askedAtNanos;
      boolean inTime = waited + serviceNanos <= client.kind.patienceNanos();
      long meanwhile = starts - startsBefore;
      starts++;
      client.recording.started(client.index, client.kind.permits(), waited, inTime, meanwhile, now);
      all.started(client.indexOfAll, client.kind.permits(), waited, inTime, meanwhile, now);
      time.in(serviceNanos, this::end);
      if (lease != null && grant.ttlNanos() <= serviceNanos) {
        time.in(grant.ttlNanos() / 3, () -> renew(grant.ttlNanos() / 3));
      }
    }

    private void renew(long everyNanos) {
      if (!abandoned && client.work.contains(this)) {
        engine.renew(lease, 0, time.now(), renewal -> {});
        time.in(everyNanos, () -> renew(everyNanos));
      }
    }

    private void end() {
      if (abandoned) {
        return;
      }
      if (lease != null) {
        engine.release(Release.of(lease, Outcome.SUCCESS), time.now(), status -> {});
        observe();
      }
      client.ended(this, 0);
    }
  }
}
