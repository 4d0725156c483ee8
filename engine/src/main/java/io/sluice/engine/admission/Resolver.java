package io.sluice.engine.admission;

import io.sluice.engine.device.DevicePool;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what an acquire charges, and what it can never get. Looks things up; decides nothing. */
final class Resolver {
  private final LimitTable limits;
  private final StateStore store;

  Resolver(LimitTable limits, StateStore store) {
    this.limits = limits;
    this.store = store;
  }

  /**
   * Resolves an acquire.
   *
   * @param peek only to ask the store, so that no bucket comes to exist
   */
  Ask resolve(Acquire acquire, boolean peek, long nowNanos) {
    List<Demand> demands = acquire.demands();
    if (demands.size() == 1) {
      Demand demand = demands.get(0);
      Route route = limits.route(demand.resource());
      List<Charge> charges = new ArrayList<>(route.limits().size());
      charge(demand, route, charges, peek, nowNanos);
      return ask(acquire, charges, List.of(route));
    }
    List<Charge> charges = new ArrayList<>();
    List<Route> routes = new ArrayList<>(demands.size());
    Demand estimated = null;
    for (Demand demand : demands) {
      Route route = limits.route(demand.resource());
      routes.add(route);
      if (demand.estimate()) {
        estimated = demand; // last, since it is cut to what the others leave
      } else {
        charge(demand, route, charges, peek, nowNanos);
      }
    }
    if (estimated != null) {
      charge(estimated, routes.get(demands.indexOf(estimated)), charges, peek, nowNanos);
    }
    charges.sort((a, b) -> Integer.compare(a.bucket().limit().order(), b.bucket().limit().order()));
    return ask(acquire, charges, routes);
  }

  /**
   * Resolves what a suspended lease is to hold again, by the limits of now: not rates, which were
   * spent.
   */
  Ask resuming(Lease lease, long maxWaitNanos, long nowNanos) {
    Acquire granted = lease.claim().acquire();
    Acquire acquire =
        Acquire.builder(granted.demands())
            .maxWaitNanos(maxWaitNanos)
            .priority(granted.priority())
            .clientId(granted.clientId())
            .labels(granted.labels())
            .parent(granted.parent())
            .expectedHoldNanos(granted.expectedHoldNanos())
            .build();
    Claim claim = new Claim(acquire, List.of(), lease.claim().terms()).resuming(lease.id());
    return again(new Ask(claim, List.of(), lease.grantedAtNanos(), limits.version()), nowNanos);
  }

  /** Resolves an ask by the limits of now. */
  Ask again(Ask ask, long nowNanos) {
    Ask resolved = resolve(ask.acquire(), false, nowNanos);
    if (ask.claim().resumes() == null) {
      return resolved;
    }
    List<Charge> held =
        resolved.charges().stream()
            .filter(charge -> charge.bucket().limit().limit().policy().terms() != null)
            .toList();
    Claim claim = ask.claim().withCharges(held);
    return new Ask(claim, ask.routes(), ask.placeNanos(), resolved.version());
  }

  /** Returns whether an ask may charge other buckets by now. */
  boolean isStale(Ask ask) {
    return ask.version() != limits.version();
  }

  /** Returns the first demand that no limit matches, or null. */
  @Nullable Demand unmatched(Ask ask) {
    List<Demand> demands = ask.acquire().demands();
    if (demands.size() == 1) { // every limit that matches it is charged
      return ask.charges().isEmpty() ? demands.get(0) : null;
    }
    for (int i = 0; i < demands.size(); i++) {
      Demand demand = demands.get(i);
      boolean matched = false;
      for (ActiveLimit limit : ask.routes().get(i).limits()) {
        matched |= Route.applies(limit, demand);
      }
      if (!matched) {
        return demand;
      }
    }
    return null;
  }

