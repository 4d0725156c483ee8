package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.stats.LimitCounters;
import java.util.HashMap;
import java.util.Map;

/** Counts what callers see, for each limit, and compares it with what the engine counts. */
final class Statistics {
  private final Where where;
  private final Map<String, Counted> byLimit = new HashMap<>();

  Statistics(Where where) {
    this.where = where;
  }

  void answered(Call call, Decision decision) {
    if (decision instanceof Decision.Granted granted) {
      if (!granted.replayed() && !call.acquire.isPeek()) {
        call.need.permits.keySet().forEach(key -> of(key).granted++);
      }
    } else if (decision instanceof Decision.Denied denied
        && !denied.limit().isEmpty()
        && !call.acquire.isPeek()) {
      byLimit.computeIfAbsent(denied.limit(), name -> new Counted()).denied++;
    }
  }

  void leased(Held held) {
    held.need.permits.keySet().forEach(key -> of(key).leased++);
  }

  void ended(Held held) {
    for (Need.Key key : held.need.permits.keySet()) {
      of(key).ended++;
      of(key).expired += held.lease.endState() == LeaseState.EXPIRED ? 1 : 0;
    }
  }

  void outcome(Held held) {
    held.need.permits.keySet().forEach(key -> of(key).outcomes++);
  }

  void check(AdmissionEngine engine) {
    for (ActiveLimit limit : engine.limits()) {
      LimitCounters.Counts counts = limit.counters().snapshot();
      Counted counted = byLimit.computeIfAbsent(limit.name(), name -> new Counted());
      same(limit, "granted", counts.granted(), counted.granted);
      same(limit, "denied", counts.denied(), counted.denied);
      same(limit, "leases", counts.leases(), counted.leased - counted.ended);
      same(limit, "expired", counts.expired(), counted.expired);
      long outcomes = counts.outcomes().values().stream().mapToLong(Long::longValue).sum();
      same(limit, "outcomes", outcomes, counted.outcomes);
    }
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
    long leased;
    long ended;
    long expired;
    long outcomes;
  }
}
