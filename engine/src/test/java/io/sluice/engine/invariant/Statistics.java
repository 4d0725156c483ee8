package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.stats.LimitCounters;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Counts what callers see, for each limit, and compares it with what the engine counts. */
final class Statistics {
  private final Where where;
  private final Map<String, Counted> byLimit = new HashMap<>();
  private final Set<String> forgotten = new HashSet<>();

  Statistics(Where where) {
    this.where = where;
  }

  void answered(Call call, Decision decision) {
    if (decision instanceof Decision.Granted granted) {
      if (!granted.replayed() && call.resumes == null && !call.acquire.isPeek()) {
        call.need.permits.keySet().forEach(key -> of(key).granted++);
      }
    } else if (decision instanceof Decision.Denied denied
        && !denied.limit().isEmpty()
        && !call.acquire.isPeek()) {
      byLimit.computeIfAbsent(denied.limit(), name -> new Counted()).denied++;
    }
  }

  /** Looks no more at a limit that has been deleted, or begun anew. */
  void forget(String limit) {
    forgotten.add(limit);
  }

  /** Notes that a lease is held, perhaps again. */
  void takenUp(Held held) {
    held.need.permits.keySet().forEach(key -> of(key).leases++);
  }

  /** Notes that a lease is not held any more. */
  void laidDown(Held held) {
    held.need.permits.keySet().forEach(key -> of(key).leases--);
  }

  void ended(Held held) {
    for (Need.Key key : held.need.permits.keySet()) {
      of(key).expired += held.lease.endState() == LeaseState.EXPIRED ? 1 : 0;
    }
  }

  void outcome(Held held) {
    held.need.permits.keySet().forEach(key -> of(key).outcomes++);
  }

  void check(AdmissionEngine engine) {
    for (ActiveLimit limit : engine.limits()) {
      if (forgotten.contains(limit.name())) {
        continue;
      }
      LimitCounters.Counts counts = limit.counters().snapshot();
      Counted counted = byLimit.computeIfAbsent(limit.name(), name -> new Counted());
      same(limit, "granted", counts.granted(), counted.granted);
      same(limit, "denied", counts.denied(), counted.denied);
      same(limit, "leases", counts.leases(), counted.leases);
      same(limit, "expired", counts.expired(), counted.expired);
      long outcomes = counts.outcomes().values().stream().mapToLong(Long::longValue).sum();
      same(limit, "outcomes", outcomes, counted.outcomes);
      LimitCounters.Ends ends = counts.ends();
      long over = ends.released() + counts.expired() + ends.revoked() + ends.returned();
      long live = counts.leases() + suspended(engine, limit);
      same(limit, "leases begun", ends.begun(), over + live);
    }
  }

  private static long suspended(AdmissionEngine engine, ActiveLimit limit) {
    long suspended = 0;
    for (Lease lease : engine.store().leases()) {
      for (Charge charge : lease.claim().charges()) {
        suspended += lease.isSuspended() && charge.bucket().limit() == limit ? 1 : 0;
      }
    }
    return suspended;
  }

  private void same(ActiveLimit limit, String what, long said, long seen) {
    Invariant.STATISTICS.require(
        said == seen, where, "%s says %d %s, callers saw %d", limit.name(), said, what, seen);
  }

  private Counted of(Need.Key key) {
    return byLimit.computeIfAbsent(key.limit().name(), name -> new Counted());
  }

  private static final class Counted {
    long granted;
    long denied;
    long leases;
    long expired;
    long outcomes;
  }
}
