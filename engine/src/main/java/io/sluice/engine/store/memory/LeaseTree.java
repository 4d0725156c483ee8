package io.sluice.engine.store.memory;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which live leases are nested on which. One that is nested on none and bears none costs nothing.
 */
final class LeaseTree {
  private final LeaseTable leases;

  /** Looked up only, never gone through, so that the order of its entries decides nothing. */
  private final Map<Lease, Set<Lease>> nested = new HashMap<>();

  LeaseTree(LeaseTable leases) {
    this.leases = leases;
  }

  /** Says why an acquire cannot be nested on its parent; null if it has none, or can. */
  @Nullable String problem(Acquire acquire) {
    LeaseId id = acquire.parent();
    if (id == null) {
      return null;
    }
    Lease parent = leases.find(id);
    if (parent == null
        || !parent.isLive()
        || !parent.claim().acquire().clientId().equals(acquire.clientId())) {
      return "must be a live lease of this client but was " + id;
    }
    if (line(parent).size() > Bounds.MAX_NESTING) {
      return "must be nested less than " + Bounds.MAX_NESTING + " deep";
    }
    return nestedOn(parent).size() >= Bounds.MAX_NESTED
        ? "must have less than " + Bounds.MAX_NESTED + " live leases nested on it"
        : null;
  }

  /** Finds what of a charge rides on a lease and those above it. */
  Charge ride(Charge charge, LeaseId id) {
    Lease parent = leases.find(id);
    return parent == null || !parent.isLive()
        ? charge
        : ((MemoryBucket) charge.bucket()).ride(charge, line(parent));
  }

  /** Adds a lease that begins. */
  void add(Lease lease) {
    LeaseId id = lease.claim().acquire().parent();
    if (id != null) {
      Lease parent = Objects.requireNonNull(leases.find(id));
      nested.computeIfAbsent(parent, any -> new LinkedHashSet<>()).add(lease);
    }
  }

  /** Takes a lease out that ends, and returns those nested on it, which end with it. */
  Set<Lease> remove(Lease lease) {
    if (nested.isEmpty()) {
      return Set.of();
    }
    LeaseId id = lease.claim().acquire().parent();
    Lease parent = id == null ? null : leases.find(id);
    if (parent != null) {
      nested.computeIfPresent(
          parent,
          (any, children) -> children.remove(lease) && children.isEmpty() ? null : children);
    }
    Set<Lease> children = nested.remove(lease);
    return children == null ? Set.of() : children;
  }

  /** Returns the live leases nested directly on one. */
  Set<Lease> nestedOn(Lease lease) {
    return nested.getOrDefault(lease, Set.of());
  }

  /** Returns the leases above one and itself, the outermost first. */
  private List<Lease> line(Lease lease) {
    List<Lease> line = new ArrayList<>();
    for (Lease next = lease; next != null; ) {
      line.add(next);
      LeaseId above = next.claim().acquire().parent();
      next = above == null ? null : leases.find(above);
    }
    Collections.reverse(line);
    return line;
  }
}
