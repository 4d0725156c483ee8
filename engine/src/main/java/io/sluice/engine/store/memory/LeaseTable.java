package io.sluice.engine.store.memory;

import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseList;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The leases that are known: the live ones, and those that ended within {@code keepNanos}, at most
 * {@code maxEnded} of them. One map for both, so that the end of a lease moves nothing in it.
 */
final class LeaseTable {
  private final long keepNanos;
  private final int maxEnded;
  private final Consumer<Lease> forgotten;
  private final Map<LeaseId, Lease> known = new HashMap<>();
  private final LeaseList live = new LeaseList();
  private final Deque<Lease> endedInOrder = new ArrayDeque<>();

  LeaseTable(long keepNanos, int maxEnded, Consumer<Lease> forgotten) {
    this.keepNanos = keepNanos;
    this.maxEnded = maxEnded;
    this.forgotten = forgotten;
  }

  void add(Lease lease) {
    known.put(lease.id(), lease);
    live.add(lease);
  }

  /** Counts a lease that has ended to the history. */
  void ended(Lease lease, long nowNanos) {
    live.unlink(lease);
    endedInOrder.add(lease);
    trim(nowNanos);
  }

  /** Drops a live lease without a trace. */
  void remove(Lease lease) {
    known.remove(lease.id());
    live.unlink(lease);
  }

  /** Drops what has been kept long enough. */
  void trim(long nowNanos) {
    for (Lease oldest = endedInOrder.peek();
        oldest != null
            && (endedInOrder.size() > maxEnded || nowNanos - oldest.endedAtNanos() > keepNanos);
        oldest = endedInOrder.peek()) {
      endedInOrder.remove();
      known.remove(oldest.id());
      forgotten.accept(oldest);
    }
  }

  @Nullable Lease find(LeaseId id) {
    return known.get(id);
  }

  /** Returns the live leases, in the order they were granted. */
  Collection<Lease> live() {
    return Collections.unmodifiableCollection(live);
  }

  int liveSize() {
    return live.size();
  }
}
