package io.sluice.engine.admission;

import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.learning.Learners;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitChange;
import io.sluice.engine.limit.LimitTable;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What an administrator changes while the engine runs. Whoever calls pumps afterwards. */
final class Operations {
  private final LimitTable limits;
  private final StateStore store;
  private final Admissions admissions;
  private final Learners learners;
  private final LongSupplier clock;

  Operations(
      LimitTable limits,
      StateStore store,
      Admissions admissions,
      Learners learners,
      LongSupplier clock) {
    this.learners = learners;
    this.limits = limits;
    this.store = store;
    this.admissions = admissions;
    this.clock = clock;
  }

  /** Puts a whole new set of limits in the place of the present one. */
  void replaceLimits(List<Limit> newLimits) {
    newLimits.forEach(store::check);
    List<LimitChange> changes = limits.replace(newLimits);
    long now = clock.getAsLong();
    // All go before any comes, because a pool may pass from one to another.
    for (LimitChange change : changes) {
      ActiveLimit retired = change.retired();
      if (retired != null) {
        store.limitRetired(retired, now);
      }
    }
    for (LimitChange change : changes) {
      apply(change, now);
    }
    learners.limitsChanged(now);
    boolean requeue = changes.stream().anyMatch(LimitChange::requeues);
    if (requeue || changes.stream().anyMatch(LimitChange::reroutes)) {
      admissions.reroute(requeue);
    } else if (!changes.isEmpty()) {
      admissions.dismissImpossible();
    }
  }

  /** Puts one limit in the place of the one of its name, or behind all. */
  void putLimit(Limit limit) {
    List<Limit> all = new ArrayList<>(limits.definitions());
    all.removeIf(other -> other.name().equals(limit.name()));
    ActiveLimit old = limits.find(limit.name());
    all.add(old == null ? all.size() : limits.all().indexOf(old), limit);
    replaceLimits(all);
  }

  /** Takes one limit away; returns whether it was there. */
  boolean deleteLimit(String name) {
    List<Limit> all = new ArrayList<>(limits.definitions());
    boolean there = all.removeIf(limit -> limit.name().equals(name));
    replaceLimits(all);
    return there;
  }

  /** Makes what a limit lets spend full again; returns whether there is such a limit. */
  boolean resetLimit(String name) {
    ActiveLimit limit = limits.find(name);
    if (limit == null) {
      return false;
    }
    store.limitReset(limit, clock.getAsLong());
    admissions.room().retry(limit);
    return true;
  }

  /** Denies those who wait and are meant; returns how many. */
  int purgeWaiters(Purge purge) {
    int purged = 0;
    for (Waiter waiter : admissions.room().all()) {
      if (purge.covers(waiter.ask.claim())) {
        String resource = waiter.ask.firstResource();
        admissions
            .answers()
            .dismiss(
                waiter,
                Denials.byOrder(DenialReason.SHED, resource, Blocker.NEVER, purge.message()));
        purged++;
      }
    }
    return purged;
  }

  /**
   * Returns the leases to revoke, in the order of their fencing tokens: those that are meant and
   * have not ended for their holder, except those that end with one of the others.
   */
  List<LeaseId> leases(Purge purge) {
    Set<LeaseId> meant = new LinkedHashSet<>();
    for (Lease lease : store.leases()) {
      if (!lease.isQuarantined() && purge.covers(lease.claim())) {
        meant.add(lease.id());
      }
    }
    return meant.stream().filter(id -> !isAnyAbove(id, meant)).toList();
  }

  private boolean isAnyAbove(LeaseId id, Set<LeaseId> leases) {
    Lease lease = store.lease(id);
    LeaseId above = lease == null ? null : lease.claim().acquire().parent();
    return above != null && (leases.contains(above) || isAnyAbove(above, leases));
  }

  private void apply(LimitChange change, long nowNanos) {
    ActiveLimit active = change.active();
    @Nullable Limit before = change.before();
    if (active == null) {
      return;
    }
    if (before == null) {
      store.limitAdded(active, change.retired() != null, nowNanos);
      if (active.limit().policy() instanceof Policy.Devices) {
        // A pool that is still held knows its devices better than who wrote the limit.
        var unused =
            limits.replaceDevices(
                active, store.devices(active).stream().map(DeviceUsage::device).toList());
      }
    } else {
      store.limitChanged(active, before, nowNanos);
      admissions.room().retry(active);
    }
  }
}
