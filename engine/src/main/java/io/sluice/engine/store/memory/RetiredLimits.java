package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Demand;
import io.sluice.engine.store.Charge;
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

  /** Notes a limit, if what leases take of it is held, not spent. */
  void add(ActiveLimit limit) {
    if (isHeld(limit)) {
      sameKind(limit.limit()).put(name(limit.limit()), limit);
    }
  }

  /** Forgets a limit that is not held any more. */
  void remove(ActiveLimit limit) {
    sameKind(limit.limit()).remove(name(limit.limit()), limit);
  }

  /** Returns the limit whose leases a new one takes over, or null. */
  @Nullable ActiveLimit predecessor(ActiveLimit limit) {
    return isHeld(limit) ? sameKind(limit.limit()).get(name(limit.limit())) : null;
  }

  /**
   * Moves what leases hold of a retired limit to a limit in force. Of one that is suspended, or in
   * part no longer quarantined, that is less than it was charged for.
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
        Function<Charge, Charge> mover =
            charge ->
                charge.bucket().limit() == from
                    ? charge.of(buckets.apply(Route.key(to, demand(charge, lease))))
                    : charge;
        takeOver(lease, from, mover);
        List<Charge> charges = merged(old, mover);
        recount(lease, old, from, -1);
        recount(lease, charges, to, 1);
        lease.rebind(charges, merged(lease.held(), mover));
      }
    }
  }

  private static void takeOver(Lease lease, ActiveLimit from, Function<Charge, Charge> mover) {
    for (Charge charge : lease.held()) {
      if (charge.bucket().limit() == from) {
        MemoryBucket bucket = (MemoryBucket) mover.apply(charge).bucket();
        bucket.takeOver((MemoryBucket) charge.bucket(), charge, lease);
      }
    }
  }

  /** Counts what a lease is charged for at a limit where it comes, or from where it goes. */
  private static void recount(Lease lease, List<Charge> charges, ActiveLimit limit, int change) {
    for (Charge charge : charges) {
      if (charge.bucket().limit() == limit) {
        MemoryBucket bucket = (MemoryBucket) charge.bucket();
        if (change > 0) {
          bucket.retain();
        } else {
          bucket.unretain();
        }
        if (lease.isLive()) {
          limit.counters().leases(change); // else its end, or its suspension, has been counted
        }
      }
    }
  }

  private static List<Charge> merged(List<Charge> old, Function<Charge, Charge> mover) {
    List<Charge> charges = new ArrayList<>(old.size());
    for (Charge charge : old) {
      add(mover.apply(charge), charges);
    }
    return charges;
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
        charges.set(i, charges.get(i).plus(charge));
        return;
      }
    }
    charges.add(charge);
  }

  private static boolean isHeld(ActiveLimit limit) {
    return limit.limit().policy().terms() != null;
  }

  private Map<String, ActiveLimit> sameKind(Limit limit) {
    return limit.policy() instanceof Policy.Devices ? pools : counted;
  }

  private static String name(Limit limit) {
    return limit.policy() instanceof Policy.Devices devices ? devices.pool() : limit.name();
  }
}
