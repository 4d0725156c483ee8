package io.sluice.engine.store.memory;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.store.Lease;
import io.sluice.engine.timer.Timer;
import io.sluice.engine.timer.TimerWheel;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The leases to reclaim when their client disconnects, by client. Leases that are kept, or whose
 * client has no name, are not in it and cost nothing.
 */
final class ClientLeases {
  private final TimerWheel<Timer> wheel;
  private final Map<String, Set<Lease>> byClient = new HashMap<>();

  ClientLeases(TimerWheel<Timer> wheel) {
    this.wheel = wheel;
  }

  void add(Lease lease) {
    if (isReclaimable(lease)) {
      byClient.computeIfAbsent(client(lease), any -> new LinkedHashSet<>()).add(lease);
    }
  }

  void remove(Lease lease) {
    if (isReclaimable(lease)) {
      byClient.computeIfPresent(
          client(lease), (any, leases) -> leases.remove(lease) && leases.isEmpty() ? null : leases);
    }
  }

  /** Lets the leases of a client live for their grace at most. */
  void disconnected(String client, long nowNanos) {
    for (Lease lease : byClient.getOrDefault(client, Set.of())) {
      lease.reclaim(nowNanos);
      wheel.schedule(lease, lease.dueNanos());
    }
  }

  /** Lets the leases of a client live as long as ever. */
  void connected(String client) {
    for (Lease lease : byClient.getOrDefault(client, Set.of())) {
      lease.keep();
      wheel.schedule(lease, lease.dueNanos());
    }
  }

  /** Notes that the client of a lease shows itself. */
  void seen(Lease lease) {
    if (isReclaimable(lease) && lease.isToBeReclaimed()) {
      connected(client(lease));
    }
  }

  private static String client(Lease lease) {
    return lease.claim().acquire().clientId();
  }

  private static boolean isReclaimable(Lease lease) {
    LeaseTerms terms = lease.claim().terms();
    return terms != null
        && terms.disconnectGraceNanos() != LeaseTerms.KEEP
        && !client(lease).isEmpty();
  }
}
