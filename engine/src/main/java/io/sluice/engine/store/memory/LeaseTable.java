package io.sluice.engine.store.memory;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The leases that are known: the live ones, of which some may be dormant, and the history. */
final class LeaseTable {
  private final KeyedTable<LeaseId, Lease> liveById = new KeyedTable<>(Lease::id);
  private final LeaseList live = new LeaseList();
  private final LeaseHistory history;
  private DormantLeases dormant = new DormantLeases();
  private long wakeByNanos = Long.MAX_VALUE;

  /** Whether the live leases are in the order of their fencing tokens. */
  private boolean ordered = true;

  private long lastFence = Long.MIN_VALUE;

  LeaseTable(LeaseHistory history) {
    this.history = history;
  }

  void add(Lease lease) {
    liveById.put(lease);
    append(lease);
  }

  private void append(Lease lease) {
    live.add(lease);
    ordered &= lease.fencingToken() >= lastFence;
    lastFence = Math.max(lastFence, lease.fencingToken());
  }

  /** Goes on with leases that are dormant. */
  void sleep(DormantLeases leases) {
    dormant = leases;
  }

  /** Says that what is dormant lives from now on. */
  void sleepFrom(long nowNanos) {
    long shortest = dormant.shortestTtlNanos();
    wakeByNanos = shortest == Long.MAX_VALUE ? Long.MAX_VALUE : nowNanos + shortest;
  }

  /** Returns how many live leases are dormant. */
  int dormant() {
    return dormant.size();
  }

  /** Wakes some dormant leases; returns whether there are more. */
  boolean wakeSome(int count) {
    dormant.wakeSome(count);
    if (dormant.size() == 0 && wakeByNanos != Long.MAX_VALUE) {
      dormant = new DormantLeases(); // what the others took may go
      wakeByNanos = Long.MAX_VALUE;
    }
    return dormant.size() > 0;
  }

  /** Wakes the dormant leases before the first of them is due. */
  void wakeDue(long nowNanos) {
    if (nowNanos >= wakeByNanos) {
      wakeAll();
    }
  }

  /** Returns by when all dormant leases have to be awake; {@link Long#MAX_VALUE} = none is. */
  long wakeByNanos() {
    return wakeByNanos;
  }

  /** Wakes what may be the lease that an acquire was granted before. */
  void wake(Acquire acquire) {
    dormant.wake(acquire);
  }

  private void wakeAll() {
    boolean unused = wakeSome(Integer.MAX_VALUE);
  }

  /** Moves a lease that has ended to the history. */
  void ended(Lease lease, long nowNanos) {
    remove(lease);
    history.add(lease);
    history.trim(nowNanos);
  }

  /** Puts a lease behind all others, as it has a new fencing token. */
  void moveToEnd(Lease lease) {
    live.unlink(lease);
    append(lease);
  }

  /** Drops a live lease without a trace. */
  void remove(Lease lease) {
    liveById.remove(lease.id());
    live.unlink(lease);
  }

  /** Notes how the work of a lease that was found here ended; false if that was told before. */
  boolean tellOutcome(Lease lease, Outcome outcome) {
    boolean first = lease.tellOutcome(outcome);
    if (first && !lease.isLive()) {
      history.tellOutcome(lease.id(), outcome);
    }
    return first;
  }

  /** Drops what has been kept long enough. */
  void trim(long nowNanos) {
    history.trim(nowNanos);
  }

  /** Returns a live lease, or a copy of an ended one; null if it is not known. */
  @Nullable Lease find(LeaseId id) {
    Lease lease = live(id);
    return lease != null ? lease : history.find(id);
  }

  /** Returns whether a live lease is not dormant. */
  boolean isAwake(LeaseId id) {
    return liveById.get(id) != null;
  }

  /** Returns a live lease, or null. */
  @Nullable Lease live(LeaseId id) {
    dormant.wake(id);
    return liveById.get(id);
  }

  /** Brings a lease back that had ended before a restart. */
  void restoreEnded(Lease lease) {
    history.add(lease);
  }

  private void sort() {
    if (ordered) {
      return;
    }
    List<Lease> sorted = new ArrayList<>(live);
    sorted.sort(Comparator.comparingLong(Lease::fencingToken));
    for (Lease lease : sorted) {
      live.unlink(lease);
      live.add(lease);
    }
    ordered = true;
  }

  /** Begins to visit the live leases anew. */
  void visitFromStart() {
    wakeAll();
    sort(); // not later, while they are visited
    live.visitFromStart();
  }

  /** Visits some more live leases; returns whether there are more. */
  boolean visit(int count, Consumer<Lease> visitor) {
    return live.visit(count, visitor);
  }

  /**
   * Visits some leases that have ended.
   *
   * @param from where to go on; 0 = at the oldest
   * @return where to go on next; -1 = nowhere
   */
  long visitEnded(long from, int count, Consumer<Lease> visitor) {
    return history.visit(from, count, visitor);
  }

  /** Returns the live leases, in the order they were granted; all wake. */
  Collection<Lease> live() {
    wakeAll();
    return awake();
  }

  /** Returns the live leases that are not dormant, in the order they were granted. */
  Collection<Lease> awake() {
    sort();
    return Collections.unmodifiableCollection(live);
  }

  int liveSize() {
    return live.size() + dormant.size();
  }
}
