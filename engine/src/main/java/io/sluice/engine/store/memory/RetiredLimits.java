package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Demand;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The limits out of force that are still held: so that whoever holds counts again when a limit of
 * the same name, or of the same devices, comes into force, and no change of limits gives anything
 * out twice.
 */
final class RetiredLimits {
  /** By name; devices by their pool, since they are the same devices whatever the limit is. */
  private final Map<String, ActiveLimit> counted = new HashMap<>();

  private final Map<String, ActiveLimit> pools = new HashMap<>();

  void add(ActiveLimit limit) {
    sameKind(limit.limit()).put(name(limit.limit()), limit);
  }

  /** Forgets a limit that is not held any more. */
  void remove(ActiveLimit limit) {
    sameKind(limit.limit()).remove(name(limit.limit()), limit);
  }

  /** Returns the limit whose leases a new one takes over, or null. */
  @Nullable ActiveLimit predecessor(ActiveLimit limit) {
    Policy policy = limit.limit().policy();
    boolean spent = policy instanceof Policy.Rate || policy instanceof Policy.Window;
    return spent ? null : sameKind(limit.limit()).get(name(limit.limit()));
  }

  /**
   * Moves what leases hold of a retired limit to a limit in force.
   *
   * @param buckets finds the buckets of the limit in force, by key
   */
  static void move(
      ActiveLimit from,
      ActiveLimit to,
      Collection<Lease> leases,
      Function<BucketKey, MemoryBucket> buckets) {
    for (Lease lease : leases) {
      List<Charge> old = lease.claim().charges();
      if (old.stream().anyMatch(charge -> charge.bucket().limit() == from)) {
        List<Charge> charges = new ArrayList<>(old.size());
        for (Charge charge : old) {
          add(
              charge.bucket().limit() == from ? moved(charge, lease, to, buckets) : charge,
              charges);
        }
        lease.rebind(new Claim(lease.claim().acquire(), charges, lease.claim().terms()));
      }
    }
  }

  private static Charge moved(
      Charge charge, Lease lease, ActiveLimit to, Function<BucketKey, MemoryBucket> buckets) {
    MemoryBucket from = (MemoryBucket) charge.bucket();
    MemoryBucket bucket = buckets.apply(Route.key(to, demand(charge, lease)));
    bucket.takeOver(from, charge, lease);
    if (from.limit().counters() != to.counters()) {
      from.limit().counters().leases(-1);
      to.counters().leases(1); // where its end will be counted
    }
    return charge.of(bucket);
  }

  /** Returns the demand that a charge is for: of its resource, and if possible of its key. */
  private static Demand demand(Charge charge, Lease lease) {
    List<Demand> demands = lease.claim().acquire().demands();
    Demand ofResource = demands.get(0);
    for (Demand demand : demands) {
      if (demand.resource().equals(charge.resource())) {
        if (Route.key(charge.bucket().limit(), demand).equals(charge.bucket().key())) {
          return demand;
        }
        ofResource = demand;
      }
    }
    return ofResource;
  }

  private static void add(Charge charge, List<Charge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      if (charges.get(i).bucket() == charge.bucket()) {
        charges.set(i, charges.get(i).plus(charge.permits(), charge.asks()));
        charge.bucket().limit().counters().leases(-1); // one lease, now that it is one charge
        return;
      }
    }
    charges.add(charge);
  }

  private Map<String, ActiveLimit> sameKind(Limit limit) {
    return limit.policy() instanceof Policy.Devices ? pools : counted;
  }

  private static String name(Limit limit) {
    return limit.policy() instanceof Policy.Devices devices ? devices.pool() : limit.name();
  }
}
