package io.sluice.engine.admission;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.RequestKey;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits, and where.
 *
 * <p>A waiter stands in the queue of each bucket that stood in its way when it was last tried, and
 * keeps the place of its arrival in all of them. {@link Pump} hands out what comes free.
 */
final class WaitingRoom {
  private final StateStore store;
  private final EngineSettings settings;
  private final TimerWheel<Alarm> wheel;

  /** In the order they came to exist: a bucket's hash code differs from run to run. */
  private final Map<Bucket, WaitQueue> queues = new LinkedHashMap<>();

  /** Those who stand in no queue: paused, or about to be granted because nothing limits them. */
  private final Set<Waiter> apart = new LinkedHashSet<>();

  private final Map<RequestKey, Waiter> byRequest = new HashMap<>();
  private final Map<LeaseId, Set<Waiter>> byParent = new HashMap<>();
  private final Map<String, Integer> countByClient = new HashMap<>();
  private final List<Ticket> timedOut = new ArrayList<>();
  private final Desk desk;
  private final Pump pump;
  private long nextSequence;
  private int size;

  /**
   * Creates an empty room.
   *
   * @param clock the engine's time, for answers that come late
   * @param desk where waiters get their answers
   */
  WaitingRoom(StateStore store, EngineSettings settings, LongSupplier clock, Desk desk) {
    this.store = store;
    this.settings = settings;
    this.wheel = new TimerWheel<>(clock.getAsLong());
    this.desk = desk;
    this.pump = new Pump(store, this, clock, desk);
  }

  int size() {
    return size;
  }

  /** Rings an alarm at a time. */
  void schedule(Alarm alarm, long atNanos) {
    wheel.schedule(alarm, atNanos);
  }

  long nextEventNanos() {
    return wheel.nextEventNanos();
  }

