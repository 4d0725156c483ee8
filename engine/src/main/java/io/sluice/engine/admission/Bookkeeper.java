package io.sluice.engine.admission;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Settlement;
import io.sluice.engine.store.Verdict;
import java.util.List;
import java.util.Map;

/** Counts what the engine decides. Changes no decision. */
final class Bookkeeper {
  private final LimitTable limits;

  Bookkeeper(LimitTable limits) {
    this.limits = limits;
  }

  void granted(Ask ask, Verdict.Admitted admitted) {
    List<Charge> charges = admitted.claim().charges();
    if (charges.size() < ask.charges().size()) {
      wouldDeny(ask.charges(), charges);
    }
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      charge.bucket().limit().counters().granted(charge.permits());
      if (admitted.lease() != null) {
        charge.bucket().limit().counters().leased();
      }
    }
    List<Route> routes = ask.routes();
    for (int i = 0; i < routes.size(); i++) {
      routes.get(i).counters().granted();
    }
  }

  /** Counts what shadow limits would have refused: what was asked of them and not taken. */
  private static void wouldDeny(List<Charge> asked, List<Charge> taken) {
    for (Charge charge : asked) {
      if (!taken.contains(charge)) {
        charge.bucket().limit().counters().wouldDeny();
      }
    }
  }

  void unmatched(Ask ask) {
    ask.routes().forEach(route -> route.counters().unmatched());
  }

  void denied(Ask ask, String limit, DenialReason reason) {
    ActiveLimit active = limits.find(limit);
    if (active != null) {
      active.counters().denied(reason);
    }
    ask.routes().forEach(route -> route.counters().denied());
  }

  void undone(Verdict.Admitted admitted, long nowNanos) {
    for (Charge charge : admitted.charges()) {
      charge.bucket().limit().counters().refunded(charge.permits());
    }
    Lease lease = admitted.lease();
    if (lease != null) {
      ended(lease, nowNanos);
    }
  }

  void ended(Lease lease, long nowNanos) {
    for (Charge charge : lease.claim().charges()) {
      charge.bucket().limit().counters().held(nowNanos - lease.grantedAtNanos());
    }
  }

  void expired(Lease lease, long nowNanos) {
    ended(lease, nowNanos);
    for (Charge charge : lease.claim().charges()) {
      charge.bucket().limit().counters().expired();
    }
  }

  /**
   * Counts how the work of a lease ended.
   *
   * @param toldNanos how long it took; -1 = as long as the lease was held
   */
  void outcome(Lease lease, Outcome outcome, long toldNanos) {
    long latency = toldNanos >= 0 ? toldNanos : lease.endedAtNanos() - lease.grantedAtNanos();
    for (Charge charge : lease.claim().charges()) {
      charge.bucket().limit().counters().outcome(outcome, latency);
    }
    for (Demand demand : lease.claim().acquire().demands()) {
      limits.route(demand.resource()).counters().outcome(outcome);
    }
  }

  /** Counts what a release changed of estimates. */
  void settled(List<Settlement> settlements) {
    for (Settlement settlement : settlements) {
      settlement
          .charge()
          .bucket()
          .limit()
          .counters()
          .settled(settlement.permits(), settlement.overrun());
    }
  }

  void refunded(Lease lease) {
    for (Charge charge : lease.claim().charges()) {
      charge.bucket().limit().counters().refunded(charge.permits());
    }
  }

  /** Counts how work without a lease ended. */
  void reported(
      String resource, Map<String, String> attributes, Outcome outcome, long latencyNanos) {
    Demand demand = Demand.of(resource).withAttributes(attributes);
    Route route = limits.route(demand.resource());
    route.counters().outcome(outcome);
    for (ActiveLimit limit : route.limits()) {
      if (Route.applies(limit, demand)) {
        limit.counters().outcome(outcome, latencyNanos);
      }
    }
  }
}