  /** Returns the first charge that its limit can never give, as what blocks it; null if none. */
  @Nullable Blocker impossible(Ask ask, long nowNanos) {
    List<Charge> charges = ask.charges();
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      ActiveLimit limit = charge.bucket().limit();
      String detail = limit.limit().isEnforced() ? whyNever(charge, limit.limit()) : null;
      if (detail != null) {
        return new Blocker(
            limit.name(),
            charge.resource(),
            DenialReason.EXCEEDS_LIMIT,
            Blocker.NEVER,
            charge.taken(),
            store.state(charge.bucket(), nowNanos).remaining(),
            detail);
      }
    }
    return null;
  }

  private static @Nullable String whyNever(Charge charge, Limit limit) {
    if (limit.policy().isClosed()) {
      return "the limit is closed";
    }
    if (charge.taken() > limit.largestAsk()) {
      return "at most " + limit.largestAsk() + " in one acquire";
    }
    if (!(limit.policy() instanceof Policy.Devices pool)) {
      return null;
    }
    if (charge.taken() > askedDevices(charge)) {
      return "at most " + DeviceAsk.MAX_COUNT + " devices in one demand";
    }
    return DevicePool.couldEverFit(pool.devices(), pool.maxSharers(), charge.asks())
        ? null
        : "were all its devices free, "
            + DevicePool.explainNever(pool.devices(), pool.maxSharers(), charge.asks());
  }

  private void charge(
      Demand demand, Route route, List<Charge> charges, boolean peek, long nowNanos) {
    long permits = Math.max(1, demand.permits());
    if (demand.estimate()) {
      permits = Math.min(permits, roomForEstimate(demand, route, charges, nowNanos));
    }
    List<ActiveLimit> matching = route.limits();
    for (int i = 0; i < matching.size(); i++) {
      ActiveLimit limit = matching.get(i);
      if (Route.applies(limit, demand)) {
        Bucket bucket =
            peek
                ? store.peekBucket(limit, Route.key(limit, demand), nowNanos)
                : store.bucket(limit, Route.key(limit, demand), nowNanos);
        add(demand, permits, bucket, charges);
      }
    }
  }

  /** Returns what every rate that an estimate meets can give it at once beside other demands. */
  private long roomForEstimate(Demand demand, Route route, List<Charge> charges, long nowNanos) {
    long room = Long.MAX_VALUE;
    for (ActiveLimit limit : route.limits()) {
      if (limit.limit().policy().kind() == LimitKind.RATE
          && limit.limit().isEnforced()
          && Route.applies(limit, demand)) {
        Bucket bucket = store.peekBucket(limit, Route.key(limit, demand), nowNanos);
        long taken = 0;
        for (Charge charge : charges) {
          taken += sameBucket(charge.bucket(), bucket) ? charge.permits() : 0;
        }
        room = Math.min(room, Math.max(0, limit.limit().policy().capacity() - taken));
      }
    }
    return room;
  }

  private static void add(Demand demand, long asked, Bucket bucket, List<Charge> charges) {
    Policy policy = bucket.limit().limit().policy();
    long permits = policy.kind() == LimitKind.RATE ? asked : Math.max(1, asked);
    List<DeviceAsk> asks = List.of();
    if (policy instanceof Policy.Devices) {
      DeviceAsk ask = demand.devices();
      if (ask == null) {
        ask = new DeviceAsk((int) Math.min(permits, DeviceAsk.MAX_COUNT), 0, false);
      }
      permits = Math.max(ask.count(), demand.devices() == null ? permits : 0);
      asks = List.of(ask);
    }
    long estimate = demand.estimate() ? permits : Charge.CERTAIN;
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      if (sameBucket(charge.bucket(), bucket)) {
        Charge both = charge.plus(permits, asks);
        charges.set(i, demand.estimate() ? both.withEstimate(estimate) : both);
        return;
      }
    }
    charges.add(new Charge(bucket, demand.resource(), permits, asks, estimate, 0, List.of()));
  }

  private static long askedDevices(Charge charge) {
    return charge.asks().stream().mapToLong(DeviceAsk::count).sum();
  }

  private static boolean sameBucket(Bucket one, Bucket other) {
    // Handles made for a peek may be two of one bucket.
    return one.limit().equals(other.limit()) && one.key().equals(other.key());
  }

  private Ask ask(Acquire acquire, List<Charge> charges, List<Route> routes) {
    LeaseTerms terms = null;
    boolean learns = false;
    for (int i = 0; i < charges.size(); i++) {
      learns |= charges.get(i).bucket().limit().limit().learning().isAny();
      LeaseTerms own = charges.get(i).bucket().limit().limit().policy().terms();
      if (own != null) {
        terms = terms == null ? own : terms.and(own);
      }
    }
    if (terms == null && (learns || acquire.wantLease() || acquire.hasEstimate())) {
      terms = LeaseTerms.DEFAULT;
    }
    LeaseId parent = acquire.parent();
    if (parent != null) {
      charges.replaceAll(charge -> store.ride(charge, parent));
    }
    // Most acquires charge one bucket, and List.copyOf() would copy it twice.
    List<Charge> all = charges.size() == 1 ? List.of(charges.get(0)) : List.copyOf(charges);
    Claim claim = new Claim(acquire, all, terms);
    return new Ask(claim, routes, Ask.LAST, limits.version());
  }
}