  /** Returns whether somebody goes before one that comes now. */
  boolean isAnyAhead(Ask ask, long nowNanos) {
    if (queues.isEmpty()) {
      return false;
    }
    List<Charge> charges = ask.contended();
    for (int i = 0; i < charges.size(); i++) {
      WaitQueue queue = queues.get(charges.get(i).bucket());
      if (queue != null && queue.isAhead(ask, nowNanos)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the queue of a bucket, or null if nobody waits for it. */
  @Nullable WaitQueue queue(Bucket bucket) {
    return queues.get(bucket);
  }

  /** Returns the waiter of the same request, or null. */
  @Nullable Waiter waiterOf(@Nullable RequestKey key) {
    return key == null || byRequest.isEmpty() ? null : byRequest.get(key);
  }

  /** Returns the waiter that a lease waits for to be resumed, or null. */
  @Nullable Waiter resuming(LeaseId id) {
    return byRequest.isEmpty() ? null : byRequest.get(RequestKey.ofResuming(id));
  }

  /** Returns those who wait for a lease nested on another. */
  List<Waiter> nestedOn(LeaseId parent) {
    Set<Waiter> waiters = byParent.isEmpty() ? null : byParent.get(parent);
    return waiters == null ? List.of() : List.copyOf(waiters);
  }

  /** Returns the bound of its client if one that takes the place of another would break it. */
  @Nullable Blocker full(Ask ask, Waiter replaced) {
    String client = ask.acquire().clientId();
    return client.equals(replaced.ask.acquire().clientId()) ? null : fullOfClient(ask);
  }

  /** Returns the bound of the room, of the client or of a limit that one more would break. */
  @Nullable Blocker full(Ask ask, List<Bucket> buckets) {
    if (size >= settings.maxWaiters()) {
      return Denials.full("", ask.firstResource(), settings.maxWaiters(), "queue.max_waiters");
    }
    Blocker ofClient = fullOfClient(ask);
    if (ofClient != null) {
      return ofClient;
    }
    for (Bucket bucket : buckets) {
      ActiveLimit limit = bucket.limit();
      int max = limit.limit().queue().max();
      if (limit.counters().waitingNow() >= max) {
        return Denials.full(limit.name(), ask.chargeOf(bucket).resource(), max, "queue.max");
      }
    }
    return null;
  }

  /**
   * Keeps the buckets of an ask in existence, also those that are not in its way, so that its
   * handles stay those that everybody else uses.
   */
  void retain(Ask ask) {
    List<Charge> charges = ask.charges();
    for (int i = 0; i < charges.size(); i++) {
      store.retain(charges.get(i).bucket());
    }
  }

  /** Ends {@link #retain}. */
  void unretain(Ask ask, long nowNanos) {
    List<Charge> charges = ask.charges();
    for (int i = 0; i < charges.size(); i++) {
      store.unretain(charges.get(i).bucket(), nowNanos);
    }
  }

  /** Lets an ask wait for the buckets that stand in its way. */
  Waiter enter(Ask ask, Ticket ticket, List<Bucket> buckets, long nowNanos) {
    retain(ask);
    Waiter heirOf = ticket.heirOf;
    Waiter waiter =
        heirOf == null
            ? new Waiter(
                ask, nextSequence++, Math.min(ask.placeNanos(), nowNanos), nowNanos, nowNanos)
            : new Waiter(ask, heirOf.sequence, heirOf.sinceNanos, heirOf.enteredNanos, nowNanos);
    size++;
    countByClient.merge(ask.acquire().clientId(), 1, Integer::sum);
    RequestKey key = ask.requestKey();
    if (key != null) {
      byRequest.put(key, waiter);
    }
    LeaseId parent = ask.acquire().parent();
    if (parent != null) {
      byParent.computeIfAbsent(parent, any -> new LinkedHashSet<>()).add(waiter);
    }
    for (Bucket bucket : buckets) {
      bucket.limit().counters().queued();
    }
    ask.routes().forEach(route -> route.counters().queued());
    join(waiter, ticket, ask.acquire().maxWaitNanos(), nowNanos);
    stand(waiter, buckets);
    for (Place place : waiter.places) {
      changed(place.queue); // to learn when to be tried again, and whether it may go before others
    }
    return waiter;
  }

  /** Lets another ticket wait for the answer to a waiter. */
  void join(Waiter waiter, Ticket ticket, long maxWaitNanos, long nowNanos) {
    ticket.state = Ticket.State.WAITING;
    ticket.waiter = waiter;
    ticket.waitsSinceNanos = nowNanos;
    waiter.tickets.add(ticket);
    wheel.schedule(ticket, Math.min(nowNanos + maxWaitNanos, waiter.startByNanos));
  }

  /** Takes a ticket off its waiter; the waiter leaves with its last one. */
  void quit(Ticket ticket, Waiter waiter, long nowNanos) {
    wheel.cancel(ticket);
    ticket.state = Ticket.State.CLOSED;
    waiter.tickets.remove(ticket);
    if (waiter.tickets.isEmpty()) {
      leave(waiter, nowNanos);
    }
  }

  /** Takes a waiter out, answered or given up. */
  void leave(Waiter waiter, long nowNanos) {
    waiter.tickets.forEach(wheel::cancel);
    unstand(waiter);
    String client = waiter.ask.acquire().clientId();
    countByClient.computeIfPresent(client, (id, count) -> count == 1 ? null : count - 1);
    RequestKey key = waiter.ask.requestKey();
    if (key != null) {
      byRequest.remove(key, waiter);
    }
    LeaseId parent = waiter.ask.acquire().parent();
    if (parent != null) {
      byParent.computeIfPresent(
          parent, (any, nested) -> nested.remove(waiter) && nested.isEmpty() ? null : nested);
    }
    waiter.ask.routes().forEach(route -> route.counters().left());
    size--;
    waiter.gone = true;
    desk.left(waiter);
    unretain(waiter.ask, nowNanos);
  }

  /** Returns everybody who waits, in the order of arrival. */
  List<Waiter> all() {
    Set<Waiter> all = new LinkedHashSet<>(apart);
    queues.values().forEach(queue -> all.addAll(queue.all()));
    return all.stream().sorted(Waiter::compareArrival).toList();
  }

  /** Takes a waiter out of every queue until {@link #unpark}; it keeps its place. */
  void park(Waiter waiter) {
    if (!waiter.parked) {
      unstand(waiter);
      waiter.reroutes++;
      waiter.parked = true;
      apart.add(waiter);
      countParked(waiter, 1);
    }
  }

  /** Lets a waiter that was parked be tried again. */
  void unpark(Waiter waiter) {
    if (waiter.parked) {
      unstand(waiter);
      standAgain(waiter);
    }
  }

  /**
   * Lets a waiter wait for what its acquire leads to since the limits changed.
   *
   * @param requeue stand anew even where that is the same
   */
  void reroute(Waiter waiter, Ask ask, boolean requeue, long nowNanos) {
    Ask old = waiter.ask;
    boolean same = ask.sameBuckets(old);
    if (same && !requeue) {
      return;
    }
    boolean wasParked = waiter.parked;
    unstand(waiter);
    retain(ask);
    waiter.ask = ask;
    unretain(old, nowNanos);
    if (wasParked) {
      park(waiter);
    } else {
      standAgain(waiter);
    }
  }

  /** Lists everybody who waits, in the order of arrival. */
  List<Waiting> list(long nowNanos) {
    return Roster.of(queues.values(), apart, store, nowNanos);
  }

  /** Notes that a bucket may have more than before. */
  void changed(Bucket bucket) {
    if (!queues.isEmpty()) {
      WaitQueue queue = queues.get(bucket);
      if (queue != null) {
        changed(queue);
      }
    }
  }

  /** Notes that the head of a queue has to be tried. */
  void changed(WaitQueue queue) {
    pump.changed(queue);
  }

  /** Notes that every bucket of a limit may have more than before. */
  void retry(ActiveLimit limit) {
    for (WaitQueue queue : queues.values()) {
      if (queue.bucket.limit() == limit) {
        changed(queue);
      }
    }
  }

  /** Notes that a ticket has waited long enough. */
  void timeIsUp(Ticket ticket) {
    timedOut.add(ticket);
  }

  /** Rings the alarms that are due, and returns the tickets whose time is up. */
  List<Ticket> advance(long nowNanos) {
    wheel.advance(nowNanos, alarm -> alarm.ring(nowNanos));
    if (timedOut.isEmpty()) {
      return List.of();
    }
    List<Ticket> tickets = List.copyOf(timedOut);
    timedOut.clear();
    return tickets;
  }

  /** Hands out what there is, until no head fits. Within itself it does nothing. */
  void pump(long nowNanos) {
    pump.pump(nowNanos);
  }

  /** Returns whether a waiter would take what another goes before it for. */
  boolean isBehindAnother(Waiter waiter) {
    return isBehindAnother(waiter, null);
  }

  /** Returns whether a waiter would take what another goes before it for in any other queue. */
  boolean isBehindAnother(Waiter waiter, @Nullable WaitQueue except) {
    List<Charge> charges = waiter.ask.contended();
    for (int i = 0; i < charges.size(); i++) {
      WaitQueue queue = queues.get(charges.get(i).bucket());
      if (queue != null && queue != except && isBehindIn(queue, waiter)) {
        return true;
      }
    }
    return false;
  }

  /** Adds the buckets for which another goes before a waiter. */
  void bucketsAhead(Waiter waiter, List<Bucket> buckets) {
    for (Charge charge : waiter.ask.contended()) {
      WaitQueue queue = queues.get(charge.bucket());
      if (queue != null && isBehindIn(queue, waiter) && !buckets.contains(charge.bucket())) {
        buckets.add(charge.bucket());
      }
    }
  }

  /** Lets a waiter stand at these buckets and no others. */
  void move(Waiter waiter, List<Bucket> buckets) {
    for (Place place : List.copyOf(waiter.places)) {
      if (!buckets.contains(place.queue.bucket)) {
        step(place);
      }
    }
    stand(waiter, buckets);
  }

  /** Sees to it that the head of a queue is tried when its bucket has what it needs. */
  void wakeWhenAccrued(Waiter waiter, Verdict.Obstacle obstacle, long nowNanos) {
    WaitQueue queue = queues.get(obstacle.bucket());
    long wait = obstacle.blocker().waitNanos();
    if (queue != null
        && queue.head() == waiter
        && obstacle.bucket().limit().limit().policy().kind()
            == LimitKind.RATE // time alone cures it
        && nowNanos + wait >= nowNanos) { // else never, or beyond what a clock can say
      wheel.schedule(queue, nowNanos + wait);
    }
  }

  private @Nullable Blocker fullOfClient(Ask ask) {
    int max = settings.maxWaitersPerClient();
    return countByClient.getOrDefault(ask.acquire().clientId(), 0) < max
        ? null
        : Denials.full("", ask.firstResource(), max, "queue.max_waiters_per_client");
  }

  private static boolean isBehindIn(WaitQueue queue, Waiter waiter) {
    return waiter.placeIn(queue) != null ? queue.head() != waiter : !queue.isAfter(waiter);
  }

  /** Lets a waiter be tried at the place of its arrival, before it is known what blocks it. */
  private void standAgain(Waiter waiter) {
    waiter.reroutes++;
    List<Charge> contended = waiter.ask.contended();
    if (contended.isEmpty()) {
      apart.add(waiter);
      pump.unlimited(waiter);
    }
    stand(waiter, contended.stream().map(Charge::bucket).toList());
    waiter.places.forEach(place -> changed(place.queue));
  }

  private void unstand(Waiter waiter) {
    for (Place place : List.copyOf(waiter.places)) {
      step(place);
    }
    apart.remove(waiter);
    if (waiter.parked) {
      waiter.parked = false;
      countParked(waiter, -1);
    }
  }

  private static void countParked(Waiter waiter, int change) {
    for (Charge charge : waiter.ask.contended()) {
      charge.bucket().limit().counters().waiting(change);
    }
  }

  private void stand(Waiter waiter, List<Bucket> buckets) {
    for (Bucket bucket : buckets) {
      WaitQueue queue = queues.get(bucket);
      if (queue == null) {
        queue = new WaitQueue(bucket, this);
        queues.put(bucket, queue);
        store.watch(bucket);
      }
      if (waiter.placeIn(queue) == null) {
        waiter.places.add(queue.add(waiter));
      }
    }
  }

  private void step(Place place) {
    WaitQueue queue = place.queue;
    Waiter head = queue.head();
    if (place.waiter.granted) {
      queue.served(place);
    }
    queue.remove(place);
    place.waiter.places.remove(place);
    if (queue.isEmpty()) {
      queues.remove(queue.bucket);
      store.unwatch(queue.bucket);
      wheel.cancel(queue);
    } else if (queue.head() != head) { // also if it was served out of turn, at its flow's cost
      changed(queue);
    }
  }
}
