package io.sluice.engine.admission;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DevicePool;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.learning.Adjusted;
import io.sluice.engine.learning.Learners;
import io.sluice.engine.learning.SavedLearning;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.PauseTable;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.Report;
import io.sluice.engine.model.SuspendStatus;
import io.sluice.engine.stats.QuotaCrossings;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.SliceClock;
import io.sluice.engine.stats.Work;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Restored;
import io.sluice.engine.store.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may go now.
 *
 * <p>Every call is a step: time moves to {@code nowNanos} first, so that what expired before is
 * free; then the call does its work; then whatever became free is handed to those who wait. {@code
 * nowNanos} is a monotonic time of any origin; one that is less than the last counts as the last.
 *
 * <p>One writer: calls come from one thread at a time. No call blocks.
 */
public final class AdmissionEngine {
  private final StateStore store;
  private final LimitTable limits;
  private final SliceClock slices;
  private final ResourceTable resources;
  private final Bookkeeper books;
  private final Admissions admissions;
  private final WaitingRoom room;
  private final PauseTable pauses = new PauseTable();
  private final Learners learners;
  private final Operations operations;
  private final Endings endings;
  private long clockNanos;

  /**
   * Creates an engine in which nothing is taken and nobody waits.
   *
   * @param random spreads in time what many would do at once
   * @throws io.sluice.engine.model.InvalidArgumentException if the limits contradict each other
   */
  public AdmissionEngine(
      List<Limit> limits,
      EngineSettings settings,
      StateStore store,
      RandomGenerator random,
      long nowNanos) {
    limits.forEach(store::check);
    this.store = store;
    this.slices = new SliceClock(nowNanos);
    this.resources = new ResourceTable(slices);
    this.limits = new LimitTable(limits, resources, slices);
    this.clockNanos = nowNanos;
    this.books = new Bookkeeper(this.limits);
    this.learners = new Learners(store, random, bucket -> room().changed(bucket), nowNanos);
    this.admissions =
        new Admissions(this.limits, settings, store, books, pauses, learners, () -> clockNanos);
    this.room = admissions.room();
    this.operations = new Operations(this.limits, store, admissions, learners, () -> clockNanos);
    this.endings = admissions.endings();
    store.listen(
        bucket -> {
          room.changed(bucket);
          room.pump(clockNanos);
        });
  }

  /**
   * Decides an acquire, at once or within its longest wait.
   *
   * @param acquire an object of its own for each call, also for one that repeats another
   * @return the caller's stake, to {@link #cancel} when the caller goes away
   */
  public Ticket acquire(Acquire acquire, Reply reply, long nowNanos) {
    moveTo(nowNanos);
    Ticket ticket = admissions.acquire(acquire, reply);
    room.pump(clockNanos);
    return ticket;
  }

  /** Is told, within the step, of each lease that ends without a release, from now on. */
  public void whenLost(Consumer<Lease> listener) {
    endings.whenLost(listener);
  }

  /**
   * Gives back whatever a caller has got or waits for, because the answer cannot reach it. Nothing
   * happens if the caller was denied, or shares a grant with another call of the same request.
   */
  public void cancel(Ticket ticket, long nowNanos) {
    moveTo(nowNanos);
    admissions.cancel(ticket);
    room.pump(clockNanos);
  }

