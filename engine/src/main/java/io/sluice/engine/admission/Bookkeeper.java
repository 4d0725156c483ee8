package io.sluice.engine.admission;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Report;
import io.sluice.engine.stats.TopKeys;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseEnd;
import io.sluice.engine.store.Settlement;
import io.sluice.engine.store.Verdict;
import java.util.List;

/** Counts what the engine decides. Changes no decision. */
final class Bookkeeper {
  private final LimitTable limits;
  private final TopKeys deniedKeys = new TopKeys();

  Bookkeeper(LimitTable limits) {
    this.limits = limits;
  }

  /** Returns which keys were denied most often. */
  List<TopKeys.Denied> deniedKeys() {
    return deniedKeys.snapshot();
  }

  void granted(Ask ask, Verdict.Admitted admitted) {
    List<Charge> charges = admitted.claim().charges();
    if (charges.size() < ask.charges().size()) {
      wouldDeny(ask.charges(), charges);
    }
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      charge.bucket().limit().counters().granted(charge.taken());
      if (admitted.lease() != null) {
        charge.bucket().limit().counters().begun();
      }
    }
    List<Route> routes = ask.routes();
    List<Demand> demands = ask.acquire().demands();
    for (int i = 0; i < routes.size(); i++) {
      routes.get(i).counters().granted(demands.get(i).permits());
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
    ask.routes().forEach(route -> route.counters().denied(reason));
    countKey(ask, limit);
  }

  /** Counts which key of a limit was denied, if it has keys. */
  private void countKey(Ask ask, String limit) {
    List<Charge> charges = ask.charges();
    for (int i = 0; i < charges.size(); i++) {
      Bucket bucket = charges.get(i).bucket();
      if (bucket.limit().name().equals(limit) && !bucket.limit().limit().key().isEmpty()) {
        deniedKeys.denied(limit, bucket.key().values());
        return;
      }
    }
  }

  /** Counts how long those waited who were granted. */
  void waited(Ask ask, long nanos) {
    List<Charge> charges = ask.charges();
    for (int i = 0; i < charges.size(); i++) {
      charges.get(i).bucket().limit().counters().waited(nanos);
    }
    List<Route> routes = ask.routes();
    for (int i = 0; i < routes.size(); i++) {
      routes.get(i).counters().waited(nanos);
    }
  }

  /**
   * Counts what a grant took that was taken back; its lease is counted by {@link #ended}, or by
   * {@link #returned}.
   */
  void undone(Verdict.Admitted admitted) {
    for (Charge charge : admitted.charges()) {
      charge.bucket().limit().counters().refunded(charge.taken());
    }
  }

  /** Counts that a lease ended. */
  void ended(LeaseEnd end, long nowNanos) {
    Lease lease = end.lease();
    if (end.before() == LeaseState.GRANTED) {
      laidDown(lease, nowNanos);
    }
    if (end.before() != LeaseState.QUARANTINED) {
      LeaseState how = lease.endState();
      List<Charge> charges = lease.claim().charges();
      for (int i = 0; i < charges.size(); i++) {
        charges.get(i).bucket().limit().counters().ended(how);
      }
      if (how == LeaseState.EXPIRED) {
        for (Demand demand : lease.claim().acquire().demands()) {
          limits.route(demand.resource()).counters().expired();
        }
      }
    }
  }

  /** Counts a lease that ended as if it had never been, because its grant reached nobody. */
  void returned(Lease lease, long nowNanos) {
    laidDown(lease, nowNanos);
    for (Charge charge : lease.claim().charges()) {
      charge.bucket().limit().counters().returned();
    }
  }

  /** Counts that a lease is not held any more, for good or until it is resumed. */
  void laidDown(Lease lease, long nowNanos) {
    long heldNanos = nowNanos - lease.heldSinceNanos();
    List<Charge> charges = lease.claim().charges();
    for (int i = 0; i < charges.size(); i++) {
      charges.get(i).bucket().limit().counters().held(heldNanos);
    }
    List<Demand> demands = lease.claim().acquire().demands();
    for (int i = 0; i < demands.size(); i++) {
      limits.route(demands.get(i).resource()).counters().held(heldNanos);
    }
  }

  /** Counts that a lease is held again. */
  void resumed(Lease lease) {
    for (Charge charge : lease.claim().charges()) {
      charge.bucket().limit().counters().leased();
    }
  }

  /**
   * Counts how the work of a lease ended.
   *
   * @param toldNanos how long it took; -1 = as long as the lease was held
   */
  void outcome(Lease lease, Outcome outcome, long toldNanos) {
    long latency = toldNanos >= 0 ? toldNanos : lease.endedAtNanos() - lease.grantedAtNanos();
    List<Charge> charges = lease.claim().charges();
    for (int i = 0; i < charges.size(); i++) {
      charges.get(i).bucket().limit().counters().outcome(outcome, latency);
    }
    List<Demand> demands = lease.claim().acquire().demands();
    for (int i = 0; i < demands.size(); i++) {
      limits.route(demands.get(i).resource()).counters().outcome(outcome, latency);
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
      charge.bucket().limit().counters().refunded(charge.taken());
    }
  }

  /** Counts how work without a lease ended. */
  void reported(Route route, Report report) {
    route.counters().outcome(report.outcome(), report.latencyNanos());
    for (ActiveLimit limit : route.limits()) {
      if (Route.applies(limit, report.demand())) {
        limit.counters().outcome(report.outcome(), report.latencyNanos());
      }
    }
  }
}
