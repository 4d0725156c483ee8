package io.sluice.engine.limit;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.rate.TokenScale;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a limit counts, and how much of it there is. */
public sealed interface Policy {
  /** Returns what it counts. */
  LimitKind kind();

  /** Returns the whole of it: burst, maximum or share slots. */
  long capacity();

  /** Returns how long leases may live; null for a rate, which needs none. */
  @Nullable LeaseTerms terms();

  /**
   * A token bucket.
   *
   * @param scale permits, period and burst
   */
  record Rate(TokenScale scale) implements Policy {
    @Override
    public LimitKind kind() {
      return LimitKind.RATE;
    }

    @Override
    public long capacity() {
      return scale.burst();
    }

    @Override
    public @Nullable LeaseTerms terms() {
      return null;
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
  }
}
