package io.sluice.engine.sim;

import io.sluice.engine.invariant.Call;
import io.sluice.engine.invariant.Invariant;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.store.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One client: it asks, holds, renews at a third of the time to live, releases; and misbehaves. It
 * knows only what reached it, and the time of its own clock, which runs up to 1 % wrong.
 */
final class SimClient {
  private static final int REMEMBERED = 8;
  private static final double MARGIN = 0.02;
  private static final long MIN_MARGIN_NANOS = 50_000_000;

  final String clientId;
  final SplittableRandom random;
  private final Simulation sim;
  private final String name;
  private final double drift;
  private final long longestWaitNanos;
  private final List<Asked> asked = new ArrayList<>();
  private final List<Holding> holdings = new ArrayList<>();
  private final List<LeaseId> formerLeases = new ArrayList<>();
  private int requests;
  private int life;
  private long pausedUntil;
  private boolean stopped;

  SimClient(Simulation sim, int number, SplittableRandom random) {
    this.sim = sim;
    this.random = random;
    this.name = "c" + number;
    this.clientId = World.clientId(number);
    this.drift = 0.99 + random.nextDouble() * 0.02;
    this.longestWaitNanos = 1 + random.nextLong(random.nextBoolean() ? 1L << 30 : 1L << 35);
  }

  void start() {
    doLater(random.nextLong(sim.thinkNanos()), this::act);
  }

  /** Does nothing more of its own; what it was told it still takes notice of. */
  void stop() {
    stopped = true;
  }

  private void act() {
    if (!stopped) {
      ClientAction.draw(random).run(this);
      doLater(random.nextLong(2 * sim.thinkNanos()), this::act);
    }
  }

  /** Does something of this life after a while, or when the pause is over. */
  private void doLater(long nanos, Runnable action) {
    int lifeThen = life;
    sim.scheduler().in(nanos, () -> doNow(lifeThen, action));
  }

  private void doNow(int lifeThen, Runnable action) {
    if (life != lifeThen) {
      return;
    }
    if (pausedUntil > sim.scheduler().now()) {
      sim.scheduler().at(pausedUntil, () -> doNow(lifeThen, action));
    } else {
      action.run();
    }
  }

  // What clients do; the entries of ClientAction.

  void ask() {
    String requestId = random.nextBoolean() ? name + "-" + requests++ : "";
    long wait = random.nextInt(3) == 0 ? 0 : 1 + random.nextLong(longestWaitNanos);
    send(new Asked(sim.world().acquire(clientId, requestId, wait), local()));
  }

  void askAgain() {
    Asked earlier = pick(asked);
    if (earlier != null && !earlier.acquire.requestId().isEmpty()) {
      send(earlier);
    }
  }

  void askOtherwise() {
    Asked earlier = pick(asked);
    if (earlier != null && !earlier.acquire.requestId().isEmpty()) {
      send(new Asked(sim.world().acquire(clientId, earlier.acquire.requestId(), 0), local()));
    }
  }

  void askForSameWork() {
    Asked earlier = pick(asked);
    if (earlier != null && earlier.acquire.dedup() != null) {
      String requestId = name + "-" + requests++;
      send(new Asked(sim.world().again(earlier.acquire, requestId), local()));
    }
  }

  void askNested() {
    Holding parent = pick(holdings);
    if (parent != null) {
      String requestId = random.nextBoolean() ? name + "-" + requests++ : "";
      long wait = random.nextInt(3) == 0 ? 0 : 1 + random.nextLong(longestWaitNanos);
      send(new Asked(sim.world().acquire(clientId, requestId, wait, parent.id), local()));
    }
  }

  void suspend() {
    Holding holding = pick(holdings);
    if (holding != null && !holding.guarded) {
      sim.network().send(() -> sim.server().suspend(holding.id));
      doLater(random.nextLong(2 * sim.typicalTtlNanos()), () -> resume(holding));
    }
  }

  void resume() {
    Holding holding = pick(holdings);
    if (holding != null) {
      resume(holding);
    }
  }

  private void resume(Holding holding) {
    long wait = random.nextInt(3) == 0 ? 0 : 1 + random.nextLong(longestWaitNanos);
    sim.network()
        .sendOnce(
            () -> {
              Call[] made = new Call[1];
              made[0] = sim.server().resume(holding.id, wait, decision -> breakOff(made));
              if (made[0] != null && random.nextInt(4) == 0) {
                doLater(random.nextLong(wait + 1), () -> cancelIfOpen(made[0]));
              }
            });
  }

  /** The connection breaks under some answers, and the server sees it. */
  private boolean breakOff(Call[] call) {
    boolean breaks = random.nextInt(25) == 0;
    if (breaks) {
      sim.scheduler().in(1 + random.nextLong(2_000_000), () -> sim.server().cancel(call[0]));
    }
    return breaks;
  }

