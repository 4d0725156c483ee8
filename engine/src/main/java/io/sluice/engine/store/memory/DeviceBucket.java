package io.sluice.engine.store.memory;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DevicePool;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.device.Holding;
import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The one bucket of a pool of devices. */
final class DeviceBucket extends MemoryBucket {
  /** In the order of the grants, in which leases of a lost device end. */
  private final Map<Lease, List<Holding>> holdings = new LinkedHashMap<>();

  private DevicePool pool;
  private @Nullable List<Holding> planned;

  DeviceBucket(ActiveLimit limit, BucketKey key, Policy.Devices policy) {
    super(limit, key);
    pool = new DevicePool(policy.devices(), policy.placement(), policy.maxSharers());
  }

  @Override
  protected boolean fits(Charge charge, long nowNanos) {
    planned = pool.plan(charge.asks());
    return planned != null;
  }

  @Override
  protected boolean delaysNot(Charge charge, Charge first, long endsNanos, long nowNanos) {
    return Objects.requireNonNull(planned).stream()
        .noneMatch(holding -> holding.couldServe(first.asks()));
  }

  @Override
  protected Charge ride(Charge charge, List<Lease> above) {
    List<Holding> held = new ArrayList<>();
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
  protected Blocker blocker(Charge charge, long nowNanos) {
    return new Blocker(
        limit().name(),
        charge.resource(),
        DenialReason.DEVICES,
        recentHoldNanos(),
        charge.taken(),
        remaining(nowNanos),
        pool.explain(charge.asks()));
  }

  @Override
  protected void take(Charge charge, @Nullable Lease lease, List<Allotment> allotments) {
    List<Holding> plan = Objects.requireNonNull(planned);
    planned = null;
    allotments.addAll(charge.borrowed());
    for (Holding holding : plan) {
      pool.hold(holding);
      allotments.add(
          new Allotment(
              charge.resource(),
              holding.device().uuid(),
              holding.device().index(),
              holding.memoryMib(),
              holding.computePercent()));
    }
    holdings.put(Objects.requireNonNull(lease), plan);
    limit().counters().used(pool.usedShares());
  }

  @Override
  protected void drop(Charge charge, Lease lease) {
    limit().counters().used(pool.usedShares()); // as much was used until now
    Objects.requireNonNull(holdings.remove(lease)).forEach(pool::release);
  }

  @Override
  protected void refund(long permits, long takenAtNanos, long nowNanos) {
    // Held, not spent: dropping the lease gave it back.
  }

  @Override
  protected long debit(long permits, long nowNanos) {
    return 0; // held, not spent
  }

  @Override
  protected long remaining(long nowNanos) {
    return pool.freeShares();
  }

  @Override
  protected long used(long nowNanos) {
    return pool.usedShares();
  }

  @Override
  protected boolean isAsNew(long nowNanos) {
    return false; // its state is the inventory's, and a pool has one bucket only
  }

  @Override
  protected void takeOver(MemoryBucket retiredBucket, Charge charge, Lease lease) {
    DeviceBucket other = (DeviceBucket) retiredBucket;
    pool = other.pool; // the same devices, with all that is held of them
    configure();
    holdings.put(lease, Objects.requireNonNull(other.holdings.remove(lease)));
  }

  @Override
  protected List<SavedHolding> holdings(Lease lease) {
    return holdings.getOrDefault(lease, List.of()).stream().map(Holding::saved).toList();
  }

  @Override
  protected void takeUnseen(Charge charge) {
    throw new IllegalStateException("which devices are held has to be known");
  }

  @Override
  protected void restore(Charge charge, List<SavedHolding> saved, Lease lease, long nowNanos) {
    List<Holding> held = new ArrayList<>();
    for (SavedHolding holding : saved) {
      held.add(pool.restore(holding, nowNanos));
    }
    holdings.put(lease, held);
  }

  /** Returns a lost device that a lease holds; null if there is none. */
  @Nullable Device lostDevice(Lease lease) {
    for (Holding holding : holdings.getOrDefault(lease, List.of())) {
      if (DevicePool.isLost(holding)) {
        return holding.device();
      }
    }
    return null;
  }

  @Override
  protected boolean isHeld() {
    return !holdings.isEmpty();
  }

  @Override
  protected void limitChanged(Limit before, long nowNanos) {
    configure();
  }

  @Override
  protected void reset(long nowNanos) {
    // Held, not spent.
  }

  @Override
  protected void exhaust() {
    // Held, not spent.
  }

  /**
   * Takes an inventory over.
   *
   * @param stranded told each lease that holds a device which is lost now, with that device
   */
  void update(List<DeviceReading> readings, long nowNanos, BiConsumer<Lease, Device> stranded) {
    Map<Lease, Device> losers = new LinkedHashMap<>();
    pool.update(
        readings,
        nowNanos,
        lost ->
            holdings.forEach(
                (lease, held) -> {
                  if (held.stream()
                      .anyMatch(holding -> holding.device().uuid().equals(lost.uuid()))) {
                    losers.putIfAbsent(lease, lost);
                  }
                }));
    losers.forEach(stranded);
  }

  boolean cordon(String uuid, boolean cordoned) {
    return pool.cordon(uuid, cordoned);
  }

  List<DeviceUsage> devices() {
    return pool.usage();
  }

  private void configure() {
    Policy.Devices policy = (Policy.Devices) limit().limit().policy();
    pool.configure(policy.placement(), policy.maxSharers());
  }
}
