package io.sluice.engine.sim;

import io.sluice.engine.admission.EngineProbe;
import io.sluice.engine.invariant.Invariant;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.store.memory.MemoryProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One run of one seed: everything in it follows from the seed. */
final class Simulation {
  private static final long SECOND = 1_000_000_000L;

  /** Longer than the longest lease of a {@link World}, its grace, and the longest wait. */
  private static final long AFTERMATH_NANOS = 120 * SECOND;

  private final long seed;
  private final int maxEvents;
  private final Coverage coverage;
  private final Trace trace;
  private final Scheduler scheduler = new Scheduler();
  private final FencedRegister register = new FencedRegister();
  private final SplittableRandom random;
  private final World world;
  private final Network network;
  private final SimServer server;
  private final List<SimClient> clients = new ArrayList<>();
  private final long thinkNanos;

  /**
   * Prepares a run.
   *
   * @param maxEvents after about so many events everybody stops
   * @param coverage told what was met
   * @param reader told what happens, line by line
   */
  Simulation(long seed, int maxEvents, Coverage coverage, Consumer<String> reader) {
    this.seed = seed;
    this.maxEvents = maxEvents;
    this.coverage = coverage;
    this.trace = new Trace(reader);
    this.random = new SplittableRandom(seed);
    this.world = new World(random.split());
    this.network = new Network(scheduler, random.split());
    this.server = new SimServer(scheduler, world, random.split(), coverage, trace, this::where);
    this.thinkNanos = SECOND / 50 + random.nextLong(random.nextBoolean() ? SECOND : 20 * SECOND);
    int count = 5 + random.nextInt(random.nextInt(4) == 0 ? 46 : 10);
    for (int i = 0; i < count; i++) {
      clients.add(new SimClient(this, i, random.split()));
    }
  }

  /** Runs, and returns the hash of what happened. */
  long run() {
    clients.forEach(SimClient::start);
    disturb();
    while (server.events() < maxEvents) {
      scheduler.runUntil(scheduler.now() + SECOND);
    }
    boolean drains = random.nextInt(3) == 0;
    if (drains) {
      server.drain();
      scheduler.runUntil(scheduler.now() + 2 * thinkNanos);
    }
    clients.forEach(SimClient::stop);
    server.endPauses();
    scheduler.runUntil(scheduler.now() + AFTERMATH_NANOS);
    server.wake();
    requireNothingLeft();
    trace.add(scheduler.now(), "end", server.events());
    return trace.hash();
  }

  private void disturb() {
    scheduler.in(
        random.nextLong(4 * thinkNanos),
        () -> {
          if (server.events() < maxEvents) {
            AdminAction.runAny(this, random);
            disturb();
          }
        });
  }

  private void requireNothingLeft() {
    Invariant.CONSERVATION.require(
        server.isSettled() && server.store().leaseCount() == 0,
        this::where,
        "%d leases are left",
        server.store().leaseCount());
    int waiting = EngineProbe.waitingCount(server.engine());
    Invariant.NO_LOST_WAKE_UP.require(waiting == 0, this::where, "%d still wait", waiting);
    scheduler.runUntil(scheduler.now() + 700 * SECOND);
    server.wake();
    server.store().expire(scheduler.now(), lease -> {}); // an idle engine has no reason to look
    int works = EngineProbe.knownWork(server.engine());
    Invariant.BOUNDED.require(works == 0, this::where, "%d names of work are kept", works);
    int remembered = MemoryProbe.rememberedRequests(server.store());
    Invariant.BOUNDED.require(remembered == 0, this::where, "%d requests are kept", remembered);
    for (ActiveLimit limit : server.limits()) {
      long used = server.store().usage(limit, scheduler.now()).used();
      Invariant.CONSERVATION.require(
          used == 0 || limit.limit().policy().terms() == null,
          this::where,
          "%s still uses %d",
          limit.name(),
          used);
    }
  }

  String where() {
    return "event "
        + server.events()
        + " at "
        + scheduler.now()
        + " ns of seed "
        + seed
        + "; see it again: mvn -q test -pl engine -Dtest=SimulationTest -Dsim.seed="
        + seed
        + " -Dsim.events="
        + maxEvents;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  World world() {
    return world;
  }

  Network network() {
    return network;
  }

  SimServer server() {
    return server;
  }

  FencedRegister register() {
    return register;
  }

  Coverage coverage() {
    return coverage;
  }

  /** Returns how long a client thinks before its next action, on average. */
  long thinkNanos() {
    return thinkNanos;
  }

  long typicalTtlNanos() {
    return 10 * SECOND;
  }
}