  void giveUp() {
    Asked earlier = pick(asked);
    if (earlier != null) {
      giveUp(earlier);
    }
  }

  void releaseFormer() {
    LeaseId id = pick(formerLeases);
    if (id != null) {
      sim.network().send(() -> sim.server().release(Release.of(id, outcome())));
    }
  }

  void releaseUnknown() {
    LeaseId id = new LeaseId(random.nextLong(), random.nextLong());
    sim.network().send(() -> sim.server().release(Release.of(id, Outcome.UNUSED)));
  }

  void renewFormer() {
    LeaseId id = pick(formerLeases);
    LeaseId any = id == null || random.nextInt(4) == 0 ? new LeaseId(1, random.nextLong()) : id;
    sim.network().send(() -> sim.server().renew(any, 0, renewal -> {}));
  }

  void misuse() {
    LeaseId id = pick(formerLeases);
    sim.server().misuse(id == null ? new LeaseId(0, 0) : id);
  }

  void pause() {
    sim.coverage().met(Fact.CLIENT_PAUSED);
    pausedUntil = sim.scheduler().now() + random.nextLong(5 * sim.typicalTtlNanos());
  }

  void crash() {
    sim.coverage().met(Fact.CLIENT_CRASHED);
    life++;
    boolean noticed = random.nextBoolean();
    for (Asked lost : asked) {
      if (noticed) {
        lost.calls.forEach(call -> sim.network().sendOnce(() -> cancelIfOpen(call)));
      }
    }
    asked.clear();
    holdings.clear();
    formerLeases.clear();
    doLater(random.nextLong(2 * sim.typicalTtlNanos()), this::act);
  }

  private void cancelIfOpen(Call call) {
    if (call.isOpen()) {
      sim.server().cancel(call);
    }
  }

  // An acquire on its way, and its answer.

  private void send(Asked ask) {
    if (!asked.contains(ask)) {
      asked.add(ask);
      if (asked.size() > REMEMBERED) {
        asked.remove(0);
      }
    }
    Runnable arrival = () -> arrive(ask);
    if (ask.acquire.requestId().isEmpty()) {
      sim.network().sendOnce(arrival); // nobody may send it twice
    } else {
      sim.network().send(arrival);
    }
    long patience = ask.acquire.maxWaitNanos() + 3 * sim.network().maxDelayNanos() + 100_000_000;
    doLater(patience, () -> outOfPatience(ask));
  }

  private void arrive(Asked ask) {
    int lifeThen = life;
    Call[] made = new Call[1];
    made[0] =
        sim.server()
            .acquire(
                World.copy(ask.acquire),
                decision -> {
                  sim.server().noteAnswer(made[0], decision);
                  reply(ask, made, decision, lifeThen);
                });
    ask.calls.add(made[0]);
  }

  private void reply(Asked ask, Call[] call, Decision decision, int lifeThen) {
    if (breakOff(call)) {
      return;
    }
    boolean arrives = sim.network().sendOnce(() -> doNow(lifeThen, () -> answered(ask, decision)));
    sim.coverage().met(Fact.REPLY_LOST, arrives ? 0 : 1);
  }

  private void outOfPatience(Asked ask) {
    if (ask.answered || stopped) {
      return;
    }
    if (!ask.acquire.requestId().isEmpty() && ask.retries++ < 3) {
      send(ask);
    } else {
      giveUp(ask);
    }
  }

  private void giveUp(Asked ask) {
    ask.answered = true;
    ask.calls.forEach(call -> sim.network().sendOnce(() -> cancelIfOpen(call)));
  }

  private void answered(Asked ask, Decision decision) {
    boolean again = ask.answered;
    ask.answered = true;
    if (decision instanceof Decision.Granted granted && granted.leaseId() != null) {
      for (Holding held : holdings) {
        if (held.id.equals(granted.leaseId())) {
          return;
        }
      }
      Holding holding = new Holding(granted, ask.acquire, deadline(ask.sentAt, granted));
      if (again && random.nextBoolean()) {
        release(holding, Outcome.UNUSED); // it has given up on this one
      } else {
        hold(holding);
      }
    }
  }

  // A lease in its hands.

  private void hold(Holding holding) {
    holdings.add(holding);
    long ttl = Math.max(1, holding.ttlNanos);
    if (random.nextInt(12) != 0) { // else it forgets to
      doLater(random.nextLong(random.nextInt(3) == 0 ? 3 * ttl : ttl / 2 + 1), () -> end(holding));
    }
    if (random.nextInt(6) != 0) {
      doLater(holding.renewAfterNanos(), () -> renew(holding));
    }
    if (holding.guarded) {
      doLater(random.nextLong(ttl), () -> use(holding));
    }
  }

  private void end(Holding holding) {
    if (holdings.remove(holding)) {
      release(holding, outcome());
    }
  }

