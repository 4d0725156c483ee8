package io.sluice.engine.limit;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a limit counts, and how much of it there is. */
public sealed interface Policy {
  /** Returns what it counts. */
  LimitKind kind();

  /** Returns the whole of it: burst, maximum or share slots. */
  long capacity();

  /** Returns why an ask is refused when too little of it is left. */
  DenialReason shortage();

  /** Returns whether it gives nothing until it is changed. */
  default boolean isClosed() {
    return false;
  }

  /** Returns the most that can ever be taken at once. */
  default long largestAsk() {
    return capacity();
  }

  /**
   * Returns so many thousandths of it: of a rate exactly, of anything that is counted rounded down
   * but at least 1. A pool of devices stays whole.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if that rate cannot be counted
   */
  Policy withHeadroom(int permille);

  /**
   * Returns about how long it takes for one permit that was taken to be there again.
   *
   * @param recentHoldNanos how long leases were held lately
   */
  default long turnoverNanos(long recentHoldNanos) {
    return recentHoldNanos;
  }

  /** Returns how long leases may live; null for a rate, which needs none. */
  @Nullable LeaseTerms terms();

  /**
   * A token bucket.
   *
   * @param scale permits, period and burst
   * @param allowDebt an ask above the burst, up to twice, is admitted when the bucket is full, and
   *     leaves a debt of what is above the burst
   * @param carryOver what becomes of the tokens when a running limit changes to this policy
   */
  record Rate(TokenScale scale, boolean allowDebt, CarryOver carryOver) implements Policy {
    /** A bucket without debt, whose tokens stay when the policy changes. */
    public Rate(TokenScale scale) {
      this(scale, false, CarryOver.AS_IS);
    }

    /** The same bucket with another rate, in permits per second. */
    public Rate at(double permitsPerSecond) {
      return new Rate(scale.atRate(permitsPerSecond), allowDebt, CarryOver.AS_IS);
    }

    @Override
    public LimitKind kind() {
      return LimitKind.RATE;
    }

    @Override
    public long capacity() {
      return scale.burst();
    }

    @Override
    public boolean isClosed() {
      return scale.isClosed();
    }

    @Override
    public DenialReason shortage() {
      return DenialReason.RATE;
    }

    @Override
    public long turnoverNanos(long recentHoldNanos) {
      return isClosed() ? Long.MAX_VALUE : scale.periodNanos() / scale.permits();
    }

    @Override
    public long largestAsk() {
      return allowDebt ? 2 * scale.burst() : scale.burst();
    }

    @Override
    public Policy withHeadroom(int permille) {
      return new Rate(scale.withHeadroom(permille), allowDebt, carryOver);
    }

    @Override
    public @Nullable LeaseTerms terms() {
      return null;
    }
  }

  /**
   * So many permits in a window of time.
   *
   * @param permits the most in each window, 1..2^40
   * @param rule where windows begin and end
   */
  record Window(long permits, WindowRule rule) implements Policy {
    /** Checks the bounds. */
    public Window {
      Bounds.requireRange("rate.permits", permits, 1, Bounds.MAX_PERMITS);
    }

    @Override
    public LimitKind kind() {
      return LimitKind.RATE;
    }

    @Override
    public long capacity() {
      return permits;
    }

    @Override
    public DenialReason shortage() {
      return isCalendar() ? DenialReason.QUOTA : DenialReason.RATE;
    }

    @Override
    public Policy withHeadroom(int permille) {
      return new Window(share(permits, permille), rule);
    }

    @Override
    public @Nullable LeaseTerms terms() {
      return null;
    }

    @Override
    public long turnoverNanos(long recentHoldNanos) {
      return rule.usualNanos() / permits;
    }

    /** Returns whether its windows follow the wall clock. */
    public boolean isCalendar() {
      return rule instanceof WindowRule.Calendar;
    }
  }

  /**
   * Leases at once.
   *
   * @param max the most permits held, 1..2^40
   * @param terms how long leases may live
   */
  record Concurrency(long max, LeaseTerms terms) implements Policy {
    /** Checks the bounds. */
    public Concurrency {
      Bounds.requireRange("concurrency.max", max, 1, Bounds.MAX_PERMITS);
    }

    @Override
    public LimitKind kind() {
      return LimitKind.CONCURRENCY;
    }

    @Override
    public long capacity() {
      return max;
    }

    @Override
    public DenialReason shortage() {
      return DenialReason.CONCURRENCY;
    }

    @Override
    public Policy withHeadroom(int permille) {
      return new Concurrency(share(max, permille), terms);
    }
  }

  /**
   * Device permits that are only counted: a semaphore.
   *
   * @param slots the most permits held, 1..2^40
   * @param terms how long leases may live
   */
  record Slots(long slots, LeaseTerms terms) implements Policy {
    /** Checks the bounds. */
    public Slots {
      Bounds.requireRange("devices.slots", slots, 1, Bounds.MAX_PERMITS);
    }

    @Override
    public LimitKind kind() {
      return LimitKind.DEVICES;
    }

    @Override
    public long capacity() {
      return slots;
    }

    @Override
    public DenialReason shortage() {
      return DenialReason.DEVICES;
    }

    @Override
    public Policy withHeadroom(int permille) {
      return new Slots(share(slots, permille), terms);
    }
  }

  /**
   * GPU devices with memory and share slots.
   *
   * @param pool the name of the inventory
   * @param devices the devices that are known, also lost ones, 0..1024
   * @param placement which of the devices that fit is taken
   * @param maxSharers the most asks that may share a device, 1..64
   * @param terms how long leases may live
   */
  record Devices(
      String pool, List<Device> devices, Placement placement, int maxSharers, LeaseTerms terms)
      implements Policy {
    /** Checks the bounds. */
    public Devices {
      devices = List.copyOf(devices);
      Bounds.requireRange("devices.inventory entries", devices.size(), 0, Device.MAX_IN_POOL);
      Bounds.requireRange("devices.max_sharers", maxSharers, 1, 64);
    }

    /** The same policy over other devices. */
    public Devices withDevices(List<Device> newDevices) {
      return new Devices(pool, newDevices, placement, maxSharers, terms);
    }

    @Override
    public LimitKind kind() {
      return LimitKind.DEVICES;
    }

    @Override
    public long capacity() {
      return (long) devices.size() * maxSharers;
    }

    @Override
    public DenialReason shortage() {
      return DenialReason.DEVICES;
    }

    @Override
    public Policy withHeadroom(int permille) {
      return this;
    }
  }

  private static long share(long count, int permille) {
    return Math.max(1, count * permille / Limit.FULL_HEADROOM);
  }
}
