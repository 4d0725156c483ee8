package io.sluice.engine.store.memory;

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

/** The leases that are known: the live ones, and those in the history. */
final class LeaseTable {
  private final KeyedTable<LeaseId, Lease> liveById = new KeyedTable<>(Lease::id);
  private final LeaseList live = new LeaseList();
  private final LeaseHistory history;

  LeaseTable(LeaseHistory history) {
    this.history = history;
  }

  void add(Lease lease) {
    liveById.put(lease);
    live.add(lease);
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
    live.add(lease);
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
    Lease lease = liveById.get(id);
    return lease != null ? lease : history.find(id);
  }

  /** Returns a live lease, or null. */
  @Nullable Lease live(LeaseId id) {
    return liveById.get(id);
  }

  /** Brings a lease back that had ended before a restart. */
  void restoreEnded(Lease lease) {
    history.add(lease);
  }

  /** Puts the live leases into the order of their fencing tokens. */
  void sort() {
    if (isSorted()) {
      return;
    }
    List<Lease> sorted = new ArrayList<>(live);
    sorted.sort(Comparator.comparingLong(Lease::fencingToken));
    for (Lease lease : sorted) {
      live.unlink(lease);
      live.add(lease);
    }
  }

  private boolean isSorted() {
    long before = Long.MIN_VALUE;
    for (Lease lease : live) {
      if (lease.fencingToken() < before) {
        return false;
      }
      before = lease.fencingToken();
    }
    return true;
  }

  /** Begins to visit the live leases anew. */
  void visitFromStart() {
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

  /** Returns the live leases, in the order they were granted. */
  Collection<Lease> live() {
    return Collections.unmodifiableCollection(live);
  }

  int liveSize() {
    return live.size();
  }
}