  /**
   * Extends a lease.
   *
   * @param ttlNanos the time to live asked for, 1 s..24 h; 0 = what its acquire asked for
   * @throws io.sluice.engine.model.InvalidArgumentException if it is out of its bounds
   */
  public void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer) {
    if (ttlNanos != 0) {
      Bounds.requireRange("ttl nanoseconds", ttlNanos, Bounds.MIN_TTL_NANOS, Bounds.MAX_TTL_NANOS);
    }
    moveTo(nowNanos);
    store.renew(id, ttlNanos, clockNanos, answer);
  }

  /**
   * Refuses a release that tells what an estimate took, of a lease that has none.
   *
   * @throws InvalidArgumentException naming the field
   */
  public void check(Release release) {
    Lease lease = release.settles() ? store.lease(release.leaseId()) : null;
    if (lease != null && !lease.claim().acquire().hasEstimate()) {
      throw new InvalidArgumentException(
          "actual_permits", "must be absent unless a demand of the lease was an estimate");
    }
  }

  /**
   * Ends a lease, hands on what it held, and settles an estimate.
   *
   * @throws InvalidArgumentException as {@link #check} does; nothing is changed then
   */
  public void release(Release release, long nowNanos, Consumer<ReleaseStatus> answer) {
    check(release);
    moveTo(nowNanos);
    store.release(
        release,
        clockNanos,
        released -> {
          Lease lease = released.lease();
          if (lease != null && released.firstOutcome()) {
            learners.ended(lease, release, clockNanos);
          }
          endings.ended(released.ended());
          if (lease != null) {
            if (released.status() == ReleaseStatus.RELEASED
                && release.outcome() == Outcome.UNUSED) {
              books.refunded(lease);
            }
            books.settled(released.settlements());
            if (released.firstOutcome()) {
              books.outcome(lease, release.outcome(), release.latencyNanos());
            }
          }
          answer.accept(released.status());
          handOn();
        });
  }

  /**
   * Gives back what a lease holds, to those who wait, while it lives on: its id and its time stay,
   * and it may be renewed and resumed. Tokens of rates are spent and stay so.
   */
  public void suspend(LeaseId id, long nowNanos, Consumer<SuspendStatus> answer) {
    moveTo(nowNanos);
    store.suspend(
        id,
        clockNanos,
        suspended -> {
          Lease lease = suspended.lease();
          if (lease != null) {
            endings.suspended(lease);
          }
          answer.accept(suspended.status());
          room.pump(clockNanos);
        });
  }

  /**
   * Lets a suspended lease hold again, under a new fencing token, what its acquire asks of the
   * limits there are now, perhaps other devices; rates were spent with the grant. It waits where
   * the lease's grant would have its place, before those who came later. One that is held is
   * answered with its present grant, and one that has ended with {@link
   * io.sluice.engine.model.Decision.Lost}.
   *
   * @param maxWaitNanos how long to wait in the queue, 0..24 h; 0 = answer at once
   * @return the caller's stake, to {@link #cancel} when the caller goes away: the lease is
   *     suspended again then
   * @throws io.sluice.engine.model.InvalidArgumentException if it is out of its bounds
   */
  public Ticket resume(LeaseId id, long maxWaitNanos, Reply reply, long nowNanos) {
    Bounds.requireRange("max_wait nanoseconds", maxWaitNanos, 0, Bounds.MAX_TTL_NANOS);
    moveTo(nowNanos);
    Ticket ticket = admissions.resume(id, maxWaitNanos, reply);
    room.pump(clockNanos);
    return ticket;
  }

  /**
   * Takes a lease back from its holder; told the lease as it is then, or null if unknown. With a
   * grace the holder learns by its renewals how long it still has, and may release; without, or
   * when it is over, the lease is revoked. A later call may only shorten it.
   *
   * @param message for people, at most 1024 bytes
   * @param graceNanos 0..24 h; 0 = at once
   * @throws io.sluice.engine.model.InvalidArgumentException if a value is out of its bounds
   */
  public void revoke(
      LeaseId id,
      String message,
      long graceNanos,
      long nowNanos,
      Consumer<@Nullable Lease> answer) {
    Bounds.requireText("message", message, 0, Bounds.MAX_MESSAGE_BYTES);
    Bounds.requireRange("grace nanoseconds", graceNanos, 0, Bounds.MAX_TTL_NANOS);
    moveTo(nowNanos);
    revoke(id, message, graceNanos, released -> answer.accept(released.lease()));
  }

  /**
   * Notes that a client has no connection any more. Its leases on limits that reclaim live for the
   * grace of those limits at most, unless it comes back or renews one; they expire then.
   *
   * @param clientId as in its acquires; those without one are not reclaimed
   */
  public void disconnected(String clientId, long nowNanos) {
    moveTo(nowNanos);
    store.disconnected(clientId, clockNanos);
  }

  /** Notes that a client has a connection: its leases live as long as ever. */
  public void connected(String clientId, long nowNanos) {
    moveTo(nowNanos);
    store.connected(clientId, clockNanos);
  }

  /** Counts how work without a lease ended, and learns from it. */
  public void report(Report report, long nowNanos) {
    moveTo(nowNanos);
    Route route = limits.route(report.demand().resource());
    books.reported(route, report);
    learners.reported(route, report, clockNanos);
    handOn();
  }

  /**
   * Multiplies what an adaptive limit has found, in each of its buckets, within its bounds.
   *
   * @return what it came to; null if there is no such limit, or it finds nothing
   * @throws InvalidArgumentException if the factor is not finite or not above 0
   */
  public @Nullable Adjusted adjust(String limit, double factor, long nowNanos) {
    moveTo(nowNanos);
    ActiveLimit active = limits.find(limit);
    Adjusted adjusted = active == null ? null : learners.adjust(active, factor, clockNanos);
    handOn();
    return adjusted;
  }

  /**
   * Puts a whole new set of limits into force, in one step. Nobody is revoked. A limit whose name,
   * kind, key and pool stay goes on with what is taken of it: tokens are carried over, at most the
   * new burst of them, and after it was lowered below what is held it grants nothing until there is
   * room. Another kind, key or pool begins a new generation of the limit: leases count in the
   * bucket that their demand leads to now, tokens begin at none. Leases of a deleted limit hold on
   * and count again if a limit of that name comes back; its counters are gone.
   *
   * <p>Everybody who waits keeps its place and waits for what its acquire leads to now: it is
   * granted if nothing is in its way any more, and denied if it asks for more than there can be.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if the limits contradict each other;
   *     nothing is changed then
   */
  public void replaceLimits(List<Limit> newLimits, long nowNanos) {
    moveTo(nowNanos);
    operations.replaceLimits(newLimits);
    room.pump(clockNanos);
  }

  /**
   * Puts one limit into force, in the place of the one of its name, as {@link #replaceLimits} does.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if it contradicts another limit, or
   *     there are as many as there may be; nothing is changed then
   */
  public void putLimit(Limit limit, long nowNanos) {
    moveTo(nowNanos);
    operations.putLimit(limit);
    room.pump(clockNanos);
  }

  /** Takes one limit out of force, as {@link #replaceLimits} does; false if there is none. */
  public boolean deleteLimit(String name, long nowNanos) {
    moveTo(nowNanos);
    boolean there = operations.deleteLimit(name);
    room.pump(clockNanos);
    return there;
  }

  /**
   * Fills every bucket of a rate, also one with a debt; leases are not touched.
   *
   * @return false if there is no such limit
   */
  public boolean resetLimit(String name, long nowNanos) {
    moveTo(nowNanos);
    boolean there = operations.resetLimit(name);
    room.pump(clockNanos);
    return there;
  }

  /**
   * Lets nothing start on some resources until {@link #resume(ResourcePattern, long)}. Who asks
   * waits or is denied; who waits keeps its place and stands in nobody's way; who holds goes on and
   * may renew. A pause of the same pattern is replaced.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if there are as many pauses as there
   *     may be; nothing is changed then
   */
  public void pause(Pause pause, long nowNanos) {
    moveTo(nowNanos);
    pauses.put(pause);
    admissions.gatesChanged();
    room.pump(clockNanos);
  }

  /** Ends the pause of exactly this pattern; false if there is none. */
  public boolean resume(ResourcePattern resource, long nowNanos) {
    moveTo(nowNanos);
    boolean was = pauses.remove(resource);
    admissions.gatesChanged();
    room.pump(clockNanos);
    return was;
  }

  /** Returns the pauses in force, in the order in which they began. */
  public List<Pause> pauses() {
    return pauses.all();
  }

  /** Sends away those who wait, those who hold, or both; told how many when all have gone. */
  public void purge(Purge purge, long nowNanos, Consumer<Purge.Purged> answer) {
    moveTo(nowNanos);
    int waiters = purge.waiters() ? operations.purgeWaiters(purge) : 0;
    List<LeaseId> leases = purge.leases() ? operations.leases(purge) : List.of();
    if (leases.isEmpty()) {
      answer.accept(new Purge.Purged(waiters, 0));
    }
    List<StateStore.Released> answers = new ArrayList<>(leases.size());
    for (LeaseId id : leases) {
      revoke(
          id,
          purge.message(),
          0,
          released -> {
            answers.add(released);
            if (answers.size() == leases.size()) {
              int ended = answers.stream().mapToInt(one -> one.ended().size()).sum();
              answer.accept(new Purge.Purged(waiters, ended));
            }
          });
    }
    room.pump(clockNanos);
  }

  /**
   * Tells the time of day, by which windows of the calendar begin and end. To be called at the
   * start, before anything is asked, and about every second: in between, time passes as {@code
   * nowNanos} does. It may go back; no window that was spent is opened again by that.
   *
   * @param epochMillis milliseconds since 1970
   * @throws InvalidArgumentException if it is out of the bounds of {@link
   *     io.sluice.engine.rate.WallClock}
   */
  public void wallClock(long epochMillis, long nowNanos) {
    moveTo(nowNanos);
    if (store.wallClock(epochMillis, clockNanos)) {
      for (ActiveLimit active : limits.all()) {
        if (active.limit().policy() instanceof Policy.Window window && window.isCalendar()) {
          room.retry(active);
        }
      }
      room.pump(clockNanos);
    }
  }

  /**
   * Tells which quotas reached a share of their permits since this was last called, each share once
   * in each window of a bucket.
   *
   * @param told called with the limit and the crossing
   */
  public void tellCrossings(BiConsumer<ActiveLimit, QuotaCrossings.Crossing> told) {
    for (ActiveLimit active : limits.all()) {
      active.counters().crossings().takeUntold().forEach(crossing -> told.accept(active, crossing));
    }
  }

  /**
   * Tells the pool of a limit which devices there are: new ones give grants, one that is missing is
   * lost and its leases are revoked, one that is back is usable again. What came free is handed on
   * in this step; who waits for what no device can give any more is denied.
   *
   * @param readings each device once, at most 1024
   * @throws InvalidArgumentException if there is no such limit, it is not on a pool, or the
   *     readings are out of their bounds; nothing is changed then
   */
  public void inventory(String limit, List<DeviceReading> readings, long nowNanos) {
    ActiveLimit active = limits.findPool(limit);
    if (active == null) {
      throw new InvalidArgumentException("limit", "must be one on a pool but was " + limit);
    }
    var unused = DevicePool.byUuid(readings);
    moveTo(nowNanos);
    store.inventory(active, readings, clockNanos, endings::ended);
    List<Device> devices = store.devices(active).stream().map(usage -> usage.device()).toList();
    if (limits.replaceDevices(active, devices)) {
      admissions.dismissImpossible();
    }
    room.retry(active);
    room.pump(clockNanos);
  }

  /**
   * Keeps new grants off a device, or lets them on again. Holders stay; to drain a device, cordon
   * it and wait.
   *
   * @return the device as it is now; null if the limit is not on a pool with such a device
   */
  public @Nullable DeviceUsage cordon(
      String limit, String deviceUuid, boolean cordoned, long nowNanos) {
    moveTo(nowNanos);
    ActiveLimit active = limits.findPool(limit);
    if (active == null || !store.cordon(active, deviceUuid, cordoned, clockNanos)) {
      return null;
    }
    room.retry(active);
    room.pump(clockNanos);
    return store.devices(active).stream()
        .filter(usage -> usage.device().uuid().equals(deviceUuid))
        .findFirst()
        .orElse(null);
  }

  /** Denies everybody who waits, and from now on everybody who asks. */
  public void drain(long nowNanos) {
    moveTo(nowNanos);
    admissions.drain();
  }

  /** Moves time on: ends leases, ends waits, hands on what accrued. */
  public void advance(long nowNanos) {
    moveTo(nowNanos);
    room.pump(clockNanos);
  }

  /**
   * Returns when to call {@link #advance} if nothing else happens; {@link Long#MAX_VALUE} = never.
   */
  public long nextEventNanos() {
    long next = Math.min(store.nextExpiryNanos(), room.nextEventNanos());
    return Math.min(next, learners.nextEventNanos());
  }

  /** Says what an acquire would be answered now. Changes nothing. */
  public void explain(Acquire acquire, long nowNanos, Consumer<Explanation> answer) {
    moveTo(nowNanos);
    admissions.explain(acquire, answer);
  }

  /** Returns the store, for questions about leases and devices. */
  public StateStore store() {
    return store;
  }

  /** Returns the limit of a name that is in force; null if there is none. */
  public @Nullable ActiveLimit limit(String name) {
    return limits.find(name);
  }

  /** Returns the limits in force, in the order of the configuration. */
  public List<ActiveLimit> limits() {
    return limits.all();
  }

  /** Returns the limits whose glob matches a resource, in the order they are checked. */
  public List<ActiveLimit> limitsOf(String resource) {
    return limits.matching(resource);
  }

  /** Lists everybody who waits, in the order of arrival. */
  public List<Waiting> waiters(long nowNanos) {
    moveTo(nowNanos);
    room.pump(clockNanos);
    return room.list(clockNanos);
  }

  /** Takes a snapshot of everything counted. */
  public Snapshot snapshot(long nowNanos) {
    moveTo(nowNanos);
    room.pump(clockNanos);
    List<Snapshot.ByLimit> byLimit =
        limits.all().stream()
            .map(
                active ->
                    new Snapshot.ByLimit(
                        active.limit(),
                        store.usage(active, clockNanos),
                        active.counters().snapshot(),
                        active.counters().recent(),
                        learners.adaptive(active, clockNanos),
                        learners.breaker(active, clockNanos)))
            .toList();
    return new Snapshot(
        byLimit, resources.snapshot(), books.deniedKeys(), store.leaseCount(), room.size());
  }

  /** Returns how the work on all resources went in the last minute; cheaper than a snapshot. */
  public Work work(long nowNanos) {
    moveTo(nowNanos);
    room.pump(clockNanos);
    return resources.work();
  }

  /**
   * Goes on after a restart, with what the store has brought back. Called once, before anything is
   * asked.
   *
   * @param restored what of it is to be known here
   * @param learned what was learned
   */
  public void restored(Restored restored, List<SavedLearning> learned, long nowNanos) {
    moveTo(nowNanos);
    slices.restart();
    for (SavedLearning saved : learned) {
      ActiveLimit limit = limits.find(saved.limit());
      if (limit != null) {
        learners.restore(limit, saved, clockNanos);
      }
    }
    admissions.restored(restored);
  }

  /**
   * Returns what was learned, to be known after a restart.
   *
   * @param all also what has not changed since this was last asked
   */
  public List<SavedLearning> learned(boolean all) {
    return learners.save(all, clockNanos);
  }

  /** Returns how much named work is remembered; for tests of memory. */
  int knownWork() {
    return admissions.knownWork();
  }

  /** Returns how many buckets learn; for tests of memory. */
  int learningBuckets() {
    return learners.size();
  }

  /** Returns who waits; for tests of what callers cannot see. */
  WaitingRoom room() {
    return room;
  }

  /** Returns the time up to which everything has happened; for tests. */
  long clockNanos() {
    return clockNanos;
  }

  private void revoke(
      LeaseId id, String message, long graceNanos, Consumer<StateStore.Released> answer) {
    store.revoke(
        id,
        message,
        graceNanos,
        clockNanos,
        released -> {
          endings.ended(released.ended());
          answer.accept(released);
          room.pump(clockNanos);
        });
  }

  /** Moves time to {@code nowNanos}, through every event on the way in its order. */
  private void moveTo(long nowNanos) {
    if (nowNanos < clockNanos) {
      return;
    }
    for (long next = nextEventNanos(); next <= nowNanos; next = nextEventNanos()) {
      clock(Math.max(clockNanos, next));
      step();
    }
    clock(nowNanos);
  }

  private void clock(long nowNanos) {
    clockNanos = nowNanos;
    slices.advance(nowNanos);
  }

  /** Hands on what came free; brings those who wait in line with what opened or closed. */
  private void handOn() {
    if (learners.takeGatesChanged()) {
      admissions.gatesChanged();
    }
    room.pump(clockNanos);
  }

  private void step() {
    store.expire(clockNanos, endings::ended);
    learners.advance(clockNanos);
    if (learners.takeGatesChanged()) {
      admissions.gatesChanged();
    }
    List<Ticket> timedOut = room.advance(clockNanos);
    // What came free at this moment goes to those whose time is up at this moment, too.
    room.pump(clockNanos);
    timedOut.forEach(admissions::timeIsUp);
    room.pump(clockNanos);
  }
}