  private void release(Holding holding, Outcome outcome) {
    formerLeases.add(holding.id);
    if (formerLeases.size() > REMEMBERED) {
      formerLeases.remove(0);
    }
    Release release = Release.of(holding.id, outcome);
    boolean settles = holding.estimate > 0 && outcome != Outcome.UNUSED && random.nextInt(4) != 0;
    long actual = random.nextLong(2 * holding.estimate + 2);
    sim.network()
        .send(() -> sim.server().release(settles ? release.withActualPermits(actual) : release));
  }

  private Outcome outcome() {
    Outcome[] outcomes = Outcome.values();
    return random.nextInt(3) == 0 ? Outcome.UNUSED : outcomes[random.nextInt(outcomes.length)];
  }

  private void renew(Holding holding) {
    if (!holdings.contains(holding) || stopped) {
      return;
    }
    int lifeThen = life;
    double sentAt = local();
    sim.network()
        .send(
            () ->
                sim.server()
                    .renew(
                        holding.id,
                        holding.askedTtlNanos, // a shorter one might arrive and its answer not
                        renewal ->
                            sim.network()
                                .sendOnce(
                                    () ->
                                        doNow(
                                            lifeThen,
                                            () -> {
                                              if (renewal.status() == RenewStatus.RENEWED) {
                                                holding.renewed(sentAt, renewal.ttlNanos());
                                              } else {
                                                holdings.remove(holding);
                                              }
                                            }))));
    doLater(holding.renewAfterNanos(), () -> renew(holding));
  }

  /** Writes to the guarded resource, having looked at its clock; sometimes it pauses in between. */
  private void use(Holding holding) {
    if (!holdings.contains(holding)) {
      return;
    }
    Lease lease = sim.server().lease(holding.id);
    boolean believes = local() < holding.validUntil;
    Invariant.HOLDER_STOPS_FIRST.require(
        !believes
            || lease == null
            || lease.isLive()
            || (lease.endState() == LeaseState.REVOKED && !lease.message().contains("longest time"))
            || lease.endState() == LeaseState.RELEASED
            || lease.message().contains("disconnected"),
        sim::where,
        "%s believes to hold %s, which is %s",
        name,
        holding.id,
        lease == null ? null : lease.state());
    boolean late = random.nextInt(3) == 0;
    sim.scheduler()
        .in(
            late ? random.nextLong(3 * sim.typicalTtlNanos()) : sim.network().maxDelayNanos(),
            () -> write(holding));
  }

  private void write(Holding holding) {
    boolean accepted = sim.register().write(holding.fence);
    if (!accepted) {
      sim.coverage().met(Fact.STALE_WRITE_REFUSED);
      Invariant.STALE_WRITES_REFUSED.require(
          sim.server().live(holding.id) == null,
          sim::where,
          "the live holder of fence %d is refused",
          holding.fence);
    }
  }

  private double deadline(double sentAt, Decision.Granted granted) {
    return sentAt + granted.waitedNanos() * (1 - MARGIN) + usable(granted.ttlNanos());
  }

  private static double usable(long ttlNanos) {
    return ttlNanos - Math.max(MIN_MARGIN_NANOS, ttlNanos * MARGIN);
  }

  private double local() {
    return sim.scheduler().now() * drift;
  }

  private <T> T pick(List<T> list) {
    return list.isEmpty() ? null : list.get(random.nextInt(list.size()));
  }

  /** An acquire as its client knows it. */
  private static final class Asked {
    final Acquire acquire;
    final double sentAt;
    final List<Call> calls = new ArrayList<>();
    boolean answered;
    int retries;

    Asked(Acquire acquire, double sentAt) {
      this.acquire = acquire;
      this.sentAt = sentAt;
    }
  }

  /** A lease as its holder knows it. */
  private static final class Holding {
    final LeaseId id;
    final long fence;
    final long ttlNanos;
    final long askedTtlNanos;
    final boolean guarded;
    final long estimate;
    double validUntil;

    Holding(Decision.Granted granted, Acquire acquire, double validUntil) {
      this.id = granted.leaseId();
      this.fence = granted.fencingToken();
      this.ttlNanos = granted.ttlNanos();
      this.askedTtlNanos = acquire.ttlNanos();
      this.guarded =
          acquire.parent() == null
              && acquire.demands().stream()
                  .anyMatch(demand -> demand.resource().equals(World.LOCK));
      this.estimate =
          acquire.demands().stream().filter(Demand::estimate).mapToLong(Demand::permits).sum();
      this.validUntil = validUntil;
    }

    /** A replayed grant may have little time left; that is no reason to renew without a pause. */
    long renewAfterNanos() {
      return Math.max(300_000_000, ttlNanos / 3);
    }

    void renewed(double sentAt, long ttl) {
      validUntil = Math.max(validUntil, sentAt + usable(ttl));
    }
  }
}
