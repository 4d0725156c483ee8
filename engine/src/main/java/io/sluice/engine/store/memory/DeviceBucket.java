package io.sluice.engine.store.memory;

import io.sluice.engine.device.DevicePool;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one bucket of a pool of devices. */
final class DeviceBucket extends MemoryBucket {
  private final Map<Lease, List<DevicePool.Holding>> holdings = new HashMap<>();
  private DevicePool pool;
  private @Nullable List<DevicePool.Holding> planned;

  DeviceBucket(ActiveLimit limit, BucketKey key, Policy.Devices policy) {
    super(limit, key);
    pool = new DevicePool(policy.devices(), policy.placement(), policy.maxSharers());
  }

  @Override
  boolean fits(Charge charge, long nowNanos) {
    planned = pool.plan(charge.asks());
    return planned != null;
  }

  @Override
  boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    return false;
  }

  @Override
  Charge ride(Charge charge, List<Lease> above) {
    List<DevicePool.Holding> held = new ArrayList<>();
    for (Lease lease : above) {
      held.addAll(holdings.getOrDefault(lease, List.of()));
    }
    Borrowing borrowing = new Borrowing(held);
    List<DeviceAsk> rest = new ArrayList<>();
    List<Allotment> borrowed = new ArrayList<>();
    long ridden = 0;
    for (DeviceAsk ask : charge.asks()) {
      if (borrowing.borrow(ask, charge.resource(), borrowed)) {
        ridden += ask.count();
      } else {
        rest.add(ask);
      }
    }
    return ridden == 0 ? charge : charge.riding(ridden, rest, borrowed);
  }

  @Override
  Blocker blocker(Charge charge, long nowNanos) {
    return new Blocker(
        limit().name(),
        charge.resource(),
        DenialReason.DEVICES,
        recentHoldNanos(),
        charge.taken(),
        remaining(nowNanos),
        detail(charge.asks()));
  }

  @Override
  void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    List<DevicePool.Holding> plan = Objects.requireNonNull(planned);
    planned = null;
    allotments.addAll(charge.borrowed());
    for (DevicePool.Holding holding : plan) {
      pool.hold(holding);
      allotments.add(
          new Allotment(
              charge.resource(),
              holding.device().uuid(),
              holding.device().index(),
              holding.memoryMib()));
    }
    holdings.put(Objects.requireNonNull(lease), plan);
    limit().counters().used(pool.usedShares());
  }

  @Override
  void drop(Charge charge, Lease lease) {
    Objects.requireNonNull(holdings.remove(lease)).forEach(pool::release);
  }

  @Override
  void refund(Charge charge, long nowNanos) {
    // Held, not spent: dropping the lease gave it back.
  }

  @Override
  long remaining(long nowNanos) {
    return pool.totalShares() - pool.usedShares();
  }

  @Override
  boolean isAsNew(long nowNanos) {
    return false; // its state is the inventory's, and a pool has one bucket only
  }

  @Override
  void policyChanged(Policy old, long nowNanos) {
    Policy.Devices policy = (Policy.Devices) limit().limit().policy();
    pool.configure(policy.placement(), policy.maxSharers());
  }

  List<DeviceUsage> devices() {
    return pool.usage();
  }

  private String detail(List<DeviceAsk> asks) {
    StringBuilder text = new StringBuilder();
    for (DeviceAsk ask : asks) {
      String reasons = pool.explain(ask);
      if (!reasons.isEmpty()) {
        text.append(text.isEmpty() ? "" : "; ").append(reasons);
      }
    }
    return text.toString();
  }
}
