package io.sluice.engine.store.memory;

import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Lease;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The leases that are known: the live ones, and those that ended within {@code keepNanos}, at most
 * {@code maxEnded} of them.
 */
final class LeaseTable {
  private final long keepNanos;
  private final int maxEnded;
  private final Consumer<Lease> forgotten;
  private final Map<LeaseId, Lease> live = new LinkedHashMap<>();
  private final Map<LeaseId, Lease> ended = new HashMap<>();
  private final Deque<Lease> endedInOrder = new ArrayDeque<>();

  LeaseTable(long keepNanos, int maxEnded, Consumer<Lease> forgotten) {
    this.keepNanos = keepNanos;
    this.maxEnded = maxEnded;
    this.forgotten = forgotten;
  }

  void add(Lease lease) {
    live.put(lease.id(), lease);
  }

  /** Moves a lease that has ended to the history. */
  void ended(Lease lease, long nowNanos) {
    live.remove(lease.id());
    ended.put(lease.id(), lease);
    endedInOrder.add(lease);
    trim(nowNanos);
  }

  /** Drops a live lease without a trace. */
  void remove(Lease lease) {
    live.remove(lease.id());
  }

  /** Drops what has been kept long enough. */
  void trim(long nowNanos) {
    for (Lease oldest = endedInOrder.peek();
        oldest != null
            && (endedInOrder.size() > maxEnded || nowNanos - oldest.endedAtNanos() > keepNanos);
        oldest = endedInOrder.peek()) {
      endedInOrder.remove();
      ended.remove(oldest.id());
      forgotten.accept(oldest);
    }
  }

  @Nullable Lease find(LeaseId id) {
    Lease lease = live.get(id);
    return lease != null ? lease : ended.get(id);
  }

  Collection<Lease> live() {
    return Collections.unmodifiableCollection(live.values());
  }

  int liveSize() {
    return live.size();
  }
}
